"""Notices that the client of an HTTP call has hung up, in the protocol's older era, where the SDK does not.

The older revisions do not call that a cancellation, since a client may come back for the rest of its stream. This
server keeps no streams: nobody can get such a call's result any more, so nobody should pay for it. Clients that people
interrupt send nothing else. In the current era, and over stdio and SSE, the SDK cancels the call itself.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import anyio
from mcp.server.context import ServerRequestContext
from mcp.types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.requests import Request

STREAMABLE_PATH = "/mcp"


@asynccontextmanager
async def until_hung_up(ctx: ServerRequestContext[Any]) -> AsyncGenerator[None]:
    """Cancel the block when the client of the call hangs up. Left in that way, the block simply ends."""
    request = http_request(ctx)
    if request is None or not _holds_the_result(ctx, request):
        yield
        return
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_cancel_at_hangup, request, tasks.cancel_scope)
        yield
        tasks.cancel_scope.cancel()


def http_request(ctx: ServerRequestContext[Any]) -> "Request[Any] | None":
    """Give the HTTP request that carried a call; None on stdio."""
    request: object = ctx.request
    return cast("Request[Any]", request) if isinstance(request, Request) else None


def _holds_the_result(ctx: ServerRequestContext[Any], request: "Request[Any]") -> bool:
    """Tell whether the result goes out on the request's own response: what SSE clients post is answered at once."""
    return ctx.protocol_version in HANDSHAKE_PROTOCOL_VERSIONS and request.scope["path"] == STREAMABLE_PATH


async def _cancel_at_hangup(request: "Request[Any]", scope: anyio.CancelScope) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
