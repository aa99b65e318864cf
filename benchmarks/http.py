"""A raw client over Streamable HTTP, the same for every server: one session, so many calls of a tool at once."""

# aiohttp comes with the extra `bench`, and is not there where this is type-checked.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownParameterType=false, reportUnknownArgumentType=false

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from benchmarks.homes import TOKEN
from benchmarks.processes import PATIENCE_S
from benchmarks.stdio import HANDSHAKE, INITIALIZED, PROTOCOL

_HEADERS = {
    "Accept": "application/json, text/event-stream",
    "Content-Type": "application/json",
    "Authorization": f"Bearer {TOKEN}",
}
_OK = (200, 202)

Message = dict[str, Any]
Arguments = Callable[[int], Mapping[str, Any]]
"""What the nth call of a tool is given."""


@dataclass(frozen=True, kw_only=True)
class Calls:
    """What calls took, and how many were answered with anything but what was expected."""

    per_s: float
    failures: int


class Client:
    """One session."""

    def __init__(self, http: aiohttp.ClientSession, url: str, session: str | None) -> None:
        self._http = http
        self._url = url
        named = {"Mcp-Session-Id": session} if session else {}
        self._headers = {**_HEADERS, "Mcp-Protocol-Version": PROTOCOL, **named}

    async def post(self, message: Mapping[str, Any]) -> bytes:
        """Send one message; gives the whole body of the reply."""
        async with self._http.post(self._url, data=json.dumps(message), headers=self._headers) as response:
            body = await response.read()
            return body if response.status in _OK else b""

    async def calls(self, tool: str, arguments: Arguments, expected: bytes, at_once: int, how_many: int) -> Calls:
        """Call a tool `how_many` times; each reply must hold `expected`."""
        left = iter(range(how_many))
        failures = 0

        async def worker() -> None:
            nonlocal failures
            for number in left:
                params = {"name": tool, "arguments": arguments(number)}
                body = await self.post({"jsonrpc": "2.0", "id": number + 1, "method": "tools/call", "params": params})
                failures += expected not in body

        begun = time.perf_counter()
        async with asyncio.TaskGroup() as workers:
            for _ in range(at_once):
                workers.create_task(worker())
        return Calls(per_s=how_many / (time.perf_counter() - begun), failures=failures)


@asynccontextmanager
async def connected(port: int) -> AsyncGenerator[Client]:
    """Shake hands with the server at this port of loopback."""
    url = f"http://127.0.0.1:{port}/mcp"
    begin = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": HANDSHAKE}
    patience = aiohttp.ClientTimeout(total=PATIENCE_S)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=patience) as http:
        async with http.post(url, data=json.dumps(begin), headers=_HEADERS) as response:
            response.raise_for_status()
            session: str | None = response.headers.get("Mcp-Session-Id")
            await response.read()
        client = Client(http, url, session)
        await client.post(INITIALIZED)
        yield client
