"""The values of headers without the blanks around them, which HTTP does not count among a value. One ASGI middleware.

uvicorn's faster parser leaves those at the end, and what is compared with a value later would not find it the same.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

_BLANKS = b" \t"


class Bare:
    """Passes requests on to `app` with the blanks taken off."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before whatever reads a header."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if "headers" in scope:
            scope["headers"] = [(name, value.strip(_BLANKS)) for name, value in scope["headers"]]
        await self._app(scope, receive, send)
