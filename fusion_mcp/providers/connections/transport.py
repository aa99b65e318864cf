"""Connections to servers, kept for the next call: a transport for httpx2's client that is made for many calls at once.

httpx2's own pool looks at each of its connections before each request, and takes a millisecond of computing for a call;
with this it is a fifth (`benchmarks/`). It speaks HTTP/1.1 and knows no proxies: those stay with httpx2.
"""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator

import anyio
import httpx2

from fusion_mcp.providers.connections.connection import Connection

_KEPT_S = 5.0
"""How long an idle connection is used again: httpx2's own figure. Servers mostly close theirs much later."""
_MOST_IDLE = 512
"""Idle connections to one server."""
_CLOSE_WITHIN_S = 1.0
_SECOND_ADDRESS_AFTER_S = 0.25
"""RFC 8305 ("Happy Eyeballs"), section 5."""
_PORTS = {"http": 80, "https": 443}

_Origin = tuple[str, str, int]


class Transport(httpx2.AsyncBaseTransport):
    """Sends requests. Only `connect` of a request's timeouts is kept here: who asks has deadlines of their own."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        """Connect to nobody yet. `tls` is used for https."""
        self._tls = tls
        self._idle: defaultdict[_Origin, list[Connection]] = defaultdict(list)
        self._open: set[Connection] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; give its response as soon as its headers are there. Raises httpx2's errors."""
        url = request.url
        if url.scheme not in _PORTS:
            raise httpx2.UnsupportedProtocol(f"no HTTP: {url.scheme!r}")
        message = await _message(request)
        origin = (url.scheme, url.host, url.port or _PORTS[url.scheme])
        connection = self._kept(origin) or await self._connected(origin, request)
        try:
            status, headers = await connection.exchange(message)
        except BaseException:
            connection.abort()
            raise
        return httpx2.Response(status, headers=headers, stream=_Body(self, origin, connection))

    def keep(self, origin: _Origin, connection: Connection) -> None:
        """Take a connection back whose response is over, however it ended."""
        idle = self._idle[origin]
        if not connection.is_free or len(idle) >= _MOST_IDLE:
            connection.abort()
            return
        connection.idle_since = anyio.current_time()
        idle.append(connection)

    async def aclose(self) -> None:
        """Drop every connection."""
        self._idle.clear()
        connections = tuple(self._open)
        for connection in connections:
            connection.abort()
        with anyio.move_on_after(_CLOSE_WITHIN_S):
            for connection in connections:
                await asyncio.shield(connection.closed)

    def _kept(self, origin: _Origin) -> Connection | None:
        """The connection that was used last, so that those which are not needed grow old."""
        idle, since = self._idle[origin], anyio.current_time() - _KEPT_S
        while idle and idle[0].idle_since < since:
            idle.pop(0).abort()
        while idle:
            connection = idle.pop()
            if connection.is_free:
                return connection
        return None

    async def _connected(self, origin: _Origin, request: httpx2.Request) -> Connection:
        scheme, host, port = origin
        within: float | None = request.extensions.get("timeout", {}).get("connect")
        tls = self._tls if scheme == "https" else None
        connecting = asyncio.get_running_loop().create_task(_connection(host, port, tls))
        try:
            # Cancelled in the middle, asyncio loses the sockets of its race between addresses: it goes on to its end.
            with anyio.fail_after(within):
                connection = await asyncio.shield(connecting)
        except TimeoutError as error:
            connecting.add_done_callback(_unwanted)
            raise httpx2.ConnectTimeout(str(error), request=request) from error
        except (OSError, UnicodeError) as error:  # TLS's errors are OSErrors; a host may be no name at all
            raise httpx2.ConnectError(str(error), request=request) from error
        except BaseException:
            connecting.add_done_callback(_unwanted)
            raise
        self._open.add(connection)
        connection.closed.add_done_callback(lambda _: self._open.discard(connection))
        return connection


class _Body(httpx2.AsyncByteStream):
    """A response's body as it comes. Closed before its end, it takes its connection with it."""

    def __init__(self, transport: Transport, origin: _Origin, connection: Connection) -> None:
        self._transport = transport
        self._origin = origin
        self._connection: Connection | None = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._connection is not None and (piece := await self._connection.piece()):
            yield piece

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._transport.keep(self._origin, connection)


async def _connection(host: str, port: int, tls: ssl.SSLContext | None) -> Connection:
    loop, delay = asyncio.get_running_loop(), _SECOND_ADDRESS_AFTER_S
    _, connection = await loop.create_connection(Connection, host, port, ssl=tls, happy_eyeballs_delay=delay)
    return connection


def _unwanted(connecting: asyncio.Task[Connection]) -> None:
    """Drop a connection that came when nobody waited for it any more."""
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().abort()


async def _message(request: httpx2.Request) -> bytes:
    """Write a request as it goes over the wire. Raises LocalProtocolError for what would be more than one."""
    lines = [f"{request.method} ".encode() + request.url.raw_path + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in request.headers.raw]
    if any(not name or b":" in name or b" " in name for name, _ in request.headers.raw):
        raise httpx2.LocalProtocolError("The name of a header is none.")
    if any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines):
        raise httpx2.LocalProtocolError("A header holds a line break.")
    return b"\r\n".join((*lines, b"", await request.aread()))
