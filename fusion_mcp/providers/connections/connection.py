"""One connection that speaks HTTP/1.1 (RFC 9112): a request goes out, its response comes in, then perhaps another.

The event loop tells at once when the peer has gone, so nobody has to look before a connection is used again: looking at
every idle one before each call is what makes a general pool slow where hundreds of calls run at once.
"""

import asyncio
import math

import httptools
import httpx2

from fusion_mcp.providers.connections.patience import Patience, PatienceOver

_MOST_HEAD = 100_000
"""Bytes before a response's body. The parser would take any number."""
_MOST_UNREAD = 256_000
"""Bytes of a body that wait for their reader before the peer is made to wait."""
_MOST_FRAMING = 16
"""Bytes around each byte of a body; chunks of one byte have five."""
_FIRST_INTERIM, _FIRST_FINAL = 100, 200
"""A status between is an interim response: the real one follows (RFC 9110, section 15.2)."""


class Connection(asyncio.Protocol):
    """Carries one exchange after the other; each has a patience. When that is over, waiting raises PatienceOver."""

    def __init__(self) -> None:
        """Know nobody yet: the event loop connects it."""
        self.idle_since = 0.0
        self._loop = asyncio.get_running_loop()
        self.closed = self._loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._response: _Response | None = None
        self._came: asyncio.Future[None] | None = None
        self._patience = Patience()
        self._timer: asyncio.TimerHandle | None = None
        """Comes when that is over, or earlier: it is not set anew for each piece."""
        self._fault: Exception | None = None

    @property
    def is_free(self) -> bool:
        """Whether a request may be sent: it is open, and what went before has gone out and was read to its end."""
        if self._transport is None or self._transport.is_closing() or self._transport.get_write_buffer_size():
            return False
        last = self._response
        return last is None or (last.is_whole and not last.is_last and not last.pieces)

    async def exchange(self, request: bytes, patience: Patience) -> tuple[int, dict[bytes, bytes]]:
        """Send a request; give the status and headers of its response, these by their names in small letters.

        Raises httpx2's errors.
        """
        if self._transport is None:
            raise httpx2.LocalProtocolError("not connected")
        self._patience = patience
        self._response = response = _Response()
        self._transport.write(request)
        while not response.has_head:
            await self._more()
        return response.status, response.headers

    async def piece(self) -> bytes:
        """Give what has come of the body since the last time, b"" at its end. Raises httpx2's errors."""
        response = self._response
        if response is None:
            return b""
        while not (response.pieces or response.is_whole):
            await self._more()
        piece = b"".join(response.pieces)
        response.pieces.clear()
        if response.unread > _MOST_UNREAD and self._transport is not None:
            self._transport.resume_reading()
        response.unread = 0
        return piece

    def abort(self) -> None:
        """Drop the connection now, whatever is under way: so a provider learns to stop."""
        if self._transport is not None:
            self._transport.abort()

    def _more(self) -> asyncio.Future[None]:
        """Give what ends when more comes. What came before a fault is handed out first; then that is raised."""
        if self._fault is not None:
            raise self._fault
        if self.closed.done():
            raise httpx2.RemoteProtocolError("The peer closed the connection before its response was whole.")
        self._came = self._loop.create_future()
        self._look_in_time()
        return self._came

    def _look_in_time(self) -> None:
        until = self._patience.until
        if self._timer is not None and self._timer.when() <= until:
            return
        self._rest()
        if until < math.inf:
            self._timer = self._loop.call_at(until, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._came is None or self._came.done():
            return
        if self._loop.time() < self._patience.until:
            self._look_in_time()
        else:
            self._came.set_exception(PatienceOver())

    def _rest(self) -> None:
        """Nobody waits any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self) -> None:
        if self._came is not None and not self._came.done():
            self._came.set_result(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Told by the event loop."""
        self._transport = transport if isinstance(transport, asyncio.Transport) else None

    def data_received(self, data: bytes) -> None:
        """Told by the event loop."""
        response = self._response
        if response is None or response.is_whole:
            self.abort()  # nobody has asked
            return
        try:
            response.take(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fault = httpx2.RemoteProtocolError(f"The response is none of HTTP/1.1 ({error}).")
            self.abort()
        if response.unread > _MOST_UNREAD and self._transport is not None:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """Told by the event loop, which then closes the connection."""
        if self._response is not None:
            self._response.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Told by the event loop, once."""
        if exc is not None and self._fault is None:
            self._fault = httpx2.ReadError(str(exc))
        if self._response is not None:
            self._response.let_go()
        self._rest()
        self.closed.set_result(None)
        self._wake()


class _Response:
    """A response as far as it has come. Its methods that begin with `on_` are called by the parser."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.pieces: list[bytes] = []
        self.unread = 0
        self.has_head = False
        self.is_whole = False
        self.is_last = True
        """Whether the connection cannot be used again after it."""
        self._besides = 0
        """Bytes so far that were no body: heads, the framing of chunks, trailers."""
        self._body = 0
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)

    def take(self, data: bytes) -> None:
        """Take what has come. Raises HttpParserError for what is no response."""
        if self._parser is None:
            return
        before = self._body
        self._parser.feed_data(data)
        self._besides += len(data) - (self._body - before)
        if 0 < self.status < _FIRST_INTERIM:
            raise httptools.HttpParserError("there is no such status")
        if self._besides > _MOST_HEAD + _MOST_FRAMING * self._body:
            raise httptools.HttpParserError("there is more around the body than in it")
        if self.is_whole:
            self.let_go()

    def end(self) -> None:
        """The peer sends no more: the end of a body that names no length (RFC 9112, section 6.3)."""
        if self.has_head and not self.headers.keys() & {b"content-length", b"transfer-encoding"}:
            self.is_whole = True

    def let_go(self) -> None:
        """Drop the parser: the two hold each other, which only the garbage collector would end."""
        self._parser = None

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.has_head:  # a trailer says nothing that anybody wants to know
            self.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        if not self.is_whole and self._parser is not None:
            self.status = self._parser.get_status_code()
            self.has_head = self.status >= _FIRST_FINAL

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        if self.has_head and not self.is_whole:
            self.pieces.append(body)
            self.unread += len(body)

    def on_message_begin(self) -> None:
        if self.is_whole:  # another response, for which nobody has asked
            self.is_last = True

    def on_message_complete(self) -> None:
        if not self.has_head:  # an interim response
            self.headers.clear()
        elif not self.is_whole:
            self.is_whole = True
            self.is_last = self._parser is None or not self._parser.should_keep_alive()
