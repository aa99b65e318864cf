"""A request as the JSON that Chat Completions wants, without what its provider or model is known to refuse. Pure.

How turns and tools are written is next door: `turns`, `offered`. Shapes after OpenAI's API reference (Chat Completions)
and OpenRouter's (usage accounting, `reasoning`).
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from pydantic_core import to_json

from fusion_mcp.providers.catalog.provider import Parameter, Provider
from fusion_mcp.providers.chat.offered import offered
from fusion_mcp.providers.chat.turns import as_json, without_calls
from fusion_mcp.providers.foreign import Json
from fusion_mcp.types import ChatRequest, ModelRef

_PLAIN_TURN = {"role", "content", "tool_calls", "tool_call_id"}


def encode(provider: Provider, model: ModelRef, request: ChatRequest, without: Collection[Parameter] = ()) -> Json:
    """Build the body of a request, leaving out what this provider or model is known to refuse, streaming included."""
    left_out = {*provider.without, *without}
    if "stream" in left_out:
        left_out.add("stream_options")  # they say how to stream
    tools = _tools(provider, request, left_out)
    echoed = () if "echo" in left_out else provider.echo
    # Some vendors take calls in the history only together with the tools.
    turns = as_json(request.messages, echoed) if tools else as_json(without_calls(request.messages))
    body: Json = {"model": model.model, "messages": turns}
    for name, key, value in _options(provider, request):
        if value is not None and key not in left_out:
            body[name] = value
    body |= tools
    if tools and "reasoning_with_tools" in left_out:
        body["reasoning_effort"] = "none"  # leaving it out would not do: then such a model has an effort of its own
    if request.max_output_tokens is not None:
        # A limit on the output is never left out: a model that refuses it by one name knows it by the other.
        body[_other_limit(provider) if "max_tokens" in left_out else provider.max_tokens] = request.max_output_tokens
    return body


def parts(body: Json, without: Collection[Parameter] = ()) -> frozenset[str]:
    """Name what a body contains, for the rules on what of it was refused: its keys, and parts that are no keys.

    `without` is what the body was built without.
    """
    named = set(body)
    if any(turn.keys() - _PLAIN_TURN for turn in body["messages"]):
        named.add("echo")
    if "tools" in body and "reasoning_with_tools" in without:
        named = named - {"reasoning_effort"} | {"tools_without_reasoning"}
    elif "tools" in body:
        named.add("reasoning_with_tools")
    return frozenset(named)


def _tools(provider: Provider, request: ChatRequest, left_out: Collection[str]) -> Json:
    """Leave all tools out where they cannot be forbidden though they must be: then no model can call one."""
    if (
        not (request.tools or request.native_web)
        or "tools" in left_out
        or (request.tool_choice == "none" and "tool_choice" in left_out)
    ):
        return {}
    return offered(provider, request)


def written(body: Json) -> bytes:
    """Write a body as UTF-8. Half of a surrogate pair, which is no character, goes out as a question mark."""
    try:
        return to_json(body)  # in a fifth of json's time
    except ValueError:
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _other_limit(provider: Provider) -> str:
    return "max_completion_tokens" if provider.max_tokens == "max_tokens" else "max_tokens"


def _options(provider: Provider, request: ChatRequest) -> tuple[tuple[str, Parameter, Any], ...]:
    """Name each option as bodies do and as rules do, and what it is set to; None where it is not."""
    effort, schema = request.reasoning, request.json_schema
    is_object = effort is not None and provider.reasoning == "object"
    return (
        ("stream", "stream", True),
        ("stream_options", "stream_options", {"include_usage": True}),
        ("temperature", "temperature", request.temperature),
        ("seed", "seed", request.seed if provider.seeded else None),
        ("response_format", "response_format", None if schema is None else _format(schema)),
        ("reasoning_effort", "reasoning", effort if provider.reasoning == "effort" else None),
        ("reasoning", "reasoning", {"effort": effort} if is_object else None),
    )


def _format(schema: Mapping[str, Any]) -> Json:
    named = {"name": "analysis", "strict": True, "schema": schema}
    return {"type": "json_schema", "json_schema": named}
