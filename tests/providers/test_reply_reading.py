"""A reply as it grows: odd but legal streams, and streams that lie."""

import json
from decimal import Decimal
from typing import Any

import pytest

from fusion_mcp.providers.chat.reply import Reply
from fusion_mcp.types import Usage


def chunk(delta: Any = None, *, finish: str | None = None, **extra: Any) -> str:
    return json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **extra})


def bill(**usage: Any) -> Reply:
    reply = Reply()
    reply.take(json.dumps({"choices": [], "usage": usage}))
    return reply


def test_text_comes_piece_by_piece_and_is_kept_whole() -> None:
    reply = Reply()
    assert [reply.take(chunk({"content": piece})) for piece in ("one ", "", "two")] == ["one ", "", "two"]
    assert (reply.text, reply.size, reply.ended) == ("one two", 7, False)


@pytest.mark.parametrize("event", ["", "  ", "\n"])
def test_an_event_without_data_is_no_event(event: str) -> None:
    reply = Reply()
    assert reply.take(event) == ""
    assert not reply.ended


@pytest.mark.parametrize("event", ["null", "[]", '"ping"', "7", "{", "<html>", '{"choices": [7]}'])
def test_an_event_that_is_no_chunk_is_an_error(event: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Reply().take(event)


def test_after_the_end_nothing_is_taken() -> None:
    reply = Reply()
    reply.take(chunk({"content": "all"}, finish="stop"))
    reply.take("[DONE]")
    assert reply.take(chunk({"content": " and more"})) == ""
    assert reply.take("not even JSON") == ""
    assert (reply.text, reply.ended, reply.closed) == ("all", True, True)


@pytest.mark.parametrize(
    "said",
    [
        "{}",
        '{"choices": null}',
        '{"choices": [{}]}',
        '{"choices": [{"delta": null}]}',
        '{"choices": [{"delta": {"role": "assistant", "content": null}}]}',
        '{"choices": [{"delta": {"content": "", "reasoning": "", "reasoning_content": null, "tool_calls": []}}]}',
        '{"choices": "none", "error": null}',
    ],
)
def test_a_chunk_that_says_nothing_is_no_beginning(said: str) -> None:
    reply = Reply()
    assert reply.take(said) == ""
    assert (reply.began, reply.ended, reply.error) == (False, False, None)


@pytest.mark.parametrize(
    "delta",
    [
        {"reasoning": "hm"},
        {"reasoning_content": "hm"},
        {"reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]},
        {"refusal": "no"},
        {"tool_calls": [{"index": 0}]},
    ],
)
def test_a_model_that_thinks_has_begun_and_its_thoughts_are_no_text(delta: dict[str, Any]) -> None:
    reply = Reply()
    assert reply.take(chunk(delta)) == ""
    assert reply.began
    assert reply.text == ""


def test_a_whole_message_is_taken_in_one_piece() -> None:
    reply = Reply()
    message = {"role": "assistant", "content": "Two."}
    assert reply.take(json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]})) == "Two."


def test_a_whole_message_at_the_end_of_a_stream_does_not_say_it_twice() -> None:
    reply = Reply()
    reply.take(chunk({"content": "Two."}))
    reply.take(json.dumps({"choices": [{"delta": {}, "message": {"content": "Two."}, "finish_reason": "stop"}]}))
    assert reply.text == "Two."


def test_a_character_whose_halves_come_in_two_chunks_is_whole_again() -> None:
    reply = Reply()
    reply.take('{"choices": [{"delta": {"content": "moon \\ud83c"}}]}')
    reply.take('{"choices": [{"delta": {"content": "\\udf19!"}}]}')
    assert reply.text == "moon 🌙!"


def test_half_a_character_can_still_be_sent_on() -> None:
    reply = Reply()
    reply.take('{"choices": [{"delta": {"content": "\ufeffmoon \\ud83c"}}]}')
    assert reply.text.encode() == "\ufeffmoon \ufffd".encode()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"code": 429, "message": "slow"}, 429),
        ({"code": "502", "message": "gone"}, 502),
        ({"code": "server_error", "message": "gone"}, None),
        ({"code": 200}, None),
        ({"code": True}, None),
        ({"code": "9" * 5000}, None),
        ({"code": None}, None),
        ("gone", None),
        ({"message": ["gone"]}, None),
        ([{"message": "gone"}], None),
        (7, None),
    ],
)
def test_an_error_within_a_stream_keeps_its_status_where_it_has_one(error: Any, status: int | None) -> None:
    reply = Reply()
    reply.take(json.dumps({"error": error}))
    assert reply.error is not None
    assert reply.error.status_code == status


@pytest.mark.parametrize(
    ("read", "written", "total", "reasoning", "output"),
    [
        (5, 3, None, None, 3),
        (5, 3, 8, None, 3),
        (5, 3, 8, 2, 3),  # OpenAI: reasoning is part of what was written
        (5, 3, 90, None, 85),  # Google: the total alone knows of the thoughts
        (5, 3, 90, 82, 85),  # xAI: reasoning is counted beside
        (5, 3, 90, 2, 3),  # nobody knows what the rest is
        (5, 3, 7, None, 3),
        (None, 3, 90, None, 3),
        (5, None, 90, None, None),
    ],
)
def test_what_a_model_wrote_includes_its_reasoning(
    read: int | None, written: int | None, total: int | None, reasoning: int | None, output: int | None
) -> None:
    details = {"reasoning_tokens": reasoning}
    usage = bill(
        prompt_tokens=read, completion_tokens=written, total_tokens=total, completion_tokens_details=details
    ).usage
    assert usage == Usage(input_tokens=read, output_tokens=output, reasoning_tokens=reasoning, calls=1)


@pytest.mark.parametrize("nonsense", [-5, "3", True, 5.5, 10**30, [], {}, None])
def test_a_count_that_makes_no_sense_is_unknown(nonsense: object) -> None:
    details = {"cached_tokens": nonsense, "reasoning_tokens": nonsense}
    usage = bill(
        prompt_tokens=nonsense,
        completion_tokens=nonsense,
        total_tokens=nonsense,
        prompt_tokens_details=details,
        completion_tokens_details=details,
    ).usage
    assert usage == Usage(calls=1)


@pytest.mark.parametrize("nonsense", [None, [], "none", 7])
def test_details_that_make_no_sense_are_passed_over(nonsense: object) -> None:
    usage = bill(
        prompt_tokens=5, completion_tokens=3, prompt_tokens_details=nonsense, completion_tokens_details=nonsense
    ).usage
    assert usage == Usage(input_tokens=5, output_tokens=3, calls=1)


@pytest.mark.parametrize(
    ("cost", "usd"),
    [
        (0, "0"),
        (0.00163, "0.00163"),
        ("0.5", "0.5"),
        (1e-7, "1E-7"),
        (-1, None),
        (True, None),
        (None, None),
        ("nan", None),
        (float("inf"), None),
        ("1e999999", None),
        (1e300, None),
        ("free", None),
        ({"total_cost": 1}, None),
    ],
)
def test_a_stated_cost_is_taken_only_when_it_is_an_amount(cost: object, usd: str | None) -> None:
    assert bill(cost=cost).cost == (None if usd is None else Decimal(usd))


@pytest.mark.parametrize(
    ("details", "usd"), [({"upstream_inference_cost": 0.25}, "0.35"), ({}, None), (None, None), ("?", None)]
)
def test_with_a_key_of_ones_own_behind_a_router_both_bills_count(details: object, usd: str | None) -> None:
    assert bill(cost=0.1, is_byok=True, cost_details=details).cost == (None if usd is None else Decimal(usd))


def test_the_last_bill_of_a_stream_counts() -> None:
    reply = Reply()
    reply.take(chunk({"content": "a"}, usage={"prompt_tokens": 5, "completion_tokens": 1}))
    reply.take(chunk({"content": "b"}, usage=None))
    reply.take(chunk({}, finish="stop", usage={"prompt_tokens": 5, "completion_tokens": 2}))
    assert reply.usage == Usage(input_tokens=5, output_tokens=2, calls=1)
