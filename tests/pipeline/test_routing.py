"""A question that wants no panel: the person is told so, or one model answers it and the person is told that."""

from collections.abc import Mapping
from typing import Any

import pytest

from fusion_mcp.pipeline.triage.routing import alone, triaged
from fusion_mcp.presets.schema import MAX_FALLBACKS, Preset
from scripted import Home, ScriptedProvider, answers, status
from scripted.asking import ask

EASY, HARD = "What is the capital of Australia?", "Should we move our service to another language?"
CODE = "Write a Python function that merges two sorted lists"


def preset(members: int = 3, **more: Any) -> Preset:
    table: Mapping[str, Any] = {
        "panel": [{"model": f"work:m{number}", "fallbacks": [f"work:f{number}"]} for number in range(members)],
        "judge": {"model": "work:judge"},
        "verifier": {"model": "work:verifier"},
        "second_judge": {"model": "work:second"},
        "gate": True,
        **more,
    }
    return Preset.model_validate(table).model_copy(update={"name": "mine"})


def test_an_easy_question_is_advised_on_and_goes_to_everybody_all_the_same() -> None:
    given = preset()
    found = triaged("ask", EASY, None, given)
    assert (found.preset, found.is_single) == (given, False)
    assert "panel is seldom worth its price" in found.note


@pytest.mark.parametrize("triage", ["advise", "route", "off"])
def test_a_hard_question_gets_its_panel_and_no_word_about_it(triage: str) -> None:
    given = preset(triage=triage)
    found = triaged("ask", HARD, None, given)
    assert (found.preset, found.is_single, found.note) == (given, False, "")


def test_a_routed_question_goes_to_the_first_member_alone_and_says_how_to_get_the_panel() -> None:
    found = triaged("ask", EASY, None, preset(triage="route"))
    assert found.is_single
    assert [str(member.model) for member in found.preset.panel] == ["work:m0"]
    for part in ("work:m0 was asked alone", "preset 'mine'", 'triage = "route"', 'triage = "advise"', "another preset"):
        assert part in found.note


def test_a_routed_question_goes_to_the_first_member_who_can_be_called() -> None:
    found = triaged("ask", EASY, None, preset(triage="route"), lambda model: model.model == "f1")
    assert [str(member.model) for member in found.preset.panel] == ["work:m1"]
    assert "work:m1 was asked alone" in found.note
    nobody = triaged("ask", EASY, None, preset(triage="route"), lambda _: False)
    assert [str(member.model) for member in nobody.preset.panel] == ["work:m0"]


def test_a_question_whose_kind_is_not_certain_is_never_routed() -> None:
    given = preset(triage="route")
    found = triaged("ask", "Who is the president of France?", None, given)
    assert (found.preset, found.is_single) == (given, False)
    assert "panel is seldom worth its price" in found.note


def test_a_comparison_is_never_routed() -> None:
    given = preset(triage="route")
    found = triaged("compare", EASY, None, given)
    assert (found.preset, found.is_single) == (given, False)
    assert "panel is seldom worth its price" in found.note


@pytest.mark.parametrize("given", [preset(triage="off"), preset(members=1), preset(members=1, triage="route")])
def test_who_switched_it_off_or_seats_one_model_is_told_nothing(given: Preset) -> None:
    found = triaged("ask", EASY, None, given)
    assert (found.preset, found.is_single, found.note) == (given, False, "")


@pytest.mark.parametrize("triage", ["advise", "route"])
@pytest.mark.parametrize("question", [EASY, CODE])
def test_a_panel_whose_best_answer_is_selected_suits_code_and_closed_questions(question: str, triage: str) -> None:
    found = triaged("ask", question, None, preset(aggregate="select", triage=triage))
    assert (found.is_single, found.note) == (False, "")
    assert triaged("ask", "hi", None, preset(aggregate="select", triage=triage)).note


def test_one_member_alone_has_nobody_who_works_on_its_answer() -> None:
    one = alone(preset(), 2)
    assert [str(member.model) for member in one.panel] == ["work:m2"]
    assert (one.quorum, one.verifier, one.second_judge, one.gate) == (1, None, None, False)
    assert Preset.model_validate(one.model_dump(exclude={"name"})).quorum == 1


def test_for_one_member_alone_the_other_members_stand_in_after_its_own_fallbacks() -> None:
    (member,) = alone(preset(), 1).panel
    assert list(map(str, member.fallbacks)) == ["work:f1", "work:m0", "work:m2"]
    (first, *_) = alone(preset(8)).panel
    assert len(first.fallbacks) == MAX_FALLBACKS
    again = preset(panel=[{"model": "work:m0"}] * 3, verifier=None, second_judge=None)
    assert alone(again).panel[0].fallbacks == ()


async def test_a_routed_question_whose_model_fails_is_answered_by_another_member(
    home: Home, provider: ScriptedProvider
) -> None:
    provider.script("alpha", status(401))
    provider.script("beta", answers("Beta says Canberra."))
    home.trio(provider, triage="route")
    result = await ask(home, EASY)
    assert (result.answer, result.answered_by) == ("Beta says Canberra.", "work:alpha")
    assert any("fallback work:beta answered" in warning for warning in result.warnings)
