"""Who may call over HTTP: the right Host, the right Origin, and the bearer token, in that order. One ASGI middleware.

Every path passes here, the SDK's and ours; only `/healthz` needs no token.
"""

import hmac
from collections.abc import Sequence

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from fusion_mcp.server.http.hosts import Names

HEALTH = "/healthz"

_ADVICE = (
    "send the header 'Authorization: Bearer TOKEN'; the token stands on the server's stderr since it started, "
    "or in its environment as FUSION_MCP_TOKEN"
)


class Gate:
    """Lets a request through to `app`, or answers 421, 403 or 401 itself."""

    def __init__(self, app: ASGIApp, *, names: Names, token: str | None) -> None:
        """Without `token`, whoever names the server rightly may call."""
        self._app = app
        self._names = names
        self._expected = None if token is None else token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Of what is not HTTP only the server's own start and end are let through."""
        if scope["type"] == "http":
            refusal = self._refusal(scope)
            await (refusal or self._app)(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        hosts, origins = _headers(scope, b"host"), _headers(scope, b"origin")
        if len(hosts) != 1 or not self._names.allow_host(hosts[0]):
            return _refuse(421, "misdirected", "this server is not known by that Host; --allowed-host adds a name")
        if any(not self._names.allow_origin(origin) for origin in origins):
            return _refuse(403, "forbidden_origin", "pages of that Origin may not call this server")
        if self._expected is None or scope["path"] == HEALTH or self._knows_token(scope):
            return None
        return _refuse(401, "unauthorized", _ADVICE, {"WWW-Authenticate": 'Bearer realm="fusion-mcp"'})

    def _knows_token(self, scope: Scope) -> bool:
        given = _headers(scope, b"authorization")
        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        is_same = hmac.compare_digest(token.strip().encode(), self._expected or b"")
        return scheme.lower() == "bearer" and is_same


def _headers(scope: Scope, name: bytes) -> Sequence[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _refuse(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status, headers=headers)
