"""What Gemini CLI's own output is read as. The samples are what it printed before a scripted endpoint."""

from functools import partial

import pytest

from fusion_mcp.providers.agents.events.gemini_cli import read
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.types import Citation, Usage
from providers.agents.sampled import told_in

told = partial(told_in, "gemini-cli")


def fetching(prompt: str, *, status: str = "success") -> Told:
    heard = Told()
    read({"type": "tool_use", "tool_name": "web_fetch", "tool_id": "a", "parameters": {"prompt": prompt}}, heard)
    read({"type": "tool_result", "tool_id": "a", "status": status}, heard)
    return heard


def ended(message: str) -> Told:
    heard = Told()
    read({"type": "result", "status": "error", "error": {"type": "unknown", "message": message}}, heard)
    return heard


def test_an_answer_comes_in_pieces_with_its_tokens_and_without_a_price() -> None:
    heard = told("answer")
    assert heard.answer == "".join(heard.pieces) == "Hello brave world done"
    assert heard.usage == Usage(input_tokens=100, cached_tokens=40, output_tokens=10, reasoning_tokens=3, calls=1)
    assert (heard.cost_usd, heard.is_metered) == (None, None)
    assert (heard.is_over, heard.finish_reason, heard.fault, heard.unread) == (True, "stop", None, 0)


def test_the_answer_is_what_it_says_after_its_last_call_of_a_tool() -> None:
    heard = told("web")
    assert heard.answer == "Hello brave world done"
    assert heard.pieces[0] == "Let me see. "


def test_searches_and_pages_are_told_without_what_was_asked_for_and_pages_are_cited() -> None:
    heard = told("web")
    assert heard.doings == ["searching the web", "reading example.org"]
    assert heard.tool_calls == 2
    assert heard.citations == [Citation(url="https://example.org/page")]
    assert heard.awaited == {}


def test_a_tool_that_it_does_not_have_is_seen_and_brings_nothing() -> None:
    heard = told("unoffered")
    assert heard.doings == ["reading example.org", "calling run_shell_command"]
    assert heard.answer == "Hello brave world done"
    assert heard.fault is None


def test_a_page_that_could_not_be_read_is_not_cited() -> None:
    assert fetching("Read https://example.org/page", status="error").citations == []


def test_of_several_pages_none_is_cited_since_nobody_knows_which_were_there() -> None:
    assert fetching("Read https://example.org/a and https://example.org/b").citations == []


@pytest.mark.parametrize(
    "prompt", ["Read https://example.org/a.", "(https://example.org/a), please", "https://example.org/a"]
)
def test_what_ends_a_sentence_is_no_part_of_an_address(prompt: str) -> None:
    assert fetching(prompt).citations == [Citation(url="https://example.org/a")]


def test_a_service_that_refuses_the_key_is_quoted_with_its_status() -> None:
    heard = told("unauthorized")
    assert (heard.fault, heard.status_code) == ("API keys are not supported by this API.", 401)
    assert heard.is_over


def test_a_limit_is_told_as_one_though_the_program_does_not_name_the_status() -> None:
    heard = told("limited")
    assert (heard.fault, heard.status_code) == ("You have exhausted your daily quota on this model.", 429)


def test_an_empty_reply_is_a_fault_and_its_tokens_count() -> None:
    heard = told("empty")
    assert heard.answer == ""
    assert heard.fault is not None
    assert heard.fault.startswith("The model returned an empty response")
    assert heard.usage.input_tokens == 200


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("[API Error: model not found]", "model not found"),
        ("Something else", "Something else"),
        ("[API Error: {broken]", "{broken"),
        ("[API Error: []]", "[]"),
    ],
)
def test_a_fault_is_told_in_the_words_of_the_service(message: str, fault: str) -> None:
    assert (ended(message).fault, ended(message).status_code) == (fault, None)


def test_an_answer_that_went_in_circles_is_one_that_was_cut_short() -> None:
    heard = Told()
    read({"type": "message", "role": "assistant", "content": "so so", "delta": True}, heard)
    read({"type": "error", "severity": "warning", "message": "Loop detected, stopping execution"}, heard)
    read({"type": "result", "status": "success"}, heard)
    assert (heard.answer, heard.finish_reason, heard.fault) == ("so so", "length", None)


def test_a_fault_that_was_overcome_is_none() -> None:
    heard = Told()
    read({"type": "error", "severity": "error", "message": "busy"}, heard)
    read({"type": "result", "status": "success"}, heard)
    assert heard.fault is None


def test_asking_for_confirmation_is_seen() -> None:
    heard = Told()
    said = 'Tool execution for "Shell" requires user confirmation, which is not supported in non-interactive mode.'
    read({"type": "tool_result", "tool_id": "a", "status": "error", "error": {"message": said}}, heard)
    assert heard.wants_consent
