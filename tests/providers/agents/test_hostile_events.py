"""No line whatever makes the reading of an agent's output fail, in any dialect."""

import json
import time
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fusion_mcp.config import AgentEvents
from fusion_mcp.providers.agents.events.reading import read_line
from fusion_mcp.providers.agents.told import Told

DIALECTS: tuple[AgentEvents, ...] = get_args(AgentEvents)
OF_EVENTS: tuple[AgentEvents, ...] = tuple(dialect for dialect in DIALECTS if dialect != "text")

KINDS = (
    *("message", "tool_use", "tool_result", "error", "result", "step_start", "step_finish", "text", "init"),
    *("system", "assistant", "user", "stream_event", "item.started", "item.completed", "turn.completed", "turn.failed"),
)
PLACES = (
    *("type", "role", "content", "delta", "tool_name", "tool_id", "parameters", "status", "error", "stats", "severity"),
    *(
        "part",
        "tool",
        "state",
        "input",
        "output",
        "tokens",
        "cache",
        "read",
        "write",
        "cost",
        "reason",
        "url",
        "prompt",
    ),
    *("message", "data", "statusCode", "name", "event", "usage", "item", "result", "total_tokens", "input_tokens"),
    *("output_tokens", "tool_use_result", "results", "code", "subtype", "is_error", "total_cost_usd", "id", "action"),
    *("permission_denials", "content_block", "query", "text", "cached_input_tokens", "server", "error_status"),
)

words = st.one_of(
    st.sampled_from([*KINDS, "web_fetch", "webfetch", "google_web_search", "success", "completed", "assistant"]),
    st.sampled_from(
        ["https://example.org/a", "http://[", "https://\ud800.example/", "[API Error: {]", "[API Error: []]"]
    ),
    st.text(max_size=20),
)
numbers = st.one_of(st.integers(), st.floats(), st.just(10**400), st.booleans(), st.none())
values = st.recursive(
    st.one_of(words, numbers),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(PLACES), inner, max_size=6)),
    max_leaves=12,
)


def _event(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "type": kind}


events = st.builds(_event, st.sampled_from(KINDS), st.dictionaries(st.sampled_from(PLACES), values, max_size=8))

LINES = {
    "nothing": "",
    "blanks": " \t ",
    "words": "Loading...",
    "half an object": '{"type": "result", "status"',
    "another value": "[1, 2]",
    "a number": "1",
    "null": "null",
    "no number": '{"type": "result", "stats": NaN, "part": {"cost": NaN}}',
    "beyond numbers": '{"type": "step_finish", "part": {"cost": 1e999, "tokens": {"input": -Infinity}}}',
    "a number too long to be one": '{"type": "result", "stats": {"total_tokens": ' + "9" * 5000 + "}}",
    "too deep": "[" * 200_000,
    "objects too deep": '{"type":' * 100_000,
    "deep and whole": '{"error": ' * 900 + "1" + "}" * 900,
    "half a character": '{"type": "message", "role": "assistant", "content": "\\ud800", "delta": true}',
    "controls": '{"type": "message"}\x00\x1b[2J',
    "a kind that is none": '{"type": {"type": ["result"]}}',
    "a kind that cannot be a key": '{"type": [], "role": {}, "part": [], "item": 1}',
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_no_line_is_too_much(dialect: AgentEvents, line: str) -> None:
    read_line(dialect, line, Told())


@pytest.mark.parametrize("dialect", OF_EVENTS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(told=st.lists(events, max_size=4))
def test_no_event_is_too_odd(dialect: AgentEvents, told: list[dict[str, Any]]) -> None:
    heard = Told()
    for event in told:
        read_line(dialect, json.dumps(event), heard)
    assert isinstance(heard.answer, str)
    assert all(isinstance(words, str) for words in (*heard.pieces, *heard.doings))
    assert heard.status_code is None or isinstance(heard.status_code, int)
    assert heard.cost_usd is None or heard.cost_usd.is_finite()


@pytest.mark.parametrize("dialect", OF_EVENTS)
def test_what_is_no_event_is_counted_and_an_empty_line_is_not(dialect: AgentEvents) -> None:
    heard = Told()
    for line in ("", "  ", "Loading...", "[]", "null", '{"type": "something new"}'):
        read_line(dialect, line, heard)
    assert heard.unread == 3


def test_plain_text_is_the_answer_line_by_line() -> None:
    heard = Told()
    for line in ("", "A lynx", "", "is a cat."):
        read_line("text", line, heard)
    assert heard.answer == "".join(heard.pieces) == "A lynx\n\nis a cat."


def test_a_long_answer_in_many_pieces_takes_a_moment() -> None:
    heard = Told()
    line = json.dumps({"type": "message", "role": "assistant", "content": "x" * 40, "delta": True})
    began = time.process_time()
    for _ in range(40_000):
        read_line("gemini-cli", line, heard)
    assert len(heard.answer) == 1_600_000
    assert time.process_time() - began < 5
