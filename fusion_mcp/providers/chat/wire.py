"""The Chat Completions dialect, pure.

A request becomes JSON, the events of its reply become text, tool calls, usage and an end. How turns, tools, calls and
citations are written is next door: `turns`, `offered`, `tool_calls`, `echo`, `citations`.

Shapes after OpenAI's API reference (Chat Completions, streaming) and OpenRouter's (usage accounting, `reasoning`,
errors inside a stream). No socket and no clock.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from fusion_mcp.providers.catalog.provider import Parameter, Provider
from fusion_mcp.providers.chat.echo import Echo
from fusion_mcp.providers.chat.offered import offered
from fusion_mcp.providers.chat.tool_calls import Gathered
from fusion_mcp.providers.chat.turns import as_json, without_calls
from fusion_mcp.providers.chat.usage import larger, larger_cost, native_calls, read_usage, stated_cost
from fusion_mcp.providers.citations import Annotations
from fusion_mcp.providers.foreign import Json, items, joined, mapping, parsed, text
from fusion_mcp.types import ChatRequest, Completion, ModelRef, Usage

_SIGNS_OF_LIFE = ("content", "reasoning", "reasoning_content", "reasoning_details", "refusal", "tool_calls")
"""What a model sends once it works, thinking included."""
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
    body |= {name: value for name, key, value in _options(provider, request) if key not in left_out}
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
    if "tools" in left_out or (request.tool_choice == "none" and "tool_choice" in left_out):
        return {}
    return offered(provider, request)


def written(body: Json) -> bytes:
    """Write a body as UTF-8. Half of a surrogate pair, which is no character, goes out as a question mark."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _other_limit(provider: Provider) -> str:
    return "max_completion_tokens" if provider.max_tokens == "max_tokens" else "max_tokens"


def _options(provider: Provider, request: ChatRequest) -> Iterator[tuple[str, Parameter, Any]]:
    yield "stream", "stream", True
    yield "stream_options", "stream_options", {"include_usage": True}
    if request.temperature is not None:
        yield "temperature", "temperature", request.temperature
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
    """An error that a provider reports inside a reply: the JSON of it, and the HTTP status that it names."""

    body: str
    status_code: int | None = None


@dataclass(kw_only=True)
class Reply:
    """A reply as it grows. `cost` is the provider's own figure in USD, None when it names none."""

    id: str = ""
    parts: list[str] = field(default_factory=list[str])
    spoken: int = 0
    """Characters of text so far."""
    calls: Gathered = field(default_factory=Gathered)
    echo: Echo = field(default_factory=Echo)
    annotations: Annotations = field(default_factory=Annotations)
    native_calls: int = 0
    usage: Usage = field(default_factory=lambda: Usage(calls=1))
    cost: Decimal | None = None
    finish_reason: str | None = None
    error: StreamError | None = None
    began: bool = False
    """True once the model has produced anything, reasoning included: from then on the call is billed."""
    ended: bool = False
    """True once the model has finished, though its bill may still come."""
    billed: bool = False
    """True once the bill came: not a count beside a piece of the reply, but one at its end or alone."""
    closed: bool = False
    """True once the stream said that nothing more comes."""

    @property
    def text(self) -> str:
        """What the model has said so far."""
        return joined(self.parts)

    @property
    def size(self) -> int:
        """Characters so far: text, tool calls, and what goes back to the provider."""
        return self.spoken + self.calls.size + self.echo.size

    @property
    def is_wordless(self) -> bool:
        """True while the model has neither said anything nor called a tool."""
        return not (self.parts or self.calls)

    def completion(self, *, tools_refused: bool = False) -> Completion:
        """Give back the whole reply. Reasoning goes back to the provider with tool calls only."""
        calls = self.calls.calls(self.id)
        return Completion(
            text=self.text,
            finish_reason=self.finish_reason,
            tool_calls=calls,
            echo=self.echo.gathered() if calls else {},
            tools_refused=tools_refused,
            citations=self.annotations.citations(),
            native_calls=self.native_calls,
        )

    def take(self, event: str) -> str:
        """Take in one event's data; gives back the text it added. Raises ValueError when it is not a chunk."""
        data = event.strip()
        if data == "[DONE]":
            self.ended = self.closed = True
        if not data or self.closed:  # an event without data is none (the SSE standard, section 9.2.6)
            return ""
        return self.take_chunk(_mapping(parsed(data)))

    def take_chunk(self, chunk: Json) -> str:
        """Take in one decoded chunk, or the whole reply of a provider that does not stream."""
        beside = mapping(chunk.get("x_groq"))
        self.id = self.id or text(chunk.get("id"))
        if error := chunk.get("error") or beside.get("error"):
            self.error = _stream_error(error)
        counted = self._take_usage(chunk.get("usage") or beside.get("usage"))
        added = ""
        choices = items(chunk.get("choices"))
        for choice in choices:
            added += self._take_choice(_mapping(choice))
        self.billed = self.billed or (counted and (self.ended or not choices))
        if added:
            self.parts.append(added)
            self.spoken += len(added)
        return added

    def _take_choice(self, choice: Json) -> str:
        if choice.get("error"):
            self.error = _stream_error(choice["error"])
        if choice.get("finish_reason"):
            self.finish_reason = str(choice["finish_reason"])
            self.ended = True
        if self.finish_reason == "error" and self.error is None:
            self.error = _stream_error("The model broke off and did not say why.")
        if self._take_usage(choice.get("usage")) and self.ended:  # where Moonshot puts it
            self.billed = True
        delta, message = mapping(choice.get("delta")), mapping(choice.get("message"))
        self.annotations.take(delta.get("annotations"))
        self.annotations.take(message.get("annotations"))
        # A whole message after a stream only says it all again.
        said = delta or (message if self.is_wordless else {})
        self.began = self.began or any(said.get(field) for field in _SIGNS_OF_LIFE)
        self.calls.take(said.get("tool_calls"))
        self.echo.take(said, is_whole=not delta)
        return _text(said.get("content"))

    def _take_usage(self, usage: object) -> bool:
        """Take in a report, and tell whether it says what was written or what that costs."""
        if not isinstance(usage, dict):
            return False
        report = cast("Json", usage)
        counted, cost = read_usage(report), stated_cost(report)
        self.usage, self.cost = larger(self.usage, counted), larger_cost(self.cost, cost)
        self.native_calls = max(self.native_calls, native_calls(report))
        return bool(counted.output_tokens or cost)


def _text(content: object) -> str:
    """Content is a string; some gateways send a list of parts instead."""
    if isinstance(content, str):
        return content
    return "".join(text(mapping(part).get("text")) for part in items(content))


def _stream_error(error: object) -> StreamError:
    code = mapping(error).get("code")
    if isinstance(code, str) and code.isdecimal() and code.isascii():
        code = int(code[:4])
    status = code if isinstance(code, int) and 400 <= code < 600 else None  # noqa: PLR2004 - HTTP's error statuses
    return StreamError(body=json.dumps({"error": error}), status_code=status)


def _mapping(value: object) -> Json:
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one kind of error for every malformed chunk
    return cast("Json", value)
