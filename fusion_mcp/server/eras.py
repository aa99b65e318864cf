"""Keeps a connection in the era of the protocol that it was opened in, as the SDK's own loop for either era does."""

from collections.abc import Mapping
from typing import Any, cast

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_REQUEST, PROTOCOL_VERSION_META_KEY


async def of_the_handshake_alone(ctx: ServerRequestContext[Any], call_next: CallNext) -> HandlerResult:
    """Let a message through. Raises MCPError for a request in the envelope of the era that needs no handshake."""
    if ctx.request_id is not None and ctx.method != "initialize" and _is_enveloped(ctx.params):
        raise MCPError(
            code=INVALID_REQUEST,
            message="This connection was opened by the handshake: it takes no requests in the newer era's envelope.",
        )
    return await call_next(ctx)


def _is_enveloped(params: Mapping[str, Any] | None) -> bool:
    meta: object = (params or {}).get("_meta")
    return isinstance(meta, Mapping) and PROTOCOL_VERSION_META_KEY in cast("Mapping[str, object]", meta)
