"""Connections of the scripted provider: reads requests, finds the behaviour, plays it, notices clients that go."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from scripted.calls import Call, Records
from scripted.exchange import Behaviour, Exchange
from scripted.wire import Request, WatchedReader, head, read_request


class Server:
    """One listening socket on loopback and all its connections, inside one event loop."""

    def __init__(
        self,
        records: Records,
        *,
        choose: Callable[[Call], Behaviour],
        models: Callable[[Request], tuple[int, dict[str, Any]]],
    ) -> None:
        self.faults: list[BaseException] = []
        self._records = records
        self._choose = choose
        self._models = models
        self._connections: set[asyncio.Task[None]] = set()

    async def run(self, listening: Callable[[int], None], stop: asyncio.Event) -> None:
        """Serve until `stop`; `listening` is told the port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._protocol, "127.0.0.1", 0)
        listening(server.sockets[0].getsockname()[1])
        await stop.wait()
        server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await server.wait_closed()

    def _protocol(self) -> asyncio.StreamReaderProtocol:
        reader = WatchedReader()

        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

        return asyncio.StreamReaderProtocol(reader, connected)

    async def _serve(self, reader: WatchedReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after the other."""
        try:
            while not writer.is_closing() and (request := await read_request(reader)):
                self._records.visit(f"{request.method} {request.path}")
                if not await self._respond(request, reader, writer):
                    break
            await _flush(writer)
        except ConnectionError:
            pass  # the client went; the record says so
        except Exception as fault:  # noqa: BLE001  # a script's own mistake is raised in the test, when the provider closes
            self.faults.append(fault)
        finally:
            writer.transport.abort()

    async def _respond(self, request: Request, reader: WatchedReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection can take another."""
        if request.method == "POST" and request.path == "/v1/chat/completions":
            return await self._chat(request, reader, writer)
        known = request.method == "GET" and request.path == "/v1/models"
        code, content = self._models(request) if known else (404, {"error": {"message": "No such path.", "code": 404}})
        data = json.dumps(content).encode()
        writer.write(head(code, {"content-type": "application/json", "content-length": str(len(data))}) + data)
        await writer.drain()
        return True

    async def _chat(self, request: Request, reader: WatchedReader, writer: asyncio.StreamWriter) -> bool:
        body: dict[str, Any] = json.loads(request.body)
        call = Call(model=str(body.get("model")), headers=request.headers, body=body)
        self._records.open(call)
        exchange = Exchange(call, writer, self._records)
        try:
            await self._play(self._choose(call), exchange, reader)
        finally:
            self._records.close(call, by_client=reader.gone.is_set() and not exchange.hung_up)
        return call.completed

    async def _play(self, behaviour: Behaviour, exchange: Exchange, reader: WatchedReader) -> None:
        """Play a behaviour until it ends or the client is gone, whichever comes first."""
        playing = asyncio.ensure_future(behaviour.play(exchange))
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
