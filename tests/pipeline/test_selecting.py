"""Where one answer is given as it stands, a judge must choose it, and what becomes of the run if none does."""

from typing import Any

from scripted import Home, ScriptedProvider, judges, status
from scripted.asking import ask, compare
from scripted.judging import NO_POINTS
from scripted.trio import trio_answers


async def test_where_one_answer_is_given_as_it_stands_the_judge_must_choose_it(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
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
    trio_answers(provider)
    provider.script("judge", judges({**NO_POINTS, "preferred": None}), judges(preferring="Beta says Paris."))
    home.trio(provider, **CHOOSES)
    result = await ask(home)
    assert (result.status, result.answered_by) == ("ok", "work:beta")
    assert "preferred: one response is going to be given as it stands" in provider.calls_to("judge")[1].prompt


async def test_a_judge_that_will_not_choose_gives_way_to_one_that_does(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("deputy", judges(preferring="Gamma says Paris."))
    home.trio(provider, **CHOOSES)
    result = await ask(home)
    assert (result.status, result.answered_by) == ("ok", "work:gamma")
    assert any("work:judge" in warning and "names no answer" in warning for warning in result.warnings)
    assert any("work:deputy judged in its place" in warning for warning in result.warnings)


async def test_where_no_judge_chooses_the_analysis_is_kept_and_the_person_is_told_that_nobody_chose(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    insights = [{"model": "Response A", "insight": "The moon is of cheese."}]
    coverage = [{"models": ["Response B", "Response C"], "point": "It is Paris."}]
    undecided = judges({**NO_POINTS, "unique_insights": insights, "partial_coverage": coverage})
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
    trio_answers(provider)
    home.trio(provider, **CHOOSES)
    assert (await compare(home)).status == "ok"
    assert len(provider.calls_to("judge")) == 1
