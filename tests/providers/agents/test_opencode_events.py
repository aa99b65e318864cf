"""What opencode's own output is read as. The samples are what it printed before a scripted endpoint."""

from decimal import Decimal
from functools import partial

import pytest

from fusion_mcp.providers.agents.events.opencode import read
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.types import Citation, Usage
from providers.agents.sampled import told_in

told = partial(told_in, "opencode")


def step(cost: object, tokens: object = None, reason: object = "stop") -> dict[str, object]:
    return {"type": "step_finish", "part": {"reason": reason, "cost": cost, "tokens": tokens}}


def test_an_answer_comes_whole_with_its_tokens_and_its_price() -> None:
    heard = told("answer")
    assert heard.answer == "".join(heard.pieces) == "Hello brave world "
    assert heard.usage == Usage(input_tokens=100, cached_tokens=40, output_tokens=10, reasoning_tokens=3, calls=1)
    assert (heard.cost_usd, heard.is_metered) == (Decimal("0.00008"), True)
    assert (heard.is_over, heard.finish_reason, heard.fault, heard.unread) == (True, "stop", None, 0)


def test_steps_are_added_up_and_the_last_one_holds_the_answer() -> None:
    heard = told("web")
    assert heard.answer == "Hello brave world "
    assert heard.usage == Usage(input_tokens=200, cached_tokens=80, output_tokens=20, reasoning_tokens=6, calls=1)
    assert heard.cost_usd == Decimal("0.00016")


def test_searches_and_pages_are_told_without_what_was_asked_for_and_only_pages_that_were_read_are_cited() -> None:
    heard = told("web")
    assert heard.doings[3:] == ["reading example.org", "reading example.net", "searching the web"]
    assert heard.citations == [Citation(url="https://example.org/page", text="THello page")]


def test_tools_that_it_does_not_have_are_seen_and_bring_nothing() -> None:
    heard = told("web")
    assert heard.doings[:3] == ["calling bash", "calling write", "calling fusion_fusion_ask"]
    assert heard.tool_calls == 6
    assert (heard.fault, heard.wants_consent) == (None, False)


def test_a_price_of_nothing_is_a_plan() -> None:
    heard = Told()
    read(step(0), heard)
    assert (heard.cost_usd, heard.is_metered) == (0, False)


def test_one_step_that_cost_something_is_enough_to_be_billed() -> None:
    heard = Told()
    for cost in (0.25, 0):
        read(step(cost), heard)
    assert (heard.cost_usd, heard.is_metered) == (Decimal("0.25"), True)


@pytest.mark.parametrize("cost", [None, "a lot", -1, float("nan"), float("inf"), 1e300, True])
def test_a_price_that_is_none_is_unknown(cost: object) -> None:
    heard = Told()
    read(step(cost), heard)
    assert (heard.cost_usd, heard.is_metered) == (None, None)


def test_what_it_wrote_to_the_cache_is_input() -> None:
    heard = Told()
    read(step(0, {"input": 1, "output": 2, "reasoning": 0, "cache": {"read": 10, "write": 100}}), heard)
    assert heard.usage == Usage(input_tokens=111, cached_tokens=10, output_tokens=2, reasoning_tokens=0, calls=1)


def test_a_step_after_which_there_is_another_is_no_end() -> None:
    heard = Told()
    read(step(0, reason="tool-calls"), heard)
    assert not heard.is_over
    read(step(0, reason="content-filter"), heard)
    assert (heard.is_over, heard.finish_reason) == (True, "content_filter")
    read({"type": "step_start"}, heard)
    assert not heard.is_over


def test_a_service_that_refuses_the_key_is_quoted_with_its_status() -> None:
    heard = told("unauthorized")
    assert (heard.fault, heard.status_code) == ("Incorrect API key provided.", 401)


def test_a_fault_that_only_its_log_names_is_left_to_its_log() -> None:
    assert told("no-model").fault is None


def test_a_login_that_no_longer_holds_has_the_status_of_one() -> None:
    heard = Told()
    read({"type": "error", "error": {"name": "ProviderAuthError", "data": {"message": "expired"}}}, heard)
    assert (heard.fault, heard.status_code) == ("expired", 401)


def test_a_permission_that_it_asked_for_is_seen() -> None:
    heard = Told()
    state = {"status": "error", "error": "The user rejected permission to use this specific tool call."}
    read({"type": "tool_use", "part": {"tool": "bash", "state": state}}, heard)
    assert heard.wants_consent
