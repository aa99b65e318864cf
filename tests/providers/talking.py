"""A peer that plays one script for each connection, and a client over our own transport that talks to it."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import httpx2

from fusion_mcp.providers.connections.transport import Transport

Serving = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\n"
TWO = OK + b"Content-Length: 4\r\n\r\nTwo."


class Peer:
    """A server that plays one script for each connection, and counts them."""

    def __init__(self, *scripts: Serving) -> None:
        self.scripts = scripts
        self.connections = 0
        self.gone = anyio.Event()
        self.open = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = self.scripts[min(self.connections, len(self.scripts) - 1)]
        self.connections += 1
        self.open += 1
        try:
            await script(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            self.gone.set()
            writer.close()


@asynccontextmanager
async def talking(
    *scripts: Serving, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[tuple[Peer, httpx2.AsyncClient]]:
    """A client over our transport, and a peer that plays these scripts."""
    peer = Peer(*scripts)
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0, ssl=tls)
    peer.url = f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        with anyio.fail_after(10):
            async with httpx2.AsyncClient(transport=Transport(ssl.create_default_context())) as client:
                yield peer, client
    finally:
        server.close()


def answers(*replies: bytes, then_closes: bool = False) -> Serving:
    """One reply for each request, then silence or the end."""

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for reply in replies:
            await request(reader)
            writer.write(reply)
            await writer.drain()
        if not then_closes:
            await reader.read()

    return play


async def request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    return head + await reader.readexactly(length)


async def text(client: httpx2.AsyncClient, peer: Peer) -> str:
    return (await client.post(peer.url, content=b"{}")).text
