"""A reverse proxy outside the tree of processes: it hands on what a request needs, and drops every other header."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from scripted.records import Record, Records
from scripted.running import RunningServer
from scripted.wire import Request, WatchedReader

NEEDED = ("authorization", "content-type", "content-length", "accept", "mcp-session-id", "mcp-protocol-version")


class Proxy(RunningServer[Record]):
    """Use it as a context manager. `target` is the URL of the server behind it, which it may learn later."""

    def __init__(self, target: str = "") -> None:
        super().__init__("proxy", Records(), self._pass_on)
        self.target = target

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _pass_on(self, request: Request, reader: WatchedReader, writer: asyncio.StreamWriter) -> bool:
        parts = urlsplit(self.target)
        behind, to_it = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            to_it.write(_head(request, parts.netloc) + request.body)
            await _until_first(_copy(behind, writer), reader.gone.wait())
        finally:
            to_it.close()
            with suppress(ConnectionError):
                await to_it.wait_closed()
        return False


async def _copy(behind: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await behind.read(65_536):
            writer.write(data)
            await writer.drain()


async def _until_first(*awaited: Coroutine[Any, Any, object]) -> None:
    """Wait for the first of them, and end the others."""
    tasks = [asyncio.ensure_future(each) for each in awaited]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _head(request: Request, host: str) -> bytes:
    kept = {name: value for name, value in request.headers.items() if name in NEEDED}
    lines = "".join(f"{name}: {value}\r\n" for name, value in kept.items())
    return f"{request.method} {request.target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{lines}\r\n".encode()
