"""MCP over HTTP: Streamable HTTP at /mcp, the older SSE at /sse and /messages/, and /healthz. One app, one process.

Who may call is `gate`'s; how requests end when the server does is `closing`'s.
"""

import socket
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from typing import Any

import anyio
import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.sse import SseServerTransport
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from fusion_mcp import __version__
from fusion_mcp.request import MAX_CHARACTERS
from fusion_mcp.server.hangup import STREAMABLE_PATH
from fusion_mcp.server.http.closing import Closing
from fusion_mcp.server.http.gate import HEALTH, Gate
from fusion_mcp.server.http.hosts import Names, names_for
from fusion_mcp.server.http.values import Bare
from fusion_mcp.server.logs import configure_logging
from fusion_mcp.server.signals import wait_for_signal
from fusion_mcp.server.stream_client import OfClient

MOST_BODY_BYTES = 12 * MAX_CHARACTERS + 1_000_000
"""JSON may take twelve bytes for a character, and a question that is too long deserves our own sentence about it."""

_SHUTDOWN_S = 1
_MESSAGES = "/messages/"


async def serve_http(
    server: Server[Any],
    host: str,
    port: int,
    token: str | None,
    allowed_hosts: Iterable[str] = (),
    on_listening: Callable[[int], None] | None = None,
) -> int:
    """Serve `server` to any number of clients until a signal comes or the caller cancels; give the exit status.

    `on_listening` is told the port once requests are answered; port 0 picks a free one. Raises OSError when the address
    cannot be bound, ConfigError for an allowed host that is none.
    """
    configure_logging()
    names = names_for(host, allowed_hosts)
    with _bound(host, port) as listener:
        closing = Closing(http_app(server, names))
        uvicorn_server = _Uvicorn(Bare(Gate(closing, names=names, token=token)), on_listening)
        status = 0

        async def until_told() -> None:
            nonlocal status
            try:
                status = await wait_for_signal()
            finally:
                closing.close()
                uvicorn_server.should_exit = True

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(until_told)
            # uvicorn ends only of its own accord: cancelled, it would leave connections and its own tasks behind.
            with anyio.CancelScope(shield=True):
                await uvicorn_server.serve(sockets=[listener])
            tasks.cancel_scope.cancel()
    return status


def http_app(server: Server[Any], names: Names) -> ASGIApp:
    """Put together what is served at which path, without the token."""
    patterns = names.patterns()
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=patterns,
        allowed_origins=[f"{scheme}://{pattern}" for scheme in ("http", "https") for pattern in patterns],
    )
    sse = SseServerTransport(_MESSAGES, security_settings=security, max_request_body_size=MOST_BODY_BYTES)
    return server.streamable_http_app(
        streamable_http_path=STREAMABLE_PATH,
        transport_security=security,
        max_request_body_size=MOST_BODY_BYTES,
        custom_starlette_routes=[
            Route("/sse", endpoint=_Sse(server, sse)),
            Route(_MESSAGES, endpoint=_Messages(sse)),
            Route(HEALTH, endpoint=_health, methods=["GET"]),
        ],
    )


class _Sse:
    """The stream of one client of the older transport; what it posts arrives at `_Messages`."""

    def __init__(self, server: Server[Any], transport: SseServerTransport) -> None:
        self._server = server
        self._transport = transport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await PlainTextResponse("Method Not Allowed", 405, {"Allow": "GET"})(scope, receive, send)
            return
        async with self._transport.connect_sse(scope, receive, send) as (read, write):
            messages = OfClient(read, scope.get("client"))
            await self._server.run(messages, write, self._server.create_initialization_options())


class _Messages:
    """Takes what clients of the older transport post."""

    def __init__(self, transport: SseServerTransport) -> None:
        self._transport = transport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A message may arrive while its client's stream is closing: it has been answered, and nobody will read it.
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            await self._transport.handle_post_message(scope, receive, send)


class _Uvicorn(uvicorn.Server):
    """uvicorn without hands on signals, which it would raise again when it ends, before the engine is closed."""

    def __init__(self, app: ASGIApp, on_listening: Callable[[int], None] | None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,  # addresses of the older transport hold session ids
                server_header=False,
                proxy_headers=False,
                ws="none",
                lifespan="on",
                timeout_graceful_shutdown=_SHUTDOWN_S,
            )
        )
        self._on_listening = on_listening

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets and self._on_listening:
            self._on_listening(sockets[0].getsockname()[1])


async def _health(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok", "version": __version__})


def _bound(host: str, port: int) -> socket.socket:
    """Take the address, so that a port in use is said before anything else happens."""
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = found[0]
    return socket.create_server(address[:2], family=family)
