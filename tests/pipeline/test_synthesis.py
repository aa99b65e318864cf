"""The synthesis: written from everything, and never lost with its synthesizer."""

import re
from typing import Any

import pytest

from fusion_mcp.protocols import Progress
from scripted import Home, ScriptedProvider, answers, cuts_after, drips, judges, says_nothing, stalls, status
from scripted.asking import ask, compare
from scripted.judging import NO_POINTS
from scripted.trio import trio_answers


def without_a_writer(home: Home, provider: ScriptedProvider) -> None:
    """Seat the trio with a synthesizer that is refused, and nobody to stand in for it."""
    provider.script("writer", status(401))
    home.trio(provider, synthesizer={"model": "work:writer", "fallbacks": ["work:writer"]})


async def test_the_synthesizer_sees_answers_and_analysis_but_no_names(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    home.trio(provider)
    await ask(home)
    prompt = provider.calls_to("writer")[0].prompt
    assert "They agree." in prompt
    for name in ("Alpha", "Beta", "Gamma"):
        assert f"{name} says Paris." in prompt
    assert "work:" not in prompt


async def test_what_is_written_is_shown_from_its_beginning_to_its_end_but_not_word_by_word(
    home: Home, provider: ScriptedProvider
) -> None:
    words = " ".join(f"word{number}" for number in range(1000))
    trio_answers(provider, writes=words)
    gate = provider.gate("the rest")
    provider.script("writer", drips(words, gate))
    home.trio(provider)
    shown: list[str] = []

    def watch(event: Progress) -> None:
        if event.state == "writing":
            shown.append(event.detail)
            gate.open()

    await ask(home, watch=watch)
    assert words.startswith(shown[0])
    assert words.endswith(shown[-1])
    assert shown[-1]
    assert len(shown) < 500  # which would be half a minute's


async def test_judge_and_synthesizer_share_the_beginning_of_their_prompts(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    home.trio(provider)
    await ask(home, context="x" * 4000)
    judge, writer = provider.calls_to("judge")[0], provider.calls_to("writer")[0]
    assert judge.messages[0] == writer.messages[0]
    ours, theirs = judge.messages[1]["content"], writer.messages[1]["content"]
    common = next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), 0)
    assert common > ours.index("Compare the responses") - 5


@pytest.mark.parametrize("behaviour", [status(500), says_nothing(), cuts_after("It is"), status(401)])
async def test_another_model_writes_when_the_synthesizer_fails(
    home: Home, provider: ScriptedProvider, behaviour: Any
) -> None:
    trio_answers(provider)
    provider.script("writer", behaviour)
    provider.script("deputy", answers("Paris, says the deputy."))
    home.trio(provider, synthesizer={"model": "work:writer", "fallbacks": ["work:deputy"]})
    result = await ask(home)
    assert (result.status, result.answer, result.answered_by) == ("ok", "Paris, says the deputy.", "synthesizer")
    assert any("work:deputy wrote the answer in its place" in warning for warning in result.warnings)


async def test_without_any_synthesizer_the_best_single_answer_is_returned_under_its_name(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    provider.script("judge", judges({**NO_POINTS, "consensus": ["Paris."]}))
    without_a_writer(home, provider)
    result = await ask(home)
    assert (result.status, result.answered_by, result.answer) == ("degraded", "work:alpha", "Alpha says Paris.")
    assert result.analysis is not None
    assert any("the answer of work:alpha alone" in warning for warning in result.warnings)


async def test_the_member_who_alone_holds_a_contested_stance_is_not_the_best_single_answer(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    provider.script("judge", judges(quoting=["Alpha says Paris."], contesting="Alpha says Paris."))
    without_a_writer(home, provider)
    result = await ask(home)
    assert (result.answered_by, result.answer) == ("work:beta", "Beta says Paris.")


async def test_a_synthesizer_that_stalls_costs_the_synthesis_and_no_more(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    provider.script("writer", stalls())
    home.trio(provider, deadline_s=1.5, synthesizer={"model": "work:writer", "fallbacks": ["work:writer"]})
    result = await ask(home)
    assert (result.status, result.answered_by) == ("degraded", "work:alpha")
    assert result.analysis is not None
    assert result.seconds.total < 1.5 + 0.5


async def test_one_survivor_is_a_solo_answer_and_nothing_is_compared(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("beta", status(404))
    provider.script("gamma", status(404))
    home.trio(provider)
    result = await ask(home)
    assert (result.status, result.answered_by, result.answer) == ("degraded", "work:alpha", "Alpha says Paris.")
    assert result.analysis is None
    assert any("the answer of work:alpha alone" in warning for warning in result.warnings)
    assert provider.calls_to("judge") == provider.calls_to("writer") == []


async def test_a_comparison_with_one_survivor_is_degraded(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("beta", status(404))
    provider.script("gamma", status(404))
    home.trio(provider)
    result = await compare(home)
    assert (result.status, result.answer, result.analysis) == ("degraded", None, None)
    assert [response.model for response in result.responses] == ["work:alpha"]
    assert any("nothing to compare" in warning for warning in result.warnings)


async def test_labels_that_slip_into_the_answer_become_names(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("writer", answers("As Response A says, Paris."))
    home.trio(provider)
    result = await ask(home)
    assert result.answer is not None
    assert "Response A" not in result.answer
    assert "work:" in result.answer


async def test_an_answer_cut_at_the_output_limit_is_said_to_end_early(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("writer", answers("It is Par", finish="length"))
    home.trio(provider)
    result = await ask(home)
    assert any("ends early" in warning for warning in result.warnings)


async def test_the_member_whom_the_judge_prefers_is_the_best_single_answer(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    provider.script("judge", judges(quoting=["Gamma says Paris."], preferring="Beta says Paris."))
    without_a_writer(home, provider)
    result = await ask(home)
    assert (result.answered_by, result.answer) == ("work:beta", "Beta says Paris.")


async def test_the_synthesizer_is_told_what_one_answer_says_alone_and_not_whom_the_judge_prefers(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    provider.script("judge", judges(quoting=["Gamma says Paris."], preferring="Gamma says Paris."))
    home.trio(provider)
    await ask(home)
    prompt = provider.calls_to("writer")[0].prompt
    assert 'alone says so, and no page was read for it. "Gamma says Paris."' in prompt
    assert "3 of 3 answers say so" in prompt
    assert "agreement, not proof" in prompt
    assert "preferred" not in prompt
    fence = re.search(r"<<<what the analysis rests on (\w+)>>>", prompt)
    assert fence is not None
    assert f"<<<end of what the analysis rests on {fence[1]}>>>" in prompt


async def test_where_there_is_no_analysis_the_synthesizer_is_told_nothing_about_it(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    provider.script("judge", answers("prose"))
    home.trio(provider, judge={"model": "work:judge", "fallbacks": ["work:judge"]})
    await ask(home)
    assert "what the analysis rests on" not in provider.calls_to("writer")[0].prompt
