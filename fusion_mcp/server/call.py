"""One tool call: may it be made, are its arguments right, and its run with progress. What a run does, others say."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from mcp.server.context import ServerRequestContext
from mcp.types import CallToolRequestParams, CallToolResult, TextContent
from pydantic import ValidationError

from fusion_mcp.explain import explain
from fusion_mcp.guard import ADVICE, marker_in
from fusion_mcp.protocols import OnProgress
from fusion_mcp.render import markdown
from fusion_mcp.request import Ask
from fusion_mcp.server.failures import failure, failure_of
from fusion_mcp.server.hangup import http_request, until_hung_up
from fusion_mcp.server.logs import places
from fusion_mcp.server.pump import reporting
from fusion_mcp.server.tools import KINDS, SHAPES
from fusion_mcp.types import Kind

if TYPE_CHECKING:
    from fusion_mcp.engine import Engine

_log = logging.getLogger(__name__)

_UNFORESEEN = (
    "something went wrong inside fusion-mcp; its log on stderr says where. "
    "Ask once more, or answer the question directly."
)


class ToolCalls:
    """Answers `tools/call`. Raises nothing but cancellation: whatever happens is a result that a model can read."""

    def __init__(self, engine: "Engine") -> None:
        """Carry calls out with `engine`."""
        self._engine = engine

    async def call(self, ctx: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        """Carry out one call, or say why not. A call from inside a run is refused before anything else is looked at."""
        marker = marker_in(_meta(ctx), _headers(ctx), self._engine.settings.environ)
        if marker is not None:
            return failure("recursion_refused", f"{ADVICE} (Marked by {marker}.)")
        kind = KINDS.get(params.name)
        if kind is None:
            return failure("invalid_arguments", f"there is no such tool; the tools are {' and '.join(KINDS)}.")
        request = _request(SHAPES[kind], params.arguments or {})
        if isinstance(request, str):
            return failure("invalid_arguments", request)
        wants_progress = (ctx.meta or {}).get("progress_token") is not None
        async with until_hung_up(ctx), reporting(ctx.session, wanted=wants_progress) as on_progress:
            # What goes wrong becomes a result in here, since the blocks' task groups would wrap an exception.
            return await self._outcome(kind, request, on_progress)
        return failure("cancelled", "the client hung up")  # which nobody reads

    async def _outcome(self, kind: Kind, request: Ask, on_progress: OnProgress) -> CallToolResult:
        try:
            result = await self._engine.run(kind, request, on_progress)
            return CallToolResult(
                content=[TextContent(type="text", text=markdown(result))],
                structured_content=result.model_dump(mode="json"),
            )
        except Exception as error:  # noqa: BLE001 the one place where a crash becomes a sentence for the calling model
            foreseen = failure_of(error)
            if foreseen is None:
                _log.error("a call of fusion_%s failed in an unforeseen way:\n%s", kind, places(error))
            return foreseen or failure("unexpected_error", _UNFORESEEN)


def _request(shape: type[Ask], arguments: Mapping[str, Any]) -> Ask | str:
    """Give the validated arguments, or a sentence about what is wrong with them."""
    try:
        return shape.model_validate(arguments)
    except ValidationError as error:
        return "; ".join(explain(error, shape=shape))


def _meta(ctx: ServerRequestContext[Any]) -> Mapping[str, object] | None:
    """The request's `_meta` as it came: the SDK's own reading of it drops what it cannot read."""
    meta = (ctx.params or {}).get("_meta")
    return cast("Mapping[str, object]", meta) if isinstance(meta, Mapping) else None


def _headers(ctx: ServerRequestContext[Any]) -> dict[str, str] | None:
    """The headers of the HTTP request that carried the call, None on stdio; one sent twice keeps both values."""
    request = http_request(ctx)
    if request is None:
        return None
    folded: dict[str, str] = {}
    for name, value in request.headers.items():
        folded[name] = f"{folded[name]}, {value}" if name in folded else value
    return folded
