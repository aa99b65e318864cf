"""The nouns that rooms hand to each other: models, messages, replies, outcomes, bills.

Plain frozen values; nothing here reads, waits or decides. What arrives from outside (TOML, tool arguments, a judge's
JSON) is a pydantic model in the room that receives it; what goes out to a client is `fusion_mcp.result`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Self

from fusion_mcp.codes import Reason
from fusion_mcp.values import value, worked_out


def _nothing() -> dict[str, Any]:
    """Give an empty mapping: `dict[str, Any]()` takes several times as long, and a question makes thirty."""
    return {}


@dataclass(frozen=True, order=True)
class ModelRef:
    """A model as presets name it: `provider:model`, split at the first colon."""

    provider: str
    model: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `provider:model`. Raises ValueError with a sentence when a half is missing."""
        provider, colon, model = text.strip().partition(":")
        if not (provider and colon and model):
            msg = f"'{text}' is not a model reference: write provider:model, as in ollama:qwen3:8b"
            raise ValueError(msg)
        return cls(provider, model)

    def __str__(self) -> str:
        """Write the reference as it stands in a preset."""
        return f"{self.provider}:{self.model}"


def _sum(a: int | None, b: int | None) -> int | None:
    if a is None:
        return b
    return a if b is None else a + b


@value
class Usage:
    """What calls consumed: tokens by kind and calls; None where the provider did not say.

    `output_tokens` includes `reasoning_tokens`, and `input_tokens` includes `cached_tokens`, as in the Chat
    Completions API.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    calls: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Add two bills; a kind that only one side knows keeps that side's figure."""
        return Usage(
            input_tokens=_sum(self.input_tokens, other.input_tokens),
            output_tokens=_sum(self.output_tokens, other.output_tokens),
            reasoning_tokens=_sum(self.reasoning_tokens, other.reasoning_tokens),
            cached_tokens=_sum(self.cached_tokens, other.cached_tokens),
            calls=self.calls + other.calls,
        )


@value
class Bill:
    """Usage with its price in USD. `cost_usd` None is unknown, never free.

    `on_subscription`: calls in it went on a plan that is paid anyway; they are in no cost, and are not free either.
    """

    usage: Usage = field(default_factory=Usage)
    cost_usd: Decimal | None = Decimal(0)
    on_subscription: bool = False


@value
class Tool:
    """A tool that a model may call: its name, what it is for, and the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@value
class ToolCall:
    """A model's wish to use a tool. `arguments` is as the model wrote it: JSON text, or what should have been.

    `extra` is what the provider sent along and wants back unchanged with the call, such as a signature of its thoughts.
    """

    id: str
    name: str
    arguments: str
    extra: Mapping[str, Any] = field(default_factory=_nothing)


@value
class Message:
    """One turn of a chat.

    An assistant's turn may hold `tool_calls`, and each of them is answered by a turn of role `tool` with its id.
    `echo` is what the provider sent beside an assistant's turn and wants back with it: its reasoning.
    """

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    echo: Mapping[str, Any] = field(default_factory=_nothing)

    @worked_out
    def tokens(self) -> int:
        """Tokens, rather too many than too few, of what is said and called, and of the thoughts that come with it."""
        return sum(map(most_tokens, self._texts()))

    def _texts(self) -> Iterator[str]:
        yield self.content
        for call in self.tool_calls:
            yield from (call.id, call.name, call.arguments, json.dumps(dict(call.extra)) if call.extra else "{}")
        if self.echo:
            yield json.dumps(dict(self.echo), ensure_ascii=False)


def most_tokens(text: str) -> int:
    """Count a token for every two bytes: none has less."""
    # Models write half surrogates, which no encoding has: they must not end a run.
    length = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return length // 2


@value
class NativeWeb:
    """The web tools that the provider itself runs, and the domains they may visit (empty: no restriction)."""

    tools: tuple[str, ...]
    max_calls: int
    allowed_domains: tuple[str, ...] = ()
    excluded_domains: tuple[str, ...] = ()

    @property
    def is_limited(self) -> bool:
        """Whether not every domain may be visited."""
        return bool(self.allowed_domains or self.excluded_domains)


@value
class Citation:
    """A page that a provider's own web tools retrieved; `text` is the excerpt that it sent along, if any."""

    url: str
    title: str = ""
    text: str = ""


@value
class ChatRequest:
    """What is asked of one model, in words that no provider's dialect colours.

    `json_schema` asks for JSON of that shape where the provider can enforce it; elsewhere it is left out, so the
    messages must ask for it too. `silence_within` (seconds) gives up on a model that has not begun by then, or falls
    silent for as long, so that another one still has its chance. `has_fallback`: there is one, so a model that would
    have to be waited for before it may be called is not. `tools` are left out where the model takes none; `tool_choice`
    "none" shows them and forbids their use. `native_web` is left out where the provider has none.
    """

    messages: tuple[Message, ...]
    temperature: float | None = None
    max_output_tokens: int | None = None
    reasoning: str | None = None
    seed: int | None = None
    json_schema: Mapping[str, Any] | None = None
    silence_within: float | None = None
    has_fallback: bool = False
    tools: tuple[Tool, ...] = ()
    tool_choice: Literal["auto", "none"] = "auto"
    native_web: NativeWeb | None = None


@value
class Completion:
    """A model's whole reply. `text` may be empty; whether that is a failure is the asking stage's to say.

    `echo` goes back to the provider with the turn (see `Message`). `tools_refused`: the request's tools, its own or
    native ones, were left out since the model takes none. `citations` and `native_calls` are the native tools' work.
    """

    text: str
    finish_reason: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    echo: Mapping[str, Any] = field(default_factory=_nothing)
    tools_refused: bool = False
    citations: tuple[Citation, ...] = ()
    native_calls: int = 0


@value
class CallFailure:
    """A call that brought no reply: why, in a closed code and in a sentence that is safe to show."""

    reason: Reason
    message: str
    status_code: int | None = None


@value
class ModelTraits:
    """What a stage must know about a model before it asks.

    `compact`: a small model with a small context, which wants short instructions and a small schema. `notice`: a
    sentence that every result made with this model must carry. `native_web`: its provider has web tools of its own.
    `is_agent`: it is an agent program, which takes no tools but its own. `on_subscription`: its calls go on a plan.
    `unavailable`: why the model cannot be called at all (no key, no weights, not installed), or None.
    """

    compact: bool = False
    native_web: bool = False
    is_agent: bool = False
    on_subscription: bool = False
    notice: str | None = None
    unavailable: CallFailure | None = None


@value
class Page:
    """A page that was retrieved in this run: `url` as it was asked for, `text` as its readers saw it.

    `whole` is false where only an excerpt of the page is known.
    """

    url: str
    title: str
    text: str
    used_by: tuple[str, ...]
    whole: bool = True


@value
class MemberAnswer:
    """A panel member that answered.

    `served_by` names the fallback that spoke in its seat, if one did; `cut_short`: it ran into its output limit.
    `tool_calls` counts those that were carried out, refused or malformed; `tools_refused`: the preset gives it tools,
    and its model takes none. `citations` are the pages that its provider's own web tools retrieved.
    """

    seat: str
    content: str
    bill: Bill
    seconds: float
    served_by: ModelRef | None = None
    cut_short: bool = False
    tool_calls: int = 0
    tools_refused: bool = False
    citations: tuple[Citation, ...] = ()


@value
class MemberFailure:
    """A panel member that did not answer, with the bill it ran up all the same."""

    seat: str
    reason: Reason
    error: str
    bill: Bill
    status_code: int | None = None


MemberOutcome = MemberAnswer | MemberFailure
