"""Trace context that a client sends along, made fit for the SDK's own tracing, which fails over what is no text."""

from dataclasses import replace
from typing import Any, cast

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.types import RequestParamsMeta

_TRACE_KEYS = ("traceparent", "tracestate", "baggage")


async def without_broken_traces(ctx: ServerRequestContext[Any], call_next: CallNext) -> HandlerResult:
    """Let a request through without trace values that are no text; whether they mark it as Fusion's, its params say."""
    broken = [key for key in _TRACE_KEYS if not isinstance((ctx.meta or {}).get(key, ""), str)]
    if not broken:
        return await call_next(ctx)
    rest = {key: value for key, value in (ctx.meta or {}).items() if key not in broken}
    return await call_next(replace(ctx, meta=cast("RequestParamsMeta", cast("object", rest))))
