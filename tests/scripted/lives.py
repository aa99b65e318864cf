"""The lives of a server on stdio: started as a client starts it, asked with the SDK's own client, and killed."""

import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult, TextContent

SERVER = (sys.executable, "-m", "fusion_mcp")
_NOTED = 'echo $$ > "$0"; exec "$@"'
"""A shell's program: it leaves its process id in a file and becomes the server, since the SDK hides its child."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a tool call brought: the structured result, or the text of an error."""

    result: Mapping[str, Any] | None
    error: str = ""

    @property
    def status(self) -> str:
        return "error" if self.result is None else str(self.result["status"])


@dataclass(frozen=True, kw_only=True)
class Life:
    """One server process and its client."""

    client: Client
    pid: int
    said: Path

    async def ask(self, question: str, **arguments: object) -> Outcome:
        """Call fusion_ask once."""
        return _outcome(await self.client.call_tool("fusion_ask", {"question": question, **arguments}))

    async def result(self, run_id: str, **arguments: object) -> Outcome:
        """Call fusion_result once."""
        return _outcome(await self.client.call_tool("fusion_result", {"run_id": run_id, **arguments}))

    async def settled(self, outcome: Outcome, within: float = 60.0) -> Outcome:
        """Ask for a run that still goes on until it does no more."""
        with anyio.fail_after(within):
            while outcome.status == "running" and outcome.result:
                outcome = await self.result(str(outcome.result["run_id"]))
        return outcome

    def kill(self) -> None:
        """End the process at once, as a crash does: nothing of it runs any more."""
        os.kill(self.pid, signal.SIGKILL)


@asynccontextmanager
async def life(environ: Mapping[str, str], folder: Path, command: Sequence[str] = SERVER) -> AsyncGenerator[Life]:
    """Start a server that keeps what it says on stderr in `folder`."""
    noted, said = folder / "pid", folder / "said"
    parameters = StdioServerParameters(
        command="/bin/sh", args=["-c", _NOTED, str(noted), *command], env=dict(environ), cwd=folder
    )
    with said.open("a") as heard:
        async with Client(stdio_client(parameters, errlog=heard)) as client:
            yield Life(client=client, pid=int(noted.read_text()), said=said)


def _outcome(answer: CallToolResult) -> Outcome:
    texts = [block.text for block in answer.content if isinstance(block, TextContent)]
    if answer.is_error:
        return Outcome(result=None, error="\n".join(texts))
    return Outcome(result=cast("dict[str, Any]", answer.structured_content))
