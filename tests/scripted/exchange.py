"""One chat request as a behaviour sees it: what was asked, and every way to reply to it or to fail to."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scripted.calls import Call, Records
from scripted.shapes import DONE, JSON, event, last_piece, piece
from scripted.wire import chunk, head


class Exchange:
    """The provider's end of one call."""

    def __init__(self, call: Call, writer: asyncio.StreamWriter, records: Records) -> None:
        self.call = call
        self.hung_up = False
        self._writer = writer
        self._records = records

    @property
    def body(self) -> dict[str, Any]:
        return self.call.body

    @property
    def model(self) -> str:
        return self.call.model

    @property
    def wants_stream(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def wants_usage(self) -> bool:
        """Whether the client asked for the bill at the end of a stream, in OpenAI's way or in OpenRouter's."""
        openai: JSON = self.body.get("stream_options") or {}
        openrouter: JSON = self.body.get("usage") or {}
        return bool(openai.get("include_usage") or openrouter.get("include"))

    async def whole(
        self,
        content: JSON | str,
        *,
        status: int = 200,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send a whole response, which completes the call."""
        data = (content if isinstance(content, str) else json.dumps(content)).encode()
        fields = {"content-type": content_type, "content-length": str(len(data)), **(headers or {})}
        self._records.answered(self.call, status)
        await self._last(head(status, fields) + data)

    async def begin(self, content_type: str = "text/event-stream") -> None:
        """Send the head of a stream, and nothing else yet."""
        self._records.answered(self.call, 200)
        await self._write(head(200, {"content-type": content_type, "transfer-encoding": "chunked"}))

    async def send(self, data: bytes) -> None:
        """Send bytes of a stream as one chunk of the body."""
        await self._write(chunk(data))

    async def say(self, text: str, field: str = "content") -> None:
        """Stream one piece of the reply."""
        await self.send(event(piece(self.model, {"role": "assistant", field: text})))

    async def finish(self, *, reason: str = "stop", usage: JSON | None = None, done: bytes = DONE) -> None:
        """End a stream well, with its bill; this completes the call."""
        await self.send(event(piece(self.model, {}, finish=reason)))
        bill = b"" if usage is None else event(last_piece(self.model, usage))
        await self.end(bill + done)

    async def end(self, data: bytes = b"") -> None:
        """End the body of a stream with its last bytes; this completes the call."""
        await self._last((chunk(data) if data else b"") + chunk(b""))

    async def stall(self) -> None:
        """Send nothing more until the client goes."""
        await asyncio.Event().wait()

    def cut(self) -> None:
        """Close the connection in the middle."""
        self.hung_up = True
        self._writer.close()

    def reset(self) -> None:
        """Drop the connection so that the client sees a reset, not an end."""
        self.hung_up = True
        raw: socket.socket = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def _last(self, data: bytes) -> None:
        """Send the last bytes. The record comes first, so that a client that hangs up on reading them is no fault."""
        self._records.completed(self.call)
        await self._write(data)


@dataclass(frozen=True)
class Behaviour:
    """How the provider answers one call."""

    name: str
    play: Callable[[Exchange], Awaitable[None]]
