"""One tool call: may it be made, are its arguments right, and its run with progress. What a run does, others say."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from mcp.server.context import ServerRequestContext
from mcp.types import CallToolRequestParams, CallToolResult, InputRequiredResult, TextContent
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from fusion_mcp.clock import now
from fusion_mcp.explain import explain
from fusion_mcp.fitting import fitted
from fusion_mcp.protocols import OnProgress
from fusion_mcp.render import markdown
from fusion_mcp.request import Ask, Compare, Fetch
from fusion_mcp.result import FusionResult
from fusion_mcp.runs.quote import Quote
from fusion_mcp.server.confirming import Confirming
from fusion_mcp.server.consent import about, question, refusal
from fusion_mcp.server.failures import failed, failure
from fusion_mcp.server.hangup import http_request, until_hung_up
from fusion_mcp.server.messages import Outgoing
from fusion_mcp.server.patience import Patience
from fusion_mcp.server.pump import reporting
from fusion_mcp.server.shapes import SHAPES
from fusion_mcp.server.stream_client import clients_of
from fusion_mcp.server.telling import telling

if TYPE_CHECKING:
    from fusion_mcp.engine import Engine

Reply = CallToolResult | InputRequiredResult


class ToolCalls:
    """Answers `tools/call`. Whatever happens is a result that a model can read.

    Raises MCPError only for a `request_state` that a client has changed.
    """

    def __init__(self, engine: "Engine") -> None:
        """Carry calls out with `engine`."""
        self._engine = engine
        self._confirming = Confirming()

    async def call(
        self, ctx: ServerRequestContext[Any], params: CallToolRequestParams, client: Outgoing | None = None
    ) -> Reply:
        """Carry out one call, or say why not. A call from inside a run is refused before anything else is looked at.

        `client` is there on stdio.
        """
        shape = SHAPES.get(params.name)
        tool = params.name if shape else "an unknown tool"
        try:
            await self._engine.recursion.refuse_caller(meta=_meta(ctx), headers=_headers(ctx), tool=tool)
        except Exception as error:  # noqa: BLE001 as below
            return failed(tool, error)
        if shape is None:
            return failure("invalid_arguments", f"there is no such tool; the tools are {', '.join(SHAPES)}.")
        request = _request(shape, params.arguments or {})
        if isinstance(request, str):
            return failure("invalid_arguments", request)
        self._confirming.refuse_changed(params.request_state)
        patience = Patience(self._engine.settings.config.limits, now(), ctx.meta)
        call = _Call(self._engine, self._confirming, ctx, params, patience, client)
        if client is not None:  # such a client hangs up by ending this process
            with telling(ctx, client.notify, wanted=patience.sees_progress) as on_progress:
                return await call.answered(request, on_progress)
        async with until_hung_up(ctx), reporting(ctx, wanted=patience.sees_progress) as on_progress:
            return await call.answered(request, on_progress)
        return failure("cancelled", "the client hung up")  # which nobody reads


class _Call(NamedTuple):
    """One call whose arguments are right."""

    engine: "Engine"
    confirming: Confirming
    ctx: ServerRequestContext[Any]
    params: CallToolRequestParams
    patience: Patience
    client: Outgoing | None

    async def answered(self, request: BaseModel, on_progress: OnProgress) -> Reply:
        """Give the reply, also to what goes wrong: outside, task groups would wrap an exception."""
        try:
            return await self._carried_out(request, on_progress)
        except Exception as error:  # noqa: BLE001 the one place where a crash becomes a sentence for the model
            return failed(self.params.name, error)

    async def _carried_out(self, request: BaseModel, on_progress: OnProgress) -> Reply:
        texts = (request.question, request.context or "") if isinstance(request, Ask) else ()
        await self.engine.recursion.refuse_words(texts=texts, peers=_peers(self.ctx), tool=self.params.name)
        if isinstance(request, Fetch):
            return self._shown(await self._fetched(request, on_progress))
        return await self._asked(cast("Ask", request), on_progress)

    async def _asked(self, request: Ask, on_progress: OnProgress) -> Reply:
        kind = "compare" if isinstance(request, Compare) else "ask"
        run = await self.engine.planner.plan(kind, request, from_client=True)
        quote = await self.engine.quote(run)
        if quote.must_ask:
            unconfirmed = await self._unconfirmed(quote)
            if unconfirmed is not None:
                return unconfirmed
        wait_s = self.patience.left()
        return self._shown(await self.engine.answer(run, request.detail, on_progress, wait_s, reckoned=quote.estimate))

    async def _unconfirmed(self, quote: Quote) -> Reply | None:
        """Ask the person whether a run may cost what it may; None for a yes."""
        said = await self.confirming.confirm(
            self.ctx, self.params, question=question(quote), about=about(quote), within=self.patience.left()
        )
        if isinstance(said, InputRequiredResult):
            return said
        return None if said == "yes" else failure(*refusal(said, quote))

    async def _fetched(self, request: Fetch, on_progress: OnProgress) -> FusionResult:
        if request.cancel:
            return await self.engine.cancel(request.run_id, request.detail)
        wait_s = self.patience.asked_for(request.wait_s)
        return await self.engine.result(request.run_id, request.detail, on_progress, wait_s)

    def _shown(self, result: FusionResult) -> CallToolResult:
        short, json = fitted(result)
        return CallToolResult(
            content=[TextContent(type="text", text=markdown(short))],
            structured_content=from_json(json) if self.client is None else self.client.structured(json),
        )


def _request(shape: type[BaseModel], arguments: Mapping[str, Any]) -> BaseModel | str:
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


def _peers(ctx: ServerRequestContext[Any]) -> tuple[tuple[str, int], ...]:
    """The addresses and ports of the HTTP client, none on stdio."""
    request = http_request(ctx)
    return () if request is None else clients_of(request)
