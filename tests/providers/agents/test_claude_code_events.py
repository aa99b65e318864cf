"""What Claude Code's own output is read as. The samples are what it printed before a scripted endpoint."""

import json
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from fusion_mcp.providers.agents.events.claude_code import read
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.types import Citation, Usage
from providers.agents.sampled import lines_of, told_in

ANSWER = "A lynx is a wild cat."

told = partial(told_in, "claude-code")


def test_an_answer_comes_in_pieces_and_whole_with_its_bill() -> None:
    heard = told("answer")
    assert heard.answer == "".join(heard.pieces) == ANSWER
    assert heard.usage == Usage(input_tokens=19, cached_tokens=5, output_tokens=7, calls=1)
    assert heard.cost_usd is not None
    assert heard.cost_usd > 0
    assert (heard.finish_reason, heard.is_over, heard.fault) == ("stop", True, None)


def test_a_key_is_billed_and_a_plan_is_not() -> None:
    assert told("answer").is_metered is True
    assert told("plan").is_metered is False
    assert told("plan").answer == ANSWER


def test_what_goes_beyond_a_plan_is_billed() -> None:
    heard = Told()
    read({"type": "rate_limit_event", "rate_limit_info": {"status": "allowed", "isUsingOverage": True}}, heard)
    assert heard.is_metered is True


def test_an_answer_in_a_form_is_its_json_and_no_tool() -> None:
    heard = told("schema")
    assert json.loads(heard.answer) == {"a": "b"}
    assert heard.tool_calls == 0
    assert heard.doings == []


def test_searches_and_pages_are_told_without_what_was_asked_for() -> None:
    heard = told("web")
    assert heard.doings == ["searching the web", "reading 127.0.0.1", "reading 127.0.0.1"]
    assert heard.tool_calls == 3
    assert heard.answer == "A lynx is a cat."
    assert heard.wants_consent is False


def test_pages_that_were_found_or_read_are_cited_and_others_are_not() -> None:
    assert told("web").citations == [
        Citation(url="https://example.org/lynx", title="Lynx"),
        Citation(url="https://127.0.0.1:8000/lynx?q=secret"),
    ]


def test_the_bill_counts_what_its_tools_asked_of_models() -> None:
    assert told("web").usage == Usage(input_tokens=114, cached_tokens=30, output_tokens=50, calls=4)


def test_a_tool_that_it_does_not_have_is_only_told_of() -> None:
    heard = told("unoffered")
    assert heard.doings == ["calling Bash", "calling mcp__fusion__fusion_ask"]
    assert heard.answer == "A lynx is a cat."


def test_a_permission_that_nobody_gave_is_noticed() -> None:
    assert told("refused-permission").wants_consent is True


@pytest.mark.parametrize(
    ("sample", "status", "words"),
    [
        ("unauthorized", 401, "Invalid API key"),
        ("logged-out", None, "Not logged in"),
        ("usage-limit", 429, "hit your session limit"),
        ("overloaded", 529, "Overloaded"),
        ("no-model", 404, "may not exist"),
        ("cut", None, "output token maximum"),
    ],
)
def test_a_failure_is_no_answer_and_has_its_words_and_status(sample: str, status: int | None, words: str) -> None:
    heard = told(sample)
    assert heard.fault is not None
    assert words in heard.fault
    assert (heard.answer, heard.status_code, heard.is_over) == ("", status, True)


def test_a_service_that_is_asked_again_is_at_fault_until_it_answers() -> None:
    heard = Told()
    faults: list[tuple[str | None, int | None]] = []
    for line in lines_of("claude-code", "recovered"):
        read(json.loads(line), heard)
        faults.append((heard.fault, heard.status_code))
    assert ("overloaded", 529) in faults
    assert faults[-1] == (None, None)
    assert heard.answer == ANSWER
    assert "asking its service again" in heard.doings


def test_words_of_several_messages_are_kept_apart_in_pieces() -> None:
    assert "".join(told("web").pieces) == "A lynx is a cat."
    heard = Told(answer="Let me see.")
    read({"type": "stream_event", "event": {"type": "message_start"}}, heard)
    assert heard.pieces == ["\n\n"]


def test_a_helpers_own_words_are_not_its_answer() -> None:
    heard = Told()
    said = {"content": [{"type": "text", "text": "A helper's."}]}
    read({"type": "assistant", "parent_tool_use_id": "toolu_1", "message": said}, heard)
    assert heard == Told()


ODD: list[dict[str, Any]] = [
    {},
    {"type": 3},
    {"type": "system", "subtype": "init", "apiKeySource": None},
    {"type": "stream_event", "event": []},
    {"type": "assistant", "message": {"content": "text"}},
    {
        "type": "assistant",
        "message": {"content": [{"type": "tool_use", "name": "WebFetch", "input": {"url": "http://["}}]},
    },
    {"type": "user", "tool_use_result": {"code": "200", "url": 3, "results": [[], {"content": 3}]}},
    {"type": "rate_limit_event"},
    {
        "type": "result",
        "subtype": "success",
        "result": None,
        "total_cost_usd": "much",
        "modelUsage": [],
        "num_turns": -1,
    },
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_lines_raise_nothing_and_say_nothing(odd: dict[str, Any]) -> None:
    heard = Told()
    read(odd, heard)
    assert (heard.answer, heard.fault, heard.cost_usd, heard.citations) == ("", None, None, [])


def test_a_failure_without_words_is_one() -> None:
    heard = Told(answer="Half of")
    read({"type": "result", "subtype": "error_during_execution", "is_error": True}, heard)
    assert (heard.answer, heard.fault) == ("", "error during execution")


def test_a_cost_is_exact() -> None:
    assert isinstance(told("answer").cost_usd, Decimal)
