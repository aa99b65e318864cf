"""A client over stdio that costs little itself: JSON-RPC lines, the handshake of 2025-06-18, and nothing more."""

import asyncio
import itertools
import json
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.homes import environ
from benchmarks.processes import PATIENCE_S, child

PROTOCOL = "2025-06-18"
HANDSHAKE = {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
SERVE = ("-m", "fusion_mcp", "serve")

_SHOWN = 400
"""Characters of an answer that was not expected."""

WHOLE = ("ok",)
"""The statuses of an answer that all took part in."""

ANY_ANSWER = ("ok", "degraded")
"""Those of one that somebody is missing from, too."""

Message = dict[str, Any]


class Client:
    """One connection. `on_progress` is told the message of each progress notification as it comes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.pid = process.pid
        self.on_progress: Callable[[str], None] | None = None
        self._process = process
        self._waiting: dict[int, asyncio.Future[Message]] = {}
        self._has_complained = False
        self._ids = itertools.count(1)

    async def request(self, method: str, params: Mapping[str, Any]) -> Message:
        """Ask the server; gives the whole answer. Raises TimeoutError, and RuntimeError where the server is gone."""
        if self._process.returncode is not None:
            raise RuntimeError("the server has ended; see its words above")
        number = next(self._ids)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        async with asyncio.timeout(PATIENCE_S):
            return await answer

    async def ask(self, question: str, *, fine: tuple[str, ...] = WHOLE) -> bool:
        """Ask a question, with progress; whether it came to an answer, or what else is `fine` of the statuses."""
        arguments = {"name": "fusion_ask", "arguments": {"question": question}}
        answer = await self.request("tools/call", {**arguments, "_meta": {"progressToken": question}})
        is_fine = answer.get("result", {}).get("structuredContent", {}).get("status") in fine
        if not is_fine and not self._has_complained:
            self._has_complained = True
            print(f"not answered as it should be: {json.dumps(answer)[:_SHOWN]}", file=sys.stderr)
        return is_fine

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one line."""
        assert self._process.stdin  # noqa: S101 it was asked for
        self._process.stdin.write(json.dumps(message).encode() + b"\n")

    async def read(self) -> None:
        """Read what comes until the server is gone; then nobody waits any longer."""
        assert self._process.stdout  # noqa: S101 it was asked for
        while line := await self._process.stdout.readline():
            message: Message = json.loads(line)
            if answered := self._waiting.pop(message.get("id", 0), None):
                _settle(answered, message)
            elif self.on_progress and message.get("method") == "notifications/progress":
                self.on_progress(message["params"].get("message", ""))
        for left in self._waiting.values():
            _settle(left, RuntimeError("the server ended; see its words above"))


def _settle(answered: asyncio.Future[Message], outcome: Message | RuntimeError) -> None:
    """Tell who waits, unless it has given up."""
    if answered.done():
        return
    if isinstance(outcome, RuntimeError):
        answered.set_exception(outcome)
    else:
        answered.set_result(outcome)


@asynccontextmanager
async def connected(home: Path | None, *command: object) -> AsyncGenerator[Client]:
    """Start a server, ours unless a `command` is given, and shake hands."""
    async with child(*(command or SERVE), environ=environ(home)) as process:
        client = Client(process)
        reading = asyncio.create_task(client.read())
        try:
            await client.request("initialize", HANDSHAKE)
            client.send(INITIALIZED)
            yield client
        finally:
            reading.cancel()
