"""Ends the HTTP requests that are being answered when the server is told to stop. One ASGI middleware.

A stream of events would go on as long as its client listens; what runs behind it must stop paying at once.
"""

import anyio
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_GOODBYE_S = 0.5


class Closing:
    """Passes requests on to `app` until it is closed, which ends them all in good form."""

    def __init__(self, app: ASGIApp) -> None:
        """Begin open."""
        self._app = app
        self._open: set[anyio.CancelScope] = set()
        self._is_closed = False

    def close(self) -> None:
        """End every request that is being answered, and refuse further ones."""
        self._is_closed = True
        for scope in list(self._open):
            scope.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as long as the server may."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        response = _Response(send)
        with anyio.CancelScope() as until_closed:
            self._open.add(until_closed)
            if self._is_closed:
                until_closed.cancel()
            try:
                await self._app(scope, receive, response.send)
            finally:
                self._open.discard(until_closed)
        if until_closed.cancelled_caught:
            with anyio.move_on_after(_GOODBYE_S):
                await response.finish(scope, receive)


class _Response:
    """How much of a response has been sent."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._has_begun = False
        self._has_ended = False

    async def send(self, message: Message) -> None:
        self._has_begun = True
        self._has_ended = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def finish(self, scope: Scope, receive: Receive) -> None:
        if not self._has_begun:
            error = {"code": "shutting_down", "message": "the server is shutting down"}
            await JSONResponse({"error": error}, status_code=503)(scope, receive, self._send)
        elif not self._has_ended:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
