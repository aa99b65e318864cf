"""The judge: what it is shown, what it may write, and what its failure costs."""

import json
from typing import Any

import pytest

from fusion_mcp.result import FusionResult
from scripted import Home, ScriptedProvider, answers, html, judges, refuses, says_nothing, stalls, stalls_after, status
from scripted.asking import ask, compare

EMPTY: dict[str, Any] = {
    "consensus": [],
    "contradictions": [],
    "partial_coverage": [],
    "unique_insights": [],
    "blind_spots": [],
}


def scripted(provider: ScriptedProvider, **panel: str) -> None:
    for name in ("alpha", "beta", "gamma"):
        provider.script(name, answers(panel.get(name, f"{name.title()} says Paris.")))
    provider.script("judge", judges())
    provider.script("writer", answers("It is Paris."))


def attributed(result: FusionResult) -> dict[str, str]:
    assert result.analysis is not None
    return {insight.model: insight.insight for insight in result.analysis.unique_insights}


async def test_the_judge_is_shown_every_answer_and_no_name(home: Home, provider: ScriptedProvider) -> None:
    scripted(provider, alpha="I am Claude, made by Anthropic. Paris.", beta="As work:beta, I say Paris.")
    home.trio(provider)
    await ask(home)
    prompt = json.dumps(provider.calls_to("judge")[0].body)
    for name in ("work:alpha", "work:beta", "work:gamma", "Claude", "Anthropic"):
        assert name not in prompt
    for text in ("Paris.", "I say Paris", "Gamma says Paris."):
        assert text in prompt


async def test_attribution_is_put_back_whatever_the_order(home: Home, provider: ScriptedProvider) -> None:
    scripted(provider)
    quotes = ["Alpha says Paris.", "Beta says Paris.", "Gamma says Paris."]
    provider.script("judge", judges(quoting=quotes))
    home.trio(provider)
    for number in range(3):
        assert attributed(await ask(home, f"What is the capital of France? ({number})")) == {
            "work:alpha": "Alpha says Paris.",
            "work:beta": "Beta says Paris.",
            "work:gamma": "Gamma says Paris.",
        }


async def test_the_order_of_the_answers_differs_between_runs(home: Home, provider: ScriptedProvider) -> None:
    scripted(provider)
    home.trio(provider)
    orders: set[tuple[str, ...]] = set()
    for number in range(12):
        await ask(home, f"What is the capital of France? ({number})")
        prompt = provider.calls_to("judge")[-1].prompt
        orders.add(tuple(sorted(("Alpha", "Beta", "Gamma"), key=lambda name: prompt.index(f"{name} says"))))
    assert len(orders) > 1


async def test_labels_in_prose_become_names(home: Home, provider: ScriptedProvider) -> None:
    scripted(provider)
    provider.script("judge", judges({**EMPTY, "consensus": ["Response A and Response B agree."]}))
    home.trio(provider, panel=["alpha", "beta"])
    result = await ask(home)
    assert result.analysis is not None
    assert sorted(result.analysis.consensus[0].removesuffix(" agree.").split(" and ")) == ["work:alpha", "work:beta"]


@pytest.mark.parametrize(
    "reply",
    [
        "```json\n" + json.dumps(EMPTY) + "\n```",
        "Here is the analysis:\n\n" + json.dumps(EMPTY),
        "<think>They all agree {perhaps}.</think>" + json.dumps(EMPTY),
        json.dumps(EMPTY) + "\n\nI hope this helps!",
    ],
)
async def test_fences_prefaces_and_thinking_around_the_json_are_tolerated(
    home: Home, provider: ScriptedProvider, reply: str
) -> None:
    scripted(provider)
    provider.script("judge", answers(reply))
    home.trio(provider)
    result = await ask(home)
    assert result.status == "ok"
    assert len(provider.calls_to("judge")) == 1


BROKEN = {
    "prose": ("They all say Paris.", "judge_not_valid_json"),
    "half a JSON": (json.dumps(EMPTY)[:40], "judge_not_valid_json"),
    "a missing list": (json.dumps({"consensus": []}), "judge_schema_mismatch"),
    "an extra key": (json.dumps({**EMPTY, "verdict": "A wins"}), "judge_schema_mismatch"),
    "a wrong type": (json.dumps({**EMPTY, "consensus": "They agree."}), "judge_schema_mismatch"),
    "a label of nobody": (
        json.dumps({**EMPTY, "unique_insights": [{"model": "Response H", "insight": "!"}]}),
        "judge_schema_mismatch",
    ),
}


@pytest.mark.parametrize(("reply", "reason"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_judge_is_asked_once_more_and_told_what_was_wrong(
    home: Home, provider: ScriptedProvider, reply: str, reason: str
) -> None:
    scripted(provider)
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
    scripted(provider)
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
    scripted(provider)
    provider.script("judge", stalls_after('{"consensus": ['))
    provider.script("deputy", judges())
    home.trio(provider, deadline_s=4.0, judge={"model": "work:judge", "fallbacks": ["work:deputy"]})
    result = await ask(home)
    assert result.status == "ok"
    assert any("work:deputy judged in its place" in warning for warning in result.warnings)


async def test_without_fallbacks_one_other_model_is_tried_before_the_analysis_is_given_up(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider)
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
    scripted(provider)
    provider.script("judge", behaviour)
    home.trio(provider, judge={"model": "work:judge", "fallbacks": ["work:judge"]})
    result = await ask(home)
    assert (result.status, result.analysis) == ("degraded", None)
    assert (result.answer, result.answered_by) == ("It is Paris.", "synthesizer")
    assert len(result.responses) == 3
    assert any(reason in warning for warning in result.warnings)
    assert "Alpha says Paris." in provider.calls_to("writer")[0].prompt


async def test_a_judge_that_stalls_leaves_the_synthesizer_its_time(home: Home, provider: ScriptedProvider) -> None:
    scripted(provider)
    provider.script("judge", stalls())
    home.trio(provider, deadline_s=2.0, judge={"model": "work:judge", "fallbacks": ["work:judge"]})
    result = await ask(home)
    assert (result.answer, result.analysis) == ("It is Paris.", None)
    await provider.until(lambda p: all(call.closed_by_client for call in p.calls_to("judge")))


async def test_the_judge_is_asked_for_json_by_schema_and_where_refused_by_prompt(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider)
    provider.script("judge", refuses("response_format", then=judges()))
    home.trio(provider)
    result = await ask(home)
    assert result.status == "ok"
    first, second = provider.calls_to("judge")
    assert first.body["response_format"]["type"] == "json_schema"
    assert "response_format" not in second.body
    assert "blind_spots" in second.prompt


async def test_compare_stops_after_the_analysis(home: Home, provider: ScriptedProvider) -> None:
    scripted(provider)
    home.trio(provider)
    result = await compare(home)
    assert (result.kind, result.status, result.answer, result.answered_by) == ("compare", "ok", None, None)
    assert result.analysis is not None
    assert provider.calls_to("writer") == []


async def test_the_judge_is_asked_whom_it_prefers_and_may_prefer_nobody(home: Home, provider: ScriptedProvider) -> None:
    scripted(provider)
    home.trio(provider)
    await ask(home)
    call = provider.calls_to("judge")[0]
    schema = call.body["response_format"]["json_schema"]["schema"]
    assert {"type": "null"} in schema["properties"]["preferred"]["anyOf"]
    assert "otherwise null" in call.prompt


async def test_where_one_answer_is_given_as_it_stands_the_judge_must_choose_it(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider)
    provider.script("judge", judges(preferring="Beta says Paris."))
    home.trio(provider, aggregate="select")
    await ask(home)
    call = provider.calls_to("judge")[0]
    schema = call.body["response_format"]["json_schema"]["schema"]
    assert len(schema["properties"]["preferred"]["enum"]) == 3
    assert "exactly as it stands" in call.prompt


CHOOSES: dict[str, Any] = {"aggregate": "select", "judge": {"model": "work:judge", "fallbacks": ["work:deputy"]}}


async def test_a_judge_that_must_choose_and_names_nobody_is_told_so_and_asked_once_more(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider)
    provider.script("judge", judges({**EMPTY, "preferred": None}), judges(preferring="Beta says Paris."))
    home.trio(provider, **CHOOSES)
    result = await ask(home)
    assert (result.status, result.answered_by) == ("ok", "work:beta")
    assert "preferred: one response is going to be given as it stands" in provider.calls_to("judge")[1].prompt


async def test_a_judge_that_will_not_choose_gives_way_to_one_that_does(home: Home, provider: ScriptedProvider) -> None:
    scripted(provider)
    provider.script("deputy", judges(preferring="Gamma says Paris."))
    home.trio(provider, **CHOOSES)
    result = await ask(home)
    assert (result.status, result.answered_by) == ("ok", "work:gamma")
    assert any("work:judge" in warning and "names no answer" in warning for warning in result.warnings)
    assert any("work:deputy judged in its place" in warning for warning in result.warnings)


async def test_where_no_judge_chooses_the_analysis_is_kept_and_the_person_is_told_that_nobody_chose(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider)
    insights = [{"model": "Response A", "insight": "The moon is of cheese."}]
    coverage = [{"models": ["Response B", "Response C"], "point": "It is Paris."}]
    undecided = judges({**EMPTY, "unique_insights": insights, "partial_coverage": coverage})
    provider.script("judge", undecided)
    provider.script("deputy", status(404))
    home.trio(provider, **CHOOSES)
    result = await ask(home)
    assert result.analysis is not None
    liar, shared = result.analysis.unique_insights[0].model, result.analysis.partial_coverage[0].models
    assert result.status == "degraded"
    assert result.answered_by in shared
    assert result.answered_by != liar
    assert any("no judge named the best" in warning for warning in result.warnings)
    assert not any("judged in its place" in warning for warning in result.warnings)


async def test_a_comparison_wants_no_choice(home: Home, provider: ScriptedProvider) -> None:
    scripted(provider)
    home.trio(provider, **CHOOSES)
    assert (await compare(home)).status == "ok"
    assert len(provider.calls_to("judge")) == 1
