"""What the client says and is told on stdio, as the SDK takes and gives it.

The SDK's own stdio hands each message to a task of its own, either way, and writes it alone. Here the SDK takes it from
where it was read, and what is said in one turn of the event loop is written at once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Self

import anyio
from mcp.shared.message import SessionMessage
from mcp.types.jsonrpc import JSONRPCMessage, JSONRPCRequest, JSONRPCResponse, jsonrpc_message_adapter
from pydantic_core import to_json

from fusion_mcp.server.stream import Stream

_MOST_WAITING = 1024 * 1024
"""How many bytes may wait for a client that does not read, before whoever has more to say waits, too."""

Notify = Callable[[str, Mapping[str, object]], None]
"""Sends a notification, its method and its params, without waiting; one that nobody reads is dropped."""


class Incoming(Stream):
    """The client's messages. What is none is given as the error that it is."""

    def __init__(self, lines: AsyncIterator[str], close: Callable[[], None]) -> None:
        """`close` makes `lines` end."""
        self._lines = lines
        self._close = close
        self._first: SessionMessage | Exception | None = None

    async def aclose(self) -> None:
        """Give no more messages than those whose lines wait."""
        self._close()

    async def receive(self) -> SessionMessage | Exception:
        """Wait for the next message. Raises EndOfStream after the last."""
        try:
            return await anext(self)
        except StopAsyncIteration:
            raise anyio.EndOfStream from None

    async def opens_by_handshake(self) -> bool:
        """Wait for the first message, which stays the next, and tell whether it asks for the older protocol's way."""
        self._first = await anext(self, None)
        match self._first:
            case SessionMessage(message=JSONRPCRequest(method="initialize")):
                return True
            case _:
                return False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        line = await anext(self._lines)
        try:
            return SessionMessage(_message(line))
        except ValueError as error:
            return error


class Outgoing(Stream):
    """What the client is told. It is written by `write`, which has to run beside whoever tells it."""

    def __init__(self, write: Callable[[bytes], Awaitable[None]]) -> None:
        """Made inside the event loop. `write` writes bytes, all of them."""
        self._write = write
        self._waiting: list[bytes] = []
        self._size = 0
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._is_closed = False

    async def aclose(self) -> None:
        """Take no more messages; those that wait are still written."""
        self._is_closed = True
        self._news.set()
        self._room.set()

    async def send(self, item: SessionMessage, /) -> None:
        """Send a message, as soon as not too many wait. Raises ClosedResourceError after the end."""
        while self._size > _MOST_WAITING and not self._is_closed:
            self._room.clear()
            await self._room.wait()
        if self._is_closed:
            raise anyio.ClosedResourceError
        self._take(_line(item.message))

    def notify(self, method: str, params: Mapping[str, object]) -> None:
        """Send a notification, or drop it where the client does not read or is gone."""
        if self._size <= _MOST_WAITING and not self._is_closed:
            self._take(to_json({"jsonrpc": "2.0", "method": method, "params": params}))

    @staticmethod
    def structured(json: str) -> dict[str, Any]:
        """Stand for structured content that is JSON already, in a message that is sent here.

        The SDK copies every value of a result, three times over: this way there is one.
        """
        return {"already": json}

    async def write(self) -> None:
        """Write what there is, until closed. Raises as the writing does; then nobody waits for room any more."""
        try:
            while self._waiting or not self._is_closed:
                if self._waiting:
                    await self._write(self._taken())
                else:
                    self._news.clear()
                    await self._news.wait()
        finally:
            await self.aclose()

    def _taken(self) -> bytes:
        lines = b"\n".join([*self._waiting, b""])
        self._waiting.clear()
        self._size = 0
        self._room.set()
        return lines

    def _take(self, line: bytes) -> None:
        if not self._waiting:
            self._news.set()
        self._waiting.append(line)
        self._size += len(line)


def _message(line: str) -> JSONRPCMessage:
    """Understand what most often is a request. Raises ValueError for what is no message."""
    try:  # as one of four it takes twice as long
        return JSONRPCRequest.model_validate_json(line, by_name=False)
    except ValueError:
        return jsonrpc_message_adapter.validate_json(line, by_name=False)


def _line(message: JSONRPCMessage) -> bytes:
    match message:
        case JSONRPCResponse(result={"structuredContent": {"already": str(json)}}):
            rest = {name: value for name, value in message.result.items() if name != "structuredContent"}
            line = to_json({"jsonrpc": "2.0", "id": message.id, "result": rest})
            return line.removesuffix(b"}}") + f',"structuredContent":{json}}}}}'.encode()
        case _:
            return message.model_dump_json(by_alias=True, exclude_unset=True).encode()
