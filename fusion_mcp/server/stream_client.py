"""Whose stream a message of the older transport belongs to.

Its clients post on connections of their own, which may be gone before anybody asks who is behind them. The stream that
replies go out on stays.
"""

import contextvars
from typing import Any, Protocol, Self, cast

import anyio
from mcp.shared.message import ServerMessageMetadata, SessionMessage
from starlette.requests import Request

from fusion_mcp.server.stream import Stream

_KEY = "fusion_mcp.stream_client"

Address = tuple[str, int]
"""An address and a port."""

Message = SessionMessage | Exception


class _Messages(Protocol):
    """What the SDK reads messages from."""

    async def receive(self) -> Message: ...
    async def aclose(self) -> None: ...


class OfClient(Stream):
    """A stream of messages that notes with each whose it is. Raises as the stream beneath does."""

    def __init__(self, messages: _Messages, client: Address | None) -> None:
        """`client` holds the other end of the stream that replies go out on."""
        self._messages = messages
        self._client = client

    @property
    def last_context(self) -> contextvars.Context | None:
        """The context in which the last message was sent."""
        return getattr(self._messages, "last_context", None)

    async def receive(self) -> Message:
        """Give the next message."""
        message = await self._messages.receive()
        metadata = message.metadata if isinstance(message, SessionMessage) else None
        request: object = metadata.request_context if isinstance(metadata, ServerMessageMetadata) else None
        if isinstance(request, Request):
            cast("Request[Any]", request).scope[_KEY] = self._client
        return message

    async def aclose(self) -> None:
        """Close the stream beneath."""
        await self._messages.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None


def clients_of(request: "Request[Any]") -> tuple[Address, ...]:
    """Give the clients of a request: whoever made it, and whoever reads the stream that it brings a message for."""
    found: tuple[Address | None, ...] = (request.scope.get("client"), request.scope.get(_KEY))
    return tuple(dict.fromkeys((client[0], client[1]) for client in found if client))
