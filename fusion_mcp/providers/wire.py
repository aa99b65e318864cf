"""The Chat Completions dialect, pure.

A request becomes JSON, the events of its reply become text, usage and an end.

Shapes after OpenAI's API reference (Chat Completions, streaming) and OpenRouter's (usage accounting, `reasoning`,
errors inside a stream). No socket and no clock.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from fusion_mcp.providers.catalog import Parameter, Provider
from fusion_mcp.types import ChatRequest, ModelRef, Usage

Json = dict[str, Any]


def encode(provider: Provider, model: ModelRef, request: ChatRequest, without: Collection[Parameter] = ()) -> Json:
    """Write the body of a streamed request, leaving out what this provider or model is known to refuse."""
    body: Json = {
        "model": model.model,
        "messages": [{"role": turn.role, "content": turn.content} for turn in request.messages],
        "stream": True,
    }
    left_out = {*provider.without, *without}
    body |= {name: value for name, key, value in _options(provider, request) if key not in left_out}
    return body


def _options(provider: Provider, request: ChatRequest) -> Iterator[tuple[str, Parameter, Any]]:
    yield "stream_options", "stream_options", {"include_usage": True}
    if request.temperature is not None:
        yield "temperature", "temperature", request.temperature
    if request.max_output_tokens is not None:
        yield provider.max_tokens, "max_tokens", request.max_output_tokens
    if request.seed is not None and provider.seeded:
        yield "seed", "seed", request.seed
    if request.json_schema is not None:
        schema = {"name": "analysis", "strict": True, "schema": request.json_schema}
        yield "response_format", "response_format", {"type": "json_schema", "json_schema": schema}
    if request.reasoning is not None and provider.reasoning == "effort":
        yield "reasoning_effort", "reasoning", request.reasoning
    if request.reasoning is not None and provider.reasoning == "object":
        yield "reasoning", "reasoning", {"effort": request.reasoning}


@dataclass(frozen=True, kw_only=True)
class StreamError:
    """An error that a provider reports inside a reply that began well."""

    message: str
    status_code: int | None = None


@dataclass(kw_only=True)
class Reply:
    """A reply as it grows. `cost` is the provider's own figure in USD, None when it names none."""

    parts: list[str] = field(default_factory=list[str])
    size: int = 0
    """Characters of text so far."""
    usage: Usage = field(default_factory=lambda: Usage(calls=1))
    cost: Decimal | None = None
    finish_reason: str | None = None
    error: StreamError | None = None
    began: bool = False
    """True once the model has produced anything, reasoning included: from then on the call is billed."""
    ended: bool = False
    """True once the stream said that it is complete."""

    @property
    def text(self) -> str:
        """What the model has said so far."""
        return "".join(self.parts)

    def take(self, event: str) -> str:
        """Take in one event's data; gives back the text it added. Raises ValueError when it is not a chunk."""
        if event.strip() == "[DONE]":
            self.ended = True
            return ""
        return self.take_chunk(_mapping(json.loads(event)))

    def take_chunk(self, chunk: Json) -> str:
        """Take in one decoded chunk, or the whole reply of a provider that does not stream."""
        if chunk.get("error"):
            self.error = _stream_error(chunk["error"])
        if isinstance(chunk.get("usage"), dict):
            self._take_usage(chunk["usage"])
        added = ""
        choices = chunk.get("choices")
        for choice in cast("list[Any]", choices) if isinstance(choices, list) else []:
            added += self._take_choice(_mapping(choice))
        self.parts.append(added)
        self.size += len(added)
        return added

    def _take_choice(self, choice: Json) -> str:
        if choice.get("error"):
            self.error = _stream_error(choice["error"])
        if choice.get("finish_reason"):
            self.finish_reason = str(choice["finish_reason"])
            self.ended = True
        delta = _mapping_or_empty(choice.get("delta") or choice.get("message"))
        text = _text(delta.get("content"))
        self.began = self.began or bool(text or delta.get("reasoning") or delta.get("reasoning_content"))
        return text

    def _take_usage(self, usage: Json) -> None:
        self.usage = Usage(
            input_tokens=_count(usage.get("prompt_tokens")),
            output_tokens=_count(usage.get("completion_tokens")),
            reasoning_tokens=_count(_mapping_or_empty(usage.get("completion_tokens_details")).get("reasoning_tokens")),
            cached_tokens=_count(_mapping_or_empty(usage.get("prompt_tokens_details")).get("cached_tokens")),
            calls=1,
        )
        self.cost = _money(usage.get("cost"))


def _text(content: object) -> str:
    """Content is a string; some gateways send a list of parts instead."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [_mapping_or_empty(part) for part in cast("list[object]", content)]
        return "".join(part["text"] for part in parts if isinstance(part.get("text"), str))
    return ""


def _stream_error(error: object) -> StreamError:
    if not isinstance(error, dict):
        return StreamError(message=str(error))
    fields = cast("Json", error)
    code = fields.get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else None  # noqa: PLR2004 - HTTP's error statuses
    return StreamError(message=str(fields.get("message") or "the provider reported an error"), status_code=status)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _money(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def _mapping(value: object) -> Json:
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one kind of error for every malformed chunk
    return cast("Json", value)


def _mapping_or_empty(value: object) -> Json:
    return cast("Json", value) if isinstance(value, dict) else {}
