"""From the start of the process to the list of tools, and the memory by then, over a bare MCP server's."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.homes import home
from benchmarks.processes import ROOT, rss_mb
from benchmarks.rows import Row, Run, Setting, at_most
from benchmarks.stdio import SERVE, connected

BARE = ROOT / "benchmarks" / "references" / "bare_server.py"
_SETTLED_S = 0.5
"""Until what goes on in the background of a start is over."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """One start: seconds from that of the process to the list of tools, and memory after it."""

    seconds: float
    mb: float


async def measure(setting: Setting) -> list[Row]:
    """Start both in turn, at least ten times each; the first pair fills caches and does not count."""
    folder = home(setting.folder / "start", "http://127.0.0.1:9/v1")
    times = 3 if setting.quick else max(10, setting.runs)
    pairs = [(await started(folder, *SERVE), await started(None, BARE)) for _ in range(1 + times)][1:]
    return [
        Row(
            measure="start",
            what="process start to tools/list",
            runs=tuple(Run(ours=ours.seconds, reference=bare.seconds) for ours, bare in pairs),
            unit="s",
            goal=at_most(1.05),
            against="bare MCPServer",
        ),
        Row(
            measure="start",
            what="memory after tools/list",
            runs=tuple(Run(ours=ours.mb, reference=bare.mb) for ours, bare in pairs),
            unit="MB",
            goal=at_most(1.15),
            against="bare MCPServer",
        ),
    ]


async def started(folder: Path | None, *command: object) -> Start:
    """Start a server, have it list its tools, and look at its memory a little later."""
    begun = time.perf_counter()
    async with connected(folder, *command) as client:
        await client.request("tools/list", {})
        took = time.perf_counter() - begun
        await asyncio.sleep(_SETTLED_S)
        return Start(seconds=took, mb=rss_mb(client.pid))
