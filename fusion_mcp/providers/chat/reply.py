"""A reply of Chat Completions as it streams: its events become text, tool calls, usage and an end. Pure.

How calls, reasoning, citations and usage are gathered is next door: `tool_calls`, `echo`, `citations`, `usage`; what is
wrong with a reply is `faults`. Shapes after OpenAI's API reference (Chat Completions, streaming) and OpenRouter's
(usage accounting, errors inside a stream).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

from fusion_mcp.providers.chat.alike import Alike
from fusion_mcp.providers.chat.echo import Echo
from fusion_mcp.providers.chat.tool_calls import Gathered
from fusion_mcp.providers.chat.usage import UNKNOWN, larger, larger_cost, native_calls, read_usage, stated_cost
from fusion_mcp.providers.citations import Annotations
from fusion_mcp.providers.foreign import Json, items, joined, mapping, parsed, text
from fusion_mcp.types import Completion, Usage

MAX_REPLY_CHARACTERS = 2_000_000
MOST_IDLE = 250_000
"""Events in a row without a word of the reply; reasoning has none, and there is no model that thinks for longer."""

_SIGNS_OF_LIFE = ("content", "reasoning", "reasoning_content", "reasoning_details", "refusal", "tool_calls")
"""What a model sends once it works, thinking included."""


_OF_WORDS = frozenset({"role", "content"})


@dataclass(frozen=True, kw_only=True)
class StreamError:
    """An error that a provider reports inside a reply: the JSON of it, and the HTTP status that it names."""

    body: str
    status_code: int | None = None


@dataclass(kw_only=True)
class Reply:
    """A reply as it grows. `cost` is the provider's own figure in USD, None when it names none."""

    id: str = ""
    parts: list[str] = field(default_factory=list)
    spoken: int = 0
    """Characters of text so far."""
    calls: Gathered = field(default_factory=Gathered)
    echo: Echo = field(default_factory=Echo)
    annotations: Annotations = field(default_factory=Annotations)
    native_calls: int = 0
    usage: Usage = UNKNOWN
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
    idle: int = 0
    """Events since the last one with a word."""
    alike: Alike = field(default_factory=Alike, repr=False)

    @property
    def text(self) -> str:
        """What the model has said so far."""
        return joined(self.parts)

    @property
    def size(self) -> int:
        """Characters so far: text, tool calls, and what goes back to the provider."""
        return self.spoken + self.calls.size + self.echo.size

    @property
    def is_too_long(self) -> bool:
        """True once more came than anybody reads."""
        return self.size > MAX_REPLY_CHARACTERS

    @property
    def is_wordless(self) -> bool:
        """True while the model has neither said anything nor called a tool."""
        return not (self.parts or self.calls)

    def completion(self, *, tools_refused: bool = False) -> Completion:
        """Give back the whole reply. Reasoning goes back to the provider with tool calls only."""
        calls = self.calls.calls(self.id) if self.calls else ()
        return Completion(
            text=self.text,
            finish_reason=self.finish_reason,
            tool_calls=calls,
            echo=self.echo.gathered() if calls else {},
            tools_refused=tools_refused,
            citations=self.annotations.citations(),
            native_calls=self.native_calls,
        )

    def take_all(self, events: Sequence[str]) -> str:
        """Take in the data of events that came at once, to the end of the reply or its first error.

        Gives back the text that they added. Raises ValueError where one is no chunk, or too many bring nothing.
        """
        at, before = 0, len(self.parts)
        while at < len(events) and not (self.closed or self.error):
            spoken = self.spoken
            if run := [] if self.finish_reason else self.alike.run(events, at):
                self._say("".join(run))
            else:
                self._take(events[at].strip())
            at += len(run) or 1
            self.idle = 0 if self.spoken > spoken else self.idle + 1
            if self.idle > MOST_IDLE:
                raise ValueError("nothing but thoughts")
        return "".join(self.parts[before:])

    def take(self, event: str) -> str:
        """Take in one event's data, as `take_all` does."""
        return self.take_all((event,))

    def _take(self, data: str) -> None:
        if data == "[DONE]":
            self.ended = self.closed = True
        elif data:  # an event without data is none (the SSE standard, section 9.2.6)
            chunk = _mapping(parsed(data))
            self.id = self.id or text(chunk.get("id"))
            words = None if self.finish_reason else _words_alone(chunk)
            if words is None:
                self._take_chunk(chunk)
            else:
                self.began = True
                self.alike.learn(data, words)
                self._say(words)

    def take_whole(self, body: bytes) -> str:
        """Take in the reply of a provider that does not stream; gives back its text. Raises ValueError for none."""
        decoded = mapping(parsed(body))
        if not (decoded.get("choices") or decoded.get("error")):
            raise ValueError("no reply")
        self.id = text(decoded.get("id"))
        self._take_chunk(decoded)
        self.ended = True
        return "".join(self.parts)

    def _take_chunk(self, chunk: Json) -> None:
        beside = mapping(chunk.get("x_groq"))
        if error := chunk.get("error") or beside.get("error"):
            self.error = _stream_error(error)
        usage = chunk.get("usage") or beside.get("usage")
        counted = bool(usage) and self._take_usage(usage)
        choices = items(chunk.get("choices"))
        added = "".join([self._take_choice(_mapping(choice)) for choice in choices])
        self.billed = self.billed or (counted and (self.ended or not choices))
        self._say(added)

    def _say(self, words: str) -> None:
        if words:
            self.parts.append(words)
            self.spoken += len(words)

    def _take_choice(self, choice: Json) -> str:
        if choice.get("error"):
            self.error = _stream_error(choice["error"])
        if choice.get("finish_reason"):
            self.finish_reason = str(choice["finish_reason"])
            self.ended = True
        if self.finish_reason == "error" and self.error is None:
            self.error = _stream_error("The model broke off and did not say why.")
        if (usage := choice.get("usage")) and self._take_usage(usage) and self.ended:  # where Moonshot puts it
            self.billed = True
        delta, message = mapping(choice.get("delta")), mapping(choice.get("message"))
        for told in (delta, message):
            if named := told.get("annotations"):
                self.annotations.take(named)
        # A whole message after a stream only says it all again.
        said = delta or (message if self.is_wordless else {})
        if not said:
            return ""
        self.began = self.began or any(said.get(field) for field in _SIGNS_OF_LIFE)
        if calls := said.get("tool_calls"):
            self.calls.take(calls)
        self.echo.take(said, is_whole=not delta)
        return _text(said.get("content"))

    def _take_usage(self, usage: object) -> bool:
        """Take in a report, and tell whether it says what was written or what that costs."""
        report = mapping(usage)
        counted, cost = read_usage(report), stated_cost(report)
        self.usage, self.cost = larger(self.usage, counted), larger_cost(self.cost, cost)
        self.native_calls = max(self.native_calls, native_calls(report))
        return bool(counted.output_tokens or cost)


def _words_alone(chunk: Json) -> str | None:
    """Give the words of a chunk that brings nothing else, as nearly every one does; None for any other.

    This is done for each few words of a reply: hence no generators, and no help.
    """
    choices = chunk.get("choices")
    if not isinstance(choices, list) or chunk.get("usage") or chunk.get("error") or chunk.get("x_groq"):
        return None
    listed = cast("list[object]", choices)
    choice = listed[0] if len(listed) == 1 else None
    if not isinstance(choice, dict):
        return None
    told = cast("Json", choice)
    if told.get("finish_reason") or told.get("message") or told.get("usage") or told.get("error"):
        return None
    delta = told.get("delta")
    if not isinstance(delta, dict):
        return None
    said = cast("Json", delta)
    for name, value in said.items():
        if name not in _OF_WORDS and (value or value == ""):  # what is there and empty may be wanted back
            return None
    content = said.get("content")
    return content if isinstance(content, str) and content else None


def _text(content: object) -> str:
    """Content is a string; some gateways send a list of parts instead."""
    if isinstance(content, str):
        return content
    return "".join([text(mapping(part).get("text")) for part in items(content)])


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
