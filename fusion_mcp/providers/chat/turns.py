"""The turns of a chat as Chat Completions has them, with tool calls or, where there are no tools, told in words. Pure.

What vendors check is kept here: names of letters and digits, arguments that are an object. A model may have written
anything, and its own mistake must not come back as a refusal.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from fusion_mcp.providers.foreign import Json, mapping
from fusion_mcp.types import Message, ToolCall

_LONGEST_NAME = 64
_MOST_UNREADABLE = 2_000
"""Characters of arguments that nobody could read which are shown to their model again."""


def as_json(turns: Iterable[Message], echoed: Collection[str] = ()) -> list[Json]:
    """Write turns with their tool calls; `echoed` are the fields that the provider takes back with a turn."""
    return [_turn(turn, echoed) for turn in turns]


def without_calls(turns: Sequence[Message]) -> Iterable[Message]:
    """Tell in words what was called and what came of it, for a model that is not shown the tools.

    Nobody speaks twice in a row then, which some chat templates do not allow.
    """
    is_of_tools = any(turn.tool_calls or turn.role == "tool" for turn in turns)
    return _merged(turns) if is_of_tools else turns


def _merged(turns: Iterable[Message]) -> Iterator[Message]:
    for _, run in groupby(_told(turns), key=lambda turn: turn.role):
        first, *more = run
        yield replace(first, content="\n\n".join(turn.content for turn in (first, *more)))


def _told(turns: Iterable[Message]) -> Iterator[Message]:
    calls: dict[str | None, ToolCall] = {}
    for turn in turns:
        calls |= {call.id: call for call in turn.tool_calls}
        if turn.role == "tool":
            yield Message(role="user", content=f"{_in_words(calls.get(turn.tool_call_id))} gave:\n{turn.content}")
        elif turn.content or not turn.tool_calls:
            yield Message(role=turn.role, content=turn.content)


def _in_words(call: ToolCall | None) -> str:
    return "A tool" if call is None else f"{_name(call.name)}({call.arguments[:_MOST_UNREADABLE]})"


def _turn(turn: Message, echoed: Collection[str]) -> Json:
    written: Json = {"role": turn.role, "content": turn.content}
    if turn.tool_calls:
        written["content"] = turn.content or None
        written["tool_calls"] = [_call(call) for call in turn.tool_calls]
    if turn.tool_call_id is not None:
        written["tool_call_id"] = turn.tool_call_id
    if turn.echo:
        written |= {name: value for name, value in turn.echo.items() if name in echoed}
    return written


def _call(call: ToolCall) -> Json:
    function = {"name": _name(call.name), "arguments": _arguments(call.arguments)}
    beside = mapping(call.extra.get("function"))
    return {**call.extra, "id": call.id, "type": "function", "function": {**beside, **function}}


def _name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:_LONGEST_NAME] or "unnamed"


def _arguments(written: str) -> str:
    if not written.strip():
        return "{}"
    if isinstance(_decoded(written), dict):
        return written
    return json.dumps({"unreadable": written[:_MOST_UNREADABLE]}, ensure_ascii=False)


def _decoded(written: str) -> object:
    try:
        # Python reads NaN and Infinity, which no other parser does: sent back, they would be refused.
        return json.loads(written, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")
