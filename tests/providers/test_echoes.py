"""What goes back to the provider with a turn of tool calls: its reasoning, and nothing that it does not take."""

import json
from typing import Any

import pytest

from fusion_mcp.providers.chat.echo import Echo
from fusion_mcp.providers.chat.reply import MAX_REPLY_CHARACTERS, Reply

FIELDS = ("reasoning_content", "reasoning_details")
CALLS = {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "web_search", "arguments": "{}"}}]}


def streamed(*deltas: dict[str, Any], fields: tuple[str, ...] = FIELDS) -> Reply:
    reply = Reply(echo=Echo(fields))
    for delta in deltas:
        reply.take(json.dumps({"choices": [{"delta": delta}]}))
    return reply


def echoed(*deltas: dict[str, Any], fields: tuple[str, ...] = FIELDS) -> dict[str, Any]:
    return dict(streamed(*deltas, CALLS, fields=fields).completion().echo)


def details(*pieces: dict[str, Any]) -> list[dict[str, Any]]:
    return echoed(*[{"reasoning_details": [piece]} for piece in pieces])["reasoning_details"]


def thought(text: str | None, index: int | None = 0, **more: Any) -> dict[str, Any]:
    place = {} if index is None else {"index": index}
    return {"type": "reasoning.text", "text": text, **place, **more}


def test_reasoning_goes_back_whole_where_tools_were_called() -> None:
    assert echoed({"reasoning_content": "Hm, "}, {"reasoning_content": "so."}) == {"reasoning_content": "Hm, so."}


def test_reasoning_does_not_go_back_where_no_tools_were_called() -> None:
    assert streamed({"reasoning_content": "Hm."}, {"content": "Two."}).completion().echo == {}


def test_only_fields_that_the_provider_takes_back_are_kept() -> None:
    said = {"reasoning": "Hm.", "reasoning_content": "Hm.", "reasoning_details": [thought("Hm.")], "refusal": "no"}
    assert echoed(said, fields=("reasoning",)) == {"reasoning": "Hm."}
    assert echoed(said, fields=()) == {}


def test_that_a_model_did_not_think_goes_back_as_well_and_what_was_never_said_does_not() -> None:
    assert echoed({"reasoning_content": ""}, {"reasoning_content": None}) == {"reasoning_content": ""}
    assert echoed({"reasoning_content": None, "content": ""}) == {}


def test_the_pieces_of_a_thought_are_one_and_its_signature_stays_with_it() -> None:
    pieces = [thought("Hm, ", format="a"), thought("so.", signature=None), thought(None, signature="sig", format=None)]
    assert details(*pieces) == [thought("Hm, so.", format="a", signature="sig")]


def test_a_signed_thought_is_not_gone_on_with() -> None:
    signed, next_one = thought("One.", signature="s1"), thought("Two.", signature="s2")
    assert details(signed, next_one) == [signed, next_one]


def test_thoughts_stay_apart_and_in_their_order() -> None:
    secret = {"type": "reasoning.encrypted", "data": "b3Bh", "index": 1}
    assert details(thought("a"), secret, secret, thought("b", 2), thought("c", 2)) == [
        thought("a"),
        secret,
        secret,
        thought("bc", 2),
    ]


def test_thoughts_without_an_index_are_one_while_they_are_of_one_kind() -> None:
    summary = {"type": "reasoning.summary", "summary": "s"}
    assert details(thought("a", None), thought("b", None), summary, summary, thought("c", None)) == [
        thought("ab", None),
        {"type": "reasoning.summary", "summary": "ss"},
        thought("c", None),
    ]


def test_what_is_unknown_of_a_thought_is_kept_as_it_came() -> None:
    odd = {"type": "reasoning.server_tool_call", "tool_name": "x", "arguments": "{}", "result": {"a": [1]}, "id": None}
    assert details(odd) == [odd]


def test_the_thoughts_of_a_whole_message_go_back_as_they_are() -> None:
    reply = Reply(echo=Echo(FIELDS))
    thoughts = [thought("a", None), thought("b", None)]
    message = {"content": None, "reasoning_content": "ab", "reasoning_details": thoughts, **CALLS}
    reply.take(json.dumps({"choices": [{"message": message, "finish_reason": "tool_calls"}]}))
    assert reply.completion().echo == {"reasoning_content": "ab", "reasoning_details": thoughts}


def test_a_whole_message_at_the_end_of_a_stream_does_not_think_twice() -> None:
    reply = streamed({"reasoning_content": "Hm."})
    message = {"reasoning_content": "Hm.", "content": None, **CALLS}
    reply.take(json.dumps({"choices": [{"delta": {}, "message": message, "finish_reason": "tool_calls"}]}))
    assert reply.completion().echo == {"reasoning_content": "Hm."}


@pytest.mark.parametrize("nonsense", [7, {}, {"a": 1}, [], [7, None, "x", []], True])
def test_reasoning_that_makes_no_sense_is_passed_over(nonsense: object) -> None:
    assert echoed({"reasoning_content": nonsense, "reasoning_details": nonsense}) == {}


def test_a_thought_nested_too_deep_to_be_sent_back_is_left_out() -> None:
    deep: Any = []
    for _ in range(100):
        deep = [deep]
    assert echoed({"reasoning_details": [{"type": "odd", "deep": deep}]}) == {}


@pytest.mark.parametrize("said", [{"reasoning_content": "x" * 50_000}, {"reasoning_details": [{"type": "o"}] * 1000}])
def test_reasoning_without_an_end_counts_towards_the_size_of_a_reply(said: dict[str, Any]) -> None:
    assert streamed(*[said] * 50).size > MAX_REPLY_CHARACTERS
