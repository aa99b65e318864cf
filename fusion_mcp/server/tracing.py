"""The SDK's tracing: left out where nothing traces this process, else kept from failing over what is no text."""

from dataclasses import replace
from typing import Any, cast

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.types import RequestParamsMeta
from opentelemetry import trace

_TRACE_KEYS = ("traceparent", "tracestate", "baggage")


def trace_if_wanted(server: Server[Any]) -> None:
    """Let the SDK trace requests if a tracer was installed before; a span that nobody sees is work for nothing."""
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):  # it stands in for one that may yet come
        server.middleware.clear()
    else:
        server.middleware.insert(0, without_broken_traces)  # outside the SDK's own, which reads the trace


async def without_broken_traces(ctx: ServerRequestContext[Any], call_next: CallNext) -> HandlerResult:
    """Let a request through without trace values that are no text; whether they mark it as Fusion's, its params say."""
    broken = [key for key in _TRACE_KEYS if not isinstance((ctx.meta or {}).get(key, ""), str)]
    if not broken:
        return await call_next(ctx)
    rest = {key: value for key, value in (ctx.meta or {}).items() if key not in broken}
    return await call_next(replace(ctx, meta=cast("RequestParamsMeta", cast("object", rest))))
