"""A judge that fails is asked once more or gives way to another, and costs the analysis at most."""

import json
from typing import Any

import pytest

from scripted import Home, ScriptedProvider, answers, html, judges, says_nothing, stalls, stalls_after, status
from scripted.asking import ask
from scripted.judging import NO_POINTS
from scripted.trio import trio_answers

BROKEN = {
    "prose": ("They all say Paris.", "judge_not_valid_json"),
    "half a JSON": (json.dumps(NO_POINTS)[:40], "judge_not_valid_json"),
    "a missing list": (json.dumps({"consensus": []}), "judge_schema_mismatch"),
    "an extra key": (json.dumps({**NO_POINTS, "verdict": "A wins"}), "judge_schema_mismatch"),
    "a wrong type": (json.dumps({**NO_POINTS, "consensus": "They agree."}), "judge_schema_mismatch"),
    "a label of nobody": (
        json.dumps({**NO_POINTS, "unique_insights": [{"model": "Response H", "insight": "!"}]}),
        "judge_schema_mismatch",
    ),
}


@pytest.mark.parametrize(("reply", "reason"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_judge_is_asked_once_more_and_told_what_was_wrong(
    home: Home, provider: ScriptedProvider, reply: str, reason: str
) -> None:
    trio_answers(provider)
    provider.script("judge", answers(reply), judges())
    home.trio(provider)
    result = await ask(home)
    assert result.status == "ok"
    first, second = provider.calls_to("judge")
    assert reply[:30] in second.prompt
    assert len(second.messages) == len(first.messages) + 2
    assert not any(reason in warning for warning in result.warnings)


@pytest.mark.parametrize(("reply", "reason"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_judge_broken_twice_gives_way_to_another_model(
    home: Home, provider: ScriptedProvider, reply: str, reason: str
) -> None:
    trio_answers(provider)
    provider.script("judge", answers(reply))
    provider.script("deputy", judges())
    home.trio(provider, judge={"model": "work:judge", "fallbacks": ["work:deputy"]})
    result = await ask(home)
    assert result.status == "ok"
    assert result.analysis is not None
    assert any("work:judge" in warning and reason in warning for warning in result.warnings)
    assert any("work:deputy judged in its place" in warning for warning in result.warnings)
    assert (len(provider.calls_to("judge")), len(provider.calls_to("deputy"))) == (2, 1)


async def test_a_judge_that_falls_silent_after_its_first_words_gives_way_in_time(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    provider.script("judge", stalls_after('{"consensus": ['))
    provider.script("deputy", judges())
    home.trio(provider, deadline_s=4.0, judge={"model": "work:judge", "fallbacks": ["work:deputy"]})
    result = await ask(home)
    assert result.status == "ok"
    assert any("work:deputy judged in its place" in warning for warning in result.warnings)


async def test_without_fallbacks_one_other_model_is_tried_before_the_analysis_is_given_up(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    provider.script("judge", status(404))
    provider.script("writer", judges(), answers("It is Paris."))
    home.trio(provider)
    result = await ask(home)
    assert result.status == "ok"
    assert any("work:writer judged in its place" in warning for warning in result.warnings)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (status(500), "judge_upstream_error"),
        (html(), "judge_upstream_error"),
        (says_nothing(), "judge_empty_completion"),
        (answers("prose"), "judge_not_valid_json"),
    ],
)
async def test_when_no_judge_can_write_one_the_answers_still_become_an_answer(
    home: Home, provider: ScriptedProvider, behaviour: Any, reason: str
) -> None:
    trio_answers(provider)
    provider.script("judge", behaviour)
    home.trio(provider, judge={"model": "work:judge", "fallbacks": ["work:judge"]})
    result = await ask(home)
    assert (result.status, result.analysis) == ("degraded", None)
    assert (result.answer, result.answered_by) == ("It is Paris.", "synthesizer")
    assert len(result.responses) == 3
    assert any(reason in warning for warning in result.warnings)
    assert "Alpha says Paris." in provider.calls_to("writer")[0].prompt


async def test_a_judge_that_stalls_leaves_the_synthesizer_its_time(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("judge", stalls())
    home.trio(provider, deadline_s=2.0, judge={"model": "work:judge", "fallbacks": ["work:judge"]})
    result = await ask(home)
    assert (result.answer, result.analysis) == ("It is Paris.", None)
    await provider.until(lambda p: all(call.closed_by_client for call in p.calls_to("judge")))
