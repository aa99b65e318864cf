"""Connections of a scripted server: reads requests, plays what is scripted for them, notices clients that go."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

from scripted.records import R, Records
from scripted.response import Response
from scripted.wire import Request, WatchedReader, read_request

Respond = Callable[[Request, WatchedReader, asyncio.StreamWriter], Awaitable[bool]]
"""Answers one request of a connection, and says whether the connection can take another."""


class Server:
    """One listening socket on loopback and all its connections, inside one event loop."""

    def __init__(self, respond: Respond) -> None:
        self.faults: list[BaseException] = []
        self._respond = respond
        self._connections: set[asyncio.Task[None]] = set()
        self._transports: set[asyncio.Transport] = set()

    async def run(self, listening: Callable[[int], None], stop: asyncio.Event) -> None:
        """Serve until `stop`; `listening` is told the port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._protocol, "127.0.0.1", 0)
        listening(server.sockets[0].getsockname()[1])
        await stop.wait()
        await self._end_tasks()
        server.close()
        while self._transports:
            for transport in self._transports:
                transport.abort()
            await asyncio.sleep(0)
        await server.wait_closed()

    async def _end_tasks(self) -> None:
        """End everything that is being served, once the loop is done with what it has accepted.

        A server that closes before that forgets sockets: their transports fail to attach to it, silently.
        """
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for connection in self._connections:
                connection.cancel()
            await asyncio.wait(others)

    def _protocol(self) -> asyncio.StreamReaderProtocol:
        reader = WatchedReader()

        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

        return _Connection(reader, connected, self._transports)

    async def _serve(self, reader: WatchedReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after the other."""
        try:
            while not writer.is_closing() and (request := await read_request(reader)):
                if not await self._respond(request, reader, writer):
                    break
            await _flush(writer)
        except ConnectionError:
            pass  # the client went; the record says so
        except Exception as fault:  # noqa: BLE001  # a script's own mistake is raised in the test, when the server closes
            self.faults.append(fault)
        finally:
            writer.transport.abort()


class _Connection(asyncio.StreamReaderProtocol):
    """Keeps its transport among `transports` from its first moment to its last, whoever serves it."""

    def __init__(
        self,
        reader: WatchedReader,
        connected: Callable[[asyncio.StreamReader, asyncio.StreamWriter], None],
        transports: set[asyncio.Transport],
    ) -> None:
        super().__init__(reader, connected)
        self._transports = transports
        self._own: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._own = cast("asyncio.Transport", transport)
        self._transports.add(self._own)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._own is not None:
            self._transports.discard(self._own)


async def play(
    playing: Callable[[], Awaitable[None]], response: Response[R], records: Records[R], reader: WatchedReader
) -> bool:
    """Play what is scripted for a recorded request until it ends or the client is gone; whether it was completed."""
    try:
        await _while_there(asyncio.ensure_future(playing()), reader)
    finally:
        records.close(response.record, by_client=reader.gone.is_set() and not response.hung_up)
    return response.record.completed


async def _while_there(playing: asyncio.Future[None], reader: WatchedReader) -> None:
    gone = asyncio.ensure_future(reader.gone.wait())
    try:
        await asyncio.wait({playing, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        playing.cancel()
        with suppress(ConnectionError, asyncio.CancelledError):
            await playing


async def _flush(writer: asyncio.StreamWriter) -> None:
    """Close a connection once its last bytes are out."""
    writer.close()
    with suppress(ConnectionError, TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), 1)
