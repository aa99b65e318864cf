"""What Codex's own output is read as. The samples are what it printed before a scripted endpoint."""

import json
from functools import partial

import pytest

from fusion_mcp.providers.agents.events.codex import read
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.types import Citation, Usage
from providers.agents.sampled import told_in

told = partial(told_in, "codex")


def test_an_answer_comes_whole_with_its_tokens_and_without_a_price() -> None:
    heard = told("answer")
    assert heard.answer == "".join(heard.pieces) == "A lynx is a wild cat."
    assert heard.usage == Usage(input_tokens=21, cached_tokens=4, output_tokens=8, reasoning_tokens=2, calls=1)
    assert (heard.cost_usd, heard.is_metered) == (None, None)
    assert (heard.is_over, heard.fault) == (True, None)


def test_its_warnings_are_no_faults() -> None:
    heard = Told()
    read({"type": "item.completed", "item": {"type": "error", "message": "Model metadata not found."}}, heard)
    assert heard == Told()


def test_an_answer_in_a_form_is_its_json() -> None:
    assert json.loads(told("schema").answer) == {"a": "b"}


def test_searches_and_pages_are_told_without_what_was_asked_for_and_pages_are_cited() -> None:
    heard = told("web")
    assert heard.doings == ["searching the web", "reading example.org"]
    assert heard.tool_calls == 2
    assert heard.citations == [Citation(url="https://example.org/lynx?q=secret")]


def test_a_search_is_told_once_when_it_is_known_what_it_is() -> None:
    heard = Told()
    read({"type": "item.started", "item": {"type": "web_search", "query": "", "action": {"type": "other"}}}, heard)
    assert heard.doings == []
    action = {"type": "open_page", "url": "turn0search1"}
    read({"type": "item.completed", "item": {"type": "web_search", "action": action}}, heard)
    assert heard.doings == ["reading a page"]
    assert heard.citations == []


def test_tools_that_it_does_not_have_come_to_nothing() -> None:
    heard = told("unoffered")
    assert heard.answer == "A lynx is a cat."
    assert heard.tool_calls == 0


def test_a_tool_that_it_should_not_have_would_be_seen() -> None:
    heard = Told()
    read({"type": "item.started", "item": {"type": "mcp_tool_call", "server": "fusion", "tool": "fusion_ask"}}, heard)
    read({"type": "item.started", "item": {"type": "command_execution", "command": "secret"}}, heard)
    assert heard.doings == ["calling fusion_ask", "calling command execution"]


@pytest.mark.parametrize(
    ("sample", "status", "words"),
    [
        ("unauthorized", 401, "Incorrect API key"),
        ("logged-out", 401, "Missing bearer"),
        ("usage-limit", None, "usage limit"),
        ("rate-limit", 429, "429 Too Many Requests"),
        ("no-model", None, "does not exist"),
        ("refused", None, "The model is not supported with this account."),
        ("overloaded", None, "at capacity"),
    ],
)
def test_a_failure_is_no_answer_and_has_its_words_and_status(sample: str, status: int | None, words: str) -> None:
    heard = told(sample)
    assert heard.fault is not None
    assert words in heard.fault
    assert "{" not in heard.fault
    assert (heard.answer, heard.status_code, heard.is_over) == ("", status, True)


def test_a_connection_that_is_tried_again_is_at_fault_until_words_come() -> None:
    heard = Told()
    read({"type": "error", "message": "Reconnecting... 1/5 (unexpected status 401 Unauthorized: no)"}, heard)
    assert heard.status_code == 401
    assert heard.doings == ["asking its service again"]
    assert heard.is_over is False
    recovered = told("recovered")
    assert (recovered.answer, recovered.fault, recovered.status_code) == ("A lynx is a wild cat.", None, None)


def test_the_last_message_is_the_answer() -> None:
    heard = Told()
    for words in ("Let me see.", "A cat."):
        read({"type": "item.completed", "item": {"type": "agent_message", "text": words}}, heard)
    assert heard.answer == "A cat."
    assert heard.pieces == ["Let me see.", "\n\n", "A cat."]


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"type": None},
        {"type": "item.started", "item": "text"},
        {"type": "item.completed", "item": {"type": "agent_message", "text": None}},
        {"type": "item.completed", "item": {"type": "web_search", "action": {"url": 3}}},
        {"type": "turn.completed", "usage": {"input_tokens": "many", "output_tokens": -3}},
    ],
)
def test_odd_lines_raise_nothing_and_say_nothing(odd: dict[str, object]) -> None:
    heard = Told()
    read(odd, heard)
    assert (heard.answer, heard.fault, heard.citations, heard.usage) == ("", None, [], Usage(calls=1))


def test_a_complaint_that_only_looks_like_json_is_shown_as_it_is() -> None:
    heard = Told()
    read({"type": "turn.failed", "error": {"message": "{broken"}}, heard)
    assert heard.fault == "{broken"
    read({"type": "turn.failed", "error": {}}, heard)
    assert heard.fault == "its turn failed"
