"""Calls of a tool a second over Streamable HTTP, 64 at once, over a bare MCP server's, by the same raw client."""

import asyncio
import re
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.beside import provider
from benchmarks.homes import environ, home
from benchmarks.http import Calls, Client, connected
from benchmarks.measures.start import BARE
from benchmarks.processes import child, said
from benchmarks.rows import Row, Run, Setting, at_least
from benchmarks.stdio import SERVE

_AT_ONCE = 64
_READY_S = 30.0
_WHOLE = 10
"""A question costs about so many times what the cheapest call does; so many fewer are asked."""


async def measure(setting: Setting) -> list[Row]:
    """The cheapest call that goes all the way, for a run that there is not, and questions whose models take no time."""
    cheap: list[Run] = []
    asked: list[Run] = []
    calls = _AT_ONCE * (10 if setting.quick else 50)
    async with (
        provider("--delay", 0) as scripted,
        _ours(home(setting.folder / "http", scripted.url)) as ours,
        _bare() as bare,
    ):
        for number, many in enumerate((_AT_ONCE * _WHOLE, *(calls for _ in range(setting.runs)))):
            least = await _called(bare, "ask", "question", f"{number}", b"Paris", many)
            empty = await _called(ours, "fusion_result", "run_id", f"{number}", b"there is no run", many)
            whole = await _called(ours, "fusion_ask", "question", f"{number}", b'"status":"ok"', many // _WHOLE)
            cheap.append(_run(empty, least))
            asked.append(_run(whole, least))
    return [
        _row("tool calls a second", cheap, least=0.8),
        _row("questions a second, models that take no time", asked),
    ]


def _row(what: str, runs: list[Run], *, least: float | None = None) -> Row:
    return Row(
        measure="http",
        what=f"{what}, {_AT_ONCE} at once",
        runs=tuple(runs[1:]),  # the first warms up
        unit="per s",
        goal=None if least is None else at_least(least),
        against="bare MCPServer",
    )


def _run(ours: Calls, bare: Calls) -> Run:
    return Run(ours=ours.per_s, reference=bare.per_s, failures=ours.failures + bare.failures)


async def _called(client: Client, tool: str, key: str, tag: str, expected: bytes, calls: int) -> Calls:
    return await client.calls(tool, lambda number: {key: f"{tag} {number}"}, expected, _AT_ONCE, calls)


@asynccontextmanager
async def _bare() -> AsyncGenerator[Client]:
    async with child(BARE, "--http", environ=environ()) as process, connected(int(await said(process))) as client:
        yield client


@asynccontextmanager
async def _ours(folder: Path) -> AsyncGenerator[Client]:
    async with child(*SERVE, "--http", "--port", 0, environ=environ(folder), reads_errors=True) as process:
        port = await _port(process)
        reading = asyncio.create_task(_drain(process))
        async with connected(port) as client:
            yield client
        reading.cancel()


async def _port(process: Process) -> int:
    """Read it from what a server says when it is ready."""
    assert process.stderr  # noqa: S101 it was asked for
    async with asyncio.timeout(_READY_S):
        while line := await process.stderr.readline():
            if found := re.search(rb"http://127\.0\.0\.1:(\d+)/mcp", line):
                return int(found[1])
    raise RuntimeError("our server ended before it was ready")


async def _drain(process: Process) -> None:
    """Keep what a server says from filling the pipe."""
    assert process.stderr  # noqa: S101 it was asked for
    while await process.stderr.readline():
        pass
