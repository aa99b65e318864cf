"""One response as a behaviour gives it: whole, in pieces, or broken off. Knows nothing of what is asked."""

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from typing import Any, Generic

from scripted.records import R, Records
from scripted.wire import chunk, head


class Response(Generic[R]):
    """The server's end of one request."""

    def __init__(self, record: R, writer: asyncio.StreamWriter, records: Records[R]) -> None:
        self.record = record
        self.hung_up = False
        self._writer = writer
        self._records = records

    async def whole(
        self,
        content: dict[str, Any] | str | bytes,
        *,
        status: int = 200,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send a whole response, which completes the request."""
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        data = text.encode() if isinstance(text, str) else text
        fields = {"content-type": content_type, "content-length": str(len(data)), **(headers or {})}
        self._records.answered(self.record, status)
        await self._last(head(status, fields) + data)

    async def begin(
        self, content_type: str = "text/event-stream", *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send the head of a response in pieces, and nothing else yet."""
        fields = {"content-type": content_type, "transfer-encoding": "chunked", **(headers or {})}
        self._records.answered(self.record, status)
        await self.write(head(status, fields))

    async def send(self, data: bytes) -> None:
        """Send bytes as one chunk of the body."""
        await self.write(chunk(data))

    async def end(self, data: bytes = b"") -> None:
        """End a body of chunks with its last bytes; this completes the request."""
        await self._last((chunk(data) if data else b"") + chunk(b""))

    async def write(self, data: bytes) -> None:
        """Send bytes as they are, for what is no proper response."""
        self._writer.write(data)
        await self._writer.drain()

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

    async def _last(self, data: bytes) -> None:
        """Send the last bytes. The record comes first, so that a client that hangs up on reading them is no fault."""
        self._records.completed(self.record)
        await self.write(data)
