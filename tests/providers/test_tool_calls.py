"""Tool calls as they stream: every shape that vendors make of them becomes calls with ids, names and arguments."""

import json
import time
from typing import Any

import pytest

from fusion_mcp.providers.chat.reply import MAX_REPLY_CHARACTERS, Reply
from fusion_mcp.providers.chat.tool_calls import MOST_ARGUMENTS, MOST_CALLS
from fusion_mcp.types import ToolCall

Piece = dict[str, Any]


def piece(name: str | None = None, arguments: Any = None, **more: Any) -> Piece:
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    return {"function": function, **more}


def streamed(*deltas: Piece | list[Piece], reply_id: str = "r1") -> Reply:
    """A reply of which each delta brought these pieces of calls."""
    reply = Reply()
    for delta in deltas:
        pieces = delta if isinstance(delta, list) else [delta]
        chunk = {"id": reply_id, "choices": [{"index": 0, "delta": {"content": None, "tool_calls": pieces}}]}
        assert reply.take(json.dumps(chunk)) == ""
    return reply


def calls(*deltas: Piece | list[Piece], reply_id: str = "r1") -> tuple[ToolCall, ...]:
    return streamed(*deltas, reply_id=reply_id).completion().tool_calls


def told(*deltas: Piece | list[Piece]) -> list[tuple[str, str]]:
    return [(call.name, call.arguments) for call in calls(*deltas)]


ONE, TWO = '{"query":"a"}', '{"query":"b"}'
BOTH = [("web_search", ONE), ("web_search", TWO)]
NOTHING: list[Any] = [7, None, {}]
OPENED = (piece("web_search", "", index=0, id="a"), piece("web_search", "", index=1, id="b"))


@pytest.mark.parametrize(
    "deltas",
    [
        [piece("web_search", ONE, index=0, id="a"), piece("web_search", TWO, index=1, id="b")],
        [[piece("web_search", ONE, index=0, id="a"), piece("web_search", TWO, index=1, id="b")]],
        [piece("web_search", ONE, index=0, id="a"), piece("web_search", TWO, index=0, id="b")],
        [piece("web_search", ONE, index=0, id=""), piece("web_search", TWO, index=0, id="")],
        [piece("web_search", ONE, index=0), piece(None, TWO, index=0)],
        [piece("web_search", ONE), piece("web_search", TWO)],
        [piece("web_search", ONE, id="a"), piece("web_search", TWO, id="b")],
        [piece("web_search", ONE, id="same"), piece("web_search", TWO, id="same")],
        [*OPENED, piece(None, ONE, index=0), piece(None, TWO, index=1)],
        [*OPENED, piece(None, TWO[:5], index=1), piece(None, ONE, index=0), piece(None, TWO[5:], index=1)],
        [piece("web_search", "", id="a"), piece(None, ONE), piece("web_search", "", id="b"), piece(None, TWO)],
        [piece("web_search", {"query": "a"}, index=0), piece("web_search", {"query": "b"}, index=1)],
        [piece("web_search", ONE, index="0", id="a"), piece("web_search", TWO, index=None, id="b")],
        [{"name": "web_search", "arguments": ONE, "id": "a"}, {"name": "web_search", "arguments": TWO, "id": "b"}],
    ],
)
def test_two_calls_made_at_once_are_two_calls(deltas: list[Piece | list[Piece]]) -> None:
    made = calls(*deltas)
    assert [(call.name, json.loads(call.arguments)) for call in made] == [
        (name, json.loads(arguments)) for name, arguments in BOTH
    ]
    assert len({call.id for call in made}) == 2
    assert all(call.id for call in made)


@pytest.mark.parametrize(
    "deltas",
    [
        [piece("web_search", "", index=0, id="a"), piece(None, '{"query"', index=0), piece(None, ':"a"}', index=0)],
        [piece("web_search", "", index=0, id="a"), piece("web_search", ONE, index=0, id="a")],
        [piece("web_search", "", index=0, id="a"), piece("web_search", ONE, index=0, id="")],
        [piece("web_search", "", index=0, id="a"), piece("", ONE, index=0, id=None, type=None)],
        [piece("web_search", ONE[:5], index=0, id="a"), piece(None, ONE[5:], index=0, id="another")],
        [piece("web_search", ONE[:5], id="a"), piece(None, ONE[5:])],
        [piece("web_search", ONE[:5], id="a"), piece(None, ONE[5:], id="a")],
        [piece("web_search", ONE[:5], index=0, id="a"), piece(None, ONE[5:], id="a")],
        [piece("web_search", ONE, index=0, id="a"), piece("web_search", ONE, index=0, id="a")],
        [piece(None, None, index=0, id="a"), piece("web_search", ONE, index=0)],
        [piece("web_search", ONE, index=0, id="a"), piece(None, "", index=0), {"index": 1}],
        [piece("web_search", ONE, index=0, id="a"), [], "none", None, NOTHING],
    ],
)
def test_the_pieces_of_one_call_are_one_call(deltas: list[Any]) -> None:
    (call,) = calls(*deltas)
    assert (call.id, call.name, call.arguments) == ("a", "web_search", ONE)


def test_a_whole_message_brings_its_calls() -> None:
    reply = Reply()
    entries = [piece("web_search", ONE, id="a", type="function"), piece("web_fetch", TWO, id="b", type="function")]
    message = {"role": "assistant", "content": None, "tool_calls": entries}
    reply.take(json.dumps({"id": "r", "choices": [{"message": message, "finish_reason": "tool_calls"}]}))
    completion = reply.completion()
    assert [call.name for call in completion.tool_calls] == ["web_search", "web_fetch"]
    assert (completion.text, completion.finish_reason, reply.ended) == ("", "tool_calls", True)


def test_a_whole_message_at_the_end_of_a_stream_does_not_call_twice() -> None:
    reply = streamed(piece("web_search", ONE, index=0, id="a"))
    message = {"content": "", "tool_calls": [piece("web_search", ONE, id="z")]}
    reply.take(json.dumps({"choices": [{"delta": {}, "message": message, "finish_reason": "tool_calls"}]}))
    assert [call.id for call in reply.completion().tool_calls] == ["a"]


def test_what_a_model_says_before_it_calls_is_kept_and_only_that_is_heard() -> None:
    reply = Reply()
    said = [
        reply.take(json.dumps({"choices": [{"delta": delta}]}))
        for delta in ({"content": "I look."}, {"tool_calls": [piece("web_search", ONE, id="a")]}, {"content": " Done."})
    ]
    assert said == ["I look.", "", " Done."]
    assert reply.completion().text == "I look. Done."


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        ({"query": "Mars 🜨"}, '{"query": "Mars 🜨"}'),
        (["a"], '["a"]'),
        (7, "7"),
        (None, ""),
        ("not JSON", "not JSON"),
        ('{"query":"a"} and so on', '{"query":"a"} and so on'),
        ('{"query":"a"}}', '{"query":"a"}}'),
        ('{"query":"a"', '{"query":"a"'),
        ('["a"]["b"]', '["a"]["b"]'),
        (' {"query": "a"}\n', '{"query": "a"}'),
    ],
)
def test_arguments_are_handed_on_as_the_model_wrote_them(arguments: Any, written: str) -> None:
    assert told(piece("web_search", arguments, id="a")) == [("web_search", written)]


def test_a_character_of_the_arguments_whose_halves_come_in_two_pieces_is_whole_again() -> None:
    halves = [piece("web_search", '{"query":"\ud83c', index=0), piece(None, '\udf19"}', index=0)]
    assert told(*halves) == [("web_search", '{"query":"🌙"}')]


def test_ids_that_are_invented_are_the_same_for_one_reply_and_others_for_another() -> None:
    deltas = [piece("web_search", ONE), piece("web_search", TWO)]
    first, again, other = calls(*deltas), calls(*deltas), calls(*deltas, reply_id="r2")
    assert first == again
    assert not {call.id for call in first} & {call.id for call in other}


def test_what_a_vendor_sends_with_a_call_is_kept_with_it_unchanged() -> None:
    signed = {"extra_content": {"google": {"thought_signature": "CtsB"}}, "nothing": None}
    inner = {"name": "web_search", "arguments": ONE, "provider_specific_fields": {"signature": "x"}}
    (call,) = calls({"index": 0, "id": "a", "type": "function", **signed, "function": inner}, piece(None, "", index=0))
    assert call.extra == {
        "extra_content": {"google": {"thought_signature": "CtsB"}},
        "function": {"provider_specific_fields": {"signature": "x"}},
    }


def test_what_is_nested_too_deep_to_be_sent_back_is_left_out() -> None:
    deep: Any = "x"
    for _ in range(100):
        deep = {"a": deep}
    (call,) = calls(piece("web_search", ONE, id="a", deep=deep, flat=[1]))
    assert call.extra == {"flat": [1]}


def test_a_call_without_a_name_is_a_call_and_one_without_anything_is_none() -> None:
    assert told(piece(None, ONE, id="a"), piece(None, "", index=7, id="b"), {"index": 8}) == [("", ONE)]


def test_more_calls_than_a_turn_may_have_are_dropped() -> None:
    made = calls(*[piece("web_search", json.dumps({"query": str(n)}), index=n, id=f"c{n}") for n in range(300)])
    assert len(made) == MOST_CALLS
    assert made[-1].arguments == '{"query": "127"}'


def test_arguments_without_an_end_are_cut() -> None:
    (call,) = calls(piece("web_search", '{"query":"', index=0), *[piece(None, "x" * 10_000, index=0)] * 20)
    assert len(call.arguments) == MOST_ARGUMENTS


def test_a_call_of_any_length_that_models_write_leaves_room_for_the_rest_of_its_reply() -> None:
    reply = streamed(piece("web_search", '{"query":"' + "x" * 2_500_000 + '"}', index=0), piece(None, "}", index=0))
    (call,) = reply.completion().tool_calls
    assert len(call.arguments) == MOST_ARGUMENTS
    with pytest.raises(ValueError, match="Unterminated string"):
        json.loads(call.arguments)
    assert reply.size < MAX_REPLY_CHARACTERS / 2


@pytest.mark.parametrize("entry", [piece(None, "x" * 1000, index=0), piece("web_search", ""), {"index": 0}])
def test_calls_without_an_end_count_towards_the_size_of_a_reply(entry: Piece) -> None:
    reply = Reply()
    chunk = json.dumps({"choices": [{"delta": {"tool_calls": [entry] * 1000}}]})
    for _ in range(50):
        reply.take(chunk)
    assert reply.size > MAX_REPLY_CHARACTERS


@pytest.mark.parametrize("arguments", ["{}", "{", '{"a":1}', "[", " ", '{"a":' * 50, "}{"])
def test_hostile_calls_are_gathered_in_no_time(arguments: str) -> None:
    start = time.process_time()
    entries = [piece("web_search", (arguments * 64_000)[:64_000], index=0)]
    entries += [piece("web_search", arguments, id=str(number)) for number in range(20_000)]
    streamed(entries).completion()
    assert time.process_time() - start < 1
