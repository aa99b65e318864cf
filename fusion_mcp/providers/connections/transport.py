"""Connections to servers, kept for the next call: a transport for httpx2's client that is made for many calls at once.

httpx2's own pool looks at each of its connections before each request, and takes a millisecond of computing for a call;
with this it is a fifth (`benchmarks/`). It speaks HTTP/1.1 and knows no proxies: those stay with httpx2.
"""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable

import anyio
import httpx2

from fusion_mcp.clock import now
from fusion_mcp.providers.connections.connection import Connection
from fusion_mcp.providers.connections.patience import Patience
from fusion_mcp.providers.connections.request import Origin, as_message, origin
from fusion_mcp.providers.connections.response import Body, Response, pieces

_KEPT_S = 5.0
"""How long an idle connection is used again: httpx2's own figure. Servers mostly close theirs much later."""
_MOST_IDLE = 512
"""Idle connections to one server."""
_CLOSE_WITHIN_S = 1.0
_SECOND_ADDRESS_AFTER_S = 0.25
"""RFC 8305 ("Happy Eyeballs"), section 5."""


class Transport(httpx2.AsyncBaseTransport):
    """Sends requests. Of a request's timeouts only `connect` is kept here: who asks has deadlines of their own."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        """Connect to nobody yet. `tls` is used for https."""
        self._tls = tls
        self._idle: defaultdict[Origin, list[Connection]] = defaultdict(list)
        self._open: set[Connection] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request of httpx2's client; give its response as soon as its headers are there."""
        url, body = request.url, await request.aread()
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        message = as_message(request.method, url.raw_path.decode("ascii"), fields, body)
        within: float | None = request.extensions.get("timeout", {}).get("connect")
        response = await self.send(origin(url), message, connect_within=within, patience=Patience())
        return httpx2.Response(response.status, headers=response.headers, stream=_Stream(response.body))

    async def send(
        self, origin: Origin, message: bytes, *, connect_within: float | None, patience: Patience
    ) -> Response:
        """Send a request that is written already; give its response as soon as its headers are there.

        Raises httpx2's errors, and PatienceOver. Who closes the response's body gives its connection back.
        """
        connection = self._kept(origin) or await self._connected(origin, connect_within, patience)
        try:
            status, headers = await connection.exchange(message, patience)
        except BaseException:
            connection.abort()
            raise
        return Response(status=status, headers=headers, body=_Body(self, origin, connection))

    def keep(self, origin: Origin, connection: Connection) -> None:
        """Take a connection back whose response is over, however it ended."""
        idle = self._idle[origin]
        if not connection.is_free or len(idle) >= _MOST_IDLE:
            connection.abort()
            return
        connection.idle_since = now()
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

    def _kept(self, origin: Origin) -> Connection | None:
        """The connection that was used last, so that those which are not needed grow old."""
        idle, since = self._idle[origin], now() - _KEPT_S
        while idle and idle[0].idle_since < since:
            idle.pop(0).abort()
        while idle:
            connection = idle.pop()
            if connection.is_free:
                return connection
        return None

    async def _connected(self, origin: Origin, within: float | None, patience: Patience) -> Connection:
        scheme, host, port = origin
        tls = self._tls if scheme == "https" else None
        connecting = asyncio.get_running_loop().create_task(_connection(host, port, tls))
        try:
            # Cancelled in the middle, asyncio loses the sockets of its race between addresses: it goes on to its end.
            with anyio.fail_after(within):
                connection = await patience.wait_for(asyncio.shield(connecting))
        except TimeoutError as error:
            connecting.add_done_callback(_unwanted)
            raise httpx2.ConnectTimeout(str(error)) from error
        except (OSError, UnicodeError) as error:  # TLS's errors are OSErrors; a host may be no name at all
            raise httpx2.ConnectError(str(error)) from error
        except BaseException:
            connecting.add_done_callback(_unwanted)
            raise
        self._open.add(connection)
        connection.closed.add_done_callback(lambda _: self._open.discard(connection))
        return connection


class _Body:
    """A response's body as it comes. Closed before its end, it takes its connection with it."""

    def __init__(self, transport: Transport, origin: Origin, connection: Connection) -> None:
        self._transport = transport
        self._origin = origin
        self._connection: Connection | None = connection

    def piece(self) -> Awaitable[bytes]:
        return _nothing() if self._connection is None else self._connection.piece()

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._transport.keep(self._origin, connection)


class _Stream(httpx2.AsyncByteStream):
    """A response's body, as httpx2's client reads it."""

    def __init__(self, body: Body) -> None:
        self._body = body

    def __aiter__(self) -> AsyncGenerator[bytes]:
        return pieces(self._body)

    async def aclose(self) -> None:
        await self._body.aclose()


async def _nothing() -> bytes:
    return b""


async def _connection(host: str, port: int, tls: ssl.SSLContext | None) -> Connection:
    loop, delay = asyncio.get_running_loop(), _SECOND_ADDRESS_AFTER_S
    _, connection = await loop.create_connection(Connection, host, port, ssl=tls, happy_eyeballs_delay=delay)
    return connection


def _unwanted(connecting: asyncio.Task[Connection]) -> None:
    """Drop a connection that came when nobody waited for it any more."""
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().abort()
