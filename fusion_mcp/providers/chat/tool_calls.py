"""The tool calls of a turn, gathered as they stream. Pure; what a call does is the tools' to say.

Shapes after OpenAI's API reference (Chat Completions, streaming), and after what other vendors make of them: no index,
one index for calls made at once, ids that are missing, empty, alike or new in every piece, arguments as JSON instead
of its text, whole calls in one piece.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from fusion_mcp.providers.foreign import Json, is_shallow, items, joined, mapping, text
from fusion_mcp.types import ToolCall

MOST_CALLS = 128
"""Calls of one turn that are made anything of; OpenAI's own limit for tools."""
MOST_ARGUMENTS = 64_000
"""Characters of arguments that one call may have. What is cut here is no JSON any more, and so is refused as such."""

_KNOWN = frozenset({"index", "id", "type", "function"})
_KNOWN_OF_FUNCTION = frozenset({"name", "arguments"})
_AT_LEAST = 50
"""What a piece of a call counts for at least, so that empty ones have an end, too."""
_DROPPED_FOR_ONE = 8
"""Characters that were cut off and together count for one. A model that rambles in a call has paid for the whole turn:
that is not thrown away, but it has an end as well."""


@dataclass(kw_only=True)
class _Growing:
    id: str
    name: str
    arguments: list[str] = field(default_factory=list)
    length: int = 0
    extra: Json = field(default_factory=dict)

    def grow(self, written: str) -> int:
        """Take in more of the arguments; gives back how many characters of it were kept."""
        kept = written[: MOST_ARGUMENTS - self.length]
        if kept:
            self.arguments.append(kept)
            self.length += len(kept)
        return len(kept)


@dataclass(kw_only=True)
class Gathered:
    """The calls of one turn so far; `size` is what they came to, in characters, where those cut off count for less."""

    size: int = 0
    _calls: list[_Growing] = field(default_factory=list)
    _by_id: dict[str, _Growing] = field(default_factory=dict)
    _by_index: dict[int, _Growing] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._calls)

    def take(self, entries: object) -> None:
        """Take in the `tool_calls` of a delta or of a whole message."""
        for entry in items(entries):
            if piece := mapping(entry):
                self._take(piece)

    def calls(self, reply_id: str = "") -> tuple[ToolCall, ...]:
        """Give back the calls, each with an id of its own; those invented here are like no other reply's."""
        taken: set[str] = set()
        made: list[ToolCall] = []
        for call in islice(self._separate(), MOST_CALLS):
            own = call.id if call.id and call.id not in taken else _invented(reply_id, len(made), call)
            taken.add(own)
            made.append(replace(call, id=own))
        return tuple(made)

    def _separate(self) -> Iterator[ToolCall]:
        for call in self._calls:
            first, *others = _apart(joined(call.arguments))
            if call.name or first:
                yield ToolCall(id=call.id, name=call.name, arguments=first, extra=call.extra)
            for arguments in others:
                yield ToolCall(id="", name=call.name, arguments=arguments)

    def _take(self, piece: Json) -> None:
        function = mapping(piece.get("function")) or piece  # some gateways leave the wrapping out
        name, call_id, index = text(function.get("name")), text(piece.get("id")), piece.get("index")
        index = index if isinstance(index, int) else None
        call = self._continued(call_id, index, name)
        if call is None:
            call = _Growing(id=call_id, name=name)
            self._calls.append(call)
        call.id, call.name = call.id or call_id, call.name or name
        if call_id:
            self._by_id.setdefault(call_id, call)
        if index is not None:
            self._by_index[index] = call
        written = _written(function.get("arguments"))
        kept = call.grow(written)
        counted = kept + (len(written) - kept) // _DROPPED_FOR_ONE
        extra = _extra(piece, function)
        call.extra.update(extra)
        self.size += max(_AT_LEAST, len(name) + len(call_id) + counted + len(str(extra)))

    def _continued(self, call_id: str, index: int | None, name: str) -> _Growing | None:
        """Find the call that a piece goes on with; None when it begins another."""
        known = self._by_id.get(call_id) if call_id else None
        call = known or self._place(index, name)
        if call is None or (name and call.name and name != call.name):
            return None
        is_new = call_id and call.id and known is None
        return None if is_new and name else call

    def _place(self, index: int | None, name: str) -> _Growing | None:
        if index is not None:
            return self._by_index.get(index)
        return self._calls[-1] if self._calls and not name else None


def _written(arguments: object) -> str:
    if arguments is None or isinstance(arguments, str):
        return arguments or ""
    return json.dumps(arguments, ensure_ascii=False)


def _extra(piece: Json, function: Json) -> Json:
    """What a vendor sends with a call besides, to be sent back with it."""
    beside = {key: value for key, value in piece.items() if key not in _KNOWN and value is not None}
    if function is piece:
        beside = {key: value for key, value in beside.items() if key not in _KNOWN_OF_FUNCTION}
    else:
        inner = {key: value for key, value in function.items() if key not in _KNOWN_OF_FUNCTION and value is not None}
        beside |= {"function": inner} if inner else {}
    return {key: value for key, value in beside.items() if is_shallow(value)}


def _apart(arguments: str) -> list[str]:
    """Take calls apart that were sent as if they were one: objects after one another. A repeated one is dropped."""
    start, found = 0, list[str]()
    while start < len(arguments):
        end = _end_of_object(arguments, start)
        if end is None:
            return [arguments]
        one = arguments[start:end].strip()
        if found[-1:] != [one]:
            found.append(one)
        start = end
    return found or [arguments]


def _end_of_object(arguments: str, start: int) -> int | None:
    """Find where the object that begins here ends, with the space behind it; None when no object begins here."""
    while start < len(arguments) and arguments[start].isspace():
        start += 1
    try:
        value, end = json.JSONDecoder().raw_decode(arguments, start)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    while end < len(arguments) and arguments[end].isspace():
        end += 1
    return end


def _invented(reply_id: str, place: int, call: ToolCall) -> str:
    """Nine letters and digits, as Mistral will have it, and the same again for the same call of the same reply."""
    written = json.dumps([reply_id, place, call.name, call.arguments]).encode()
    return hashlib.blake2b(written, digest_size=8).hexdigest()[:9]
