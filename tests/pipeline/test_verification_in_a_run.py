"""Verification and gate in a whole run: what the person is told, what it costs, and what a failure does."""

from collections.abc import Callable
from typing import Any

import pytest

from fusion_mcp.protocols import Progress
from scripted import (
    Behaviour,
    Call,
    Home,
    ScriptedProvider,
    ScriptedWeb,
    answers,
    calls_tools,
    depends,
    fetch,
    judges,
    status,
)
from scripted.asking import ask
from scripted.bridge import LONG, SHORT
from scripted.verifying import choice, claims_in, findings, label_of, taken_apart, task_of
from scripted.web import article

COST = 0.01


def checks(call: Call) -> Behaviour:
    """A verifier that finds what each answer says of the length."""
    if task_of(call.prompt) == "claims":
        draft = call.prompt.partition("<<<draft")[2].partition("<<<end")[0]
        return answers(taken_apart(*(claim for claim in (LONG, SHORT) if claim in draft)), cost=COST)
    found = {
        claim: (
            [(label_of(call.prompt, f"{name} says: {text}"), text) for name, text in MEMBERS.items() if text == claim],
            [(label_of(call.prompt, f"{name} says: {text}"), text) for name, text in MEMBERS.items() if text != claim],
        )
        for claim in claims_in(call.prompt)
    }
    return answers(findings(call.prompt, found), cost=COST)


MEMBERS = {"Alpha": LONG, "Beta": LONG, "Gamma": SHORT}


def writes(first: str, revised: str) -> Behaviour:
    return depends(lambda call: answers(revised if task_of(call.prompt) == "revision" else first, cost=COST))


def scripted(provider: ScriptedProvider, verifier: Callable[[Call], Behaviour] = checks) -> None:
    for name, text in MEMBERS.items():
        provider.script(name.lower(), answers(f"{name} says: {text}", cost=COST))
    provider.script("judge", judges(cost=COST))
    provider.script("writer", writes(f"{SHORT} It is fine.", f"{LONG} It is fine."))
    provider.script("checker", depends(verifier))


async def test_a_wrong_draft_is_revised_and_the_result_tells_what_it_rests_on(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider)
    home.trio(provider, verifier={"model": "work:checker"})
    told: list[Progress] = []
    result = await ask(home, "How long is the bridge?", watch=told.append)
    assert (result.status, result.answer, result.answered_by) == ("ok", f"{LONG} It is fine.", "synthesizer")
    assert result.verification is not None
    assert (result.verification.verifier, result.verification.revised) == ("work:checker", True)
    (claim,) = result.verification.claims
    assert (claim.claim, claim.verdict) == (LONG, "supported")
    assert sorted((each.source, each.quote) for each in claim.evidence) == [("work:alpha", LONG), ("work:beta", LONG)]
    assert claim.reason.endswith("Against it: work:gamma.")
    lines = {line.model: line for line in result.cost_breakdown if line.stage == "verification"}
    assert (lines["work:checker"].usage.calls, lines["work:writer"].usage.calls) == (4, 1)
    assert result.seconds.verification is not None
    assert any("was revised" in warning for warning in result.warnings)
    assert any(each.stage == "verification" for each in told)


async def test_a_verifier_that_fails_leaves_the_answer_and_degrades_the_result(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider, lambda _: status(404))
    home.trio(provider, verifier={"model": "work:checker"})
    result = await ask(home, "How long is the bridge?")
    assert (result.status, result.answer, result.verification) == ("degraded", f"{SHORT} It is fine.", None)
    assert any("work:checker" in warning for warning in result.warnings)
    assert any("was not checked" in warning for warning in result.warnings)


async def test_what_stays_contradicted_is_named_in_the_warnings(home: Home, provider: ScriptedProvider) -> None:
    scripted(provider)
    provider.script("writer", writes(f"{SHORT} It is fine.", f"{SHORT} It is quite fine."))
    home.trio(provider, verifier={"model": "work:checker"})
    result = await ask(home, "How long is the bridge?")
    assert result.answer == f"{SHORT} It is fine."
    assert any(SHORT in warning and "is contradicted" in warning for warning in result.warnings)


@pytest.mark.parametrize("always", ["", "first"])
async def test_a_members_better_answer_is_given_in_the_drafts_place(
    home: Home, provider: ScriptedProvider, always: str
) -> None:
    scripted(provider)

    def prefers_gamma(call: Call) -> Behaviour:
        if task_of(call.prompt) != "gate":
            return judges(preferring=f"Gamma says: {SHORT}", cost=COST)
        is_first = call.prompt.index("Gamma says") < call.prompt.index("It is fine")
        return answers(choice(always or ("first" if is_first else "second")), cost=COST)

    provider.script("judge", depends(prefers_gamma))
    home.trio(provider, gate=True)
    result = await ask(home, "How long is the bridge?")
    if always:
        assert (result.status, result.answer, result.answered_by) == ("ok", f"{SHORT} It is fine.", "synthesizer")
    else:
        assert (result.status, result.answered_by) == ("degraded", "work:gamma")
        assert result.answer == f"Gamma says: {SHORT}"
        assert any("work:gamma" in warning and "preferred" in warning for warning in result.warnings)


def prefers(name: str) -> Callable[[Call], Behaviour]:
    """A verifier that moreover holds this member's answer for better than whatever else there is, in either order."""

    def says(call: Call) -> Behaviour:
        if task_of(call.prompt) != "gate":
            return checks(call)
        first, _, second = call.prompt.partition("<<<second text")
        return answers(choice("first" if f"{name} says" in first else "second" if f"{name} says" in second else ""))

    return says


def gate_prompts(provider: ScriptedProvider) -> list[str]:
    return [call.prompt for call in provider.calls_to("checker") if task_of(call.prompt) == "gate"]


async def test_the_gate_sees_what_would_be_given_and_not_what_was_revised(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider, prefers("Nobody"))
    home.trio(provider, gate=True, verifier={"model": "work:checker"})
    result = await ask(home, "How long is the bridge?")
    assert result.answer == f"{LONG} It is fine."
    assert gate_prompts(provider)
    for prompt in gate_prompts(provider):
        assert f"{LONG} It is fine." in prompt
        assert f"{SHORT} It is fine." not in prompt


async def test_a_members_answer_in_the_drafts_place_is_checked_itself(home: Home, provider: ScriptedProvider) -> None:
    scripted(provider, prefers("Gamma"))
    provider.script("writer", answers(f"{LONG} It is fine."))
    provider.script("judge", judges(preferring="Gamma says"))
    home.trio(provider, gate=True, verifier={"model": "work:checker"})
    result = await ask(home, "How long is the bridge?")
    assert (result.status, result.answered_by, result.answer) == ("degraded", "work:gamma", f"Gamma says: {SHORT}")
    assert result.verification is not None
    assert [(claim.claim, claim.verdict) for claim in result.verification.claims] == [(SHORT, "contradicted")]
    assert provider.calls_to("writer") != []
    assert not any("was revised" in warning for warning in result.warnings)


async def test_where_the_money_for_checks_went_into_a_revision_the_members_answer_is_said_to_be_unchecked(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider, prefers("Gamma"))
    provider.script("judge", judges(preferring="Gamma says"))
    home.trio(provider, gate=True, verifier={"model": "work:checker"})
    result = await ask(home, "How long is the bridge?")
    assert (result.status, result.answered_by, result.verification) == ("degraded", "work:gamma", None)
    assert any("This answer was not checked" in warning for warning in result.warnings)
    lines = {line.model: line.usage.calls for line in result.cost_breakdown if line.stage == "verification"}
    assert lines == {"work:checker": 6, "work:writer": 1}


async def test_whoever_judges_the_draft_is_not_told_who_wrote_it(home: Home, provider: ScriptedProvider) -> None:
    scripted(provider, prefers("Nobody"))
    said = "I am GPT-5, made by OpenAI. As writer-4, I say:"
    provider.script("writer-4", writes(f"{said} {SHORT} It is fine.", f"{said} {LONG} It is fine."))
    home.trio(provider, synthesizer="writer-4", gate=True, verifier={"model": "work:checker"})
    result = await ask(home, "How long is the bridge?")
    assert result.answer == f"{said} {LONG} It is fine."
    revisers = [call.prompt for call in provider.calls_to("writer-4") if task_of(call.prompt) == "revision"]
    for prompt in (*(call.prompt for call in provider.calls_to("checker")), *revisers):
        assert not [name for name in ("GPT-5", "OpenAI", "writer-4") if name in prompt]


@pytest.mark.parametrize("broken", ["second", "revision", "claims"])
async def test_a_check_of_which_a_part_failed_degrades_the_result(
    home: Home, provider: ScriptedProvider, broken: str
) -> None:
    scripted(provider)
    provider.script("second", status(404) if broken == "second" else depends(checks))
    if broken == "revision":
        provider.script("writer", depends(lambda call: status(404) if task_of(call.prompt) else answers(SHORT)))
    if broken == "claims":
        nobody = depends(lambda call: checks(call) if task_of(call.prompt) == "claims" else answers("no"))
        provider.script("checker", nobody)
    home.trio(provider, verifier={"model": "work:checker"}, second_judge={"model": "work:second"})
    assert (await ask(home, "How long is the bridge?")).status == "degraded"


@pytest.mark.parametrize("asks", [{"gate": True}, {"verifier": {"model": "work:checker"}}], ids=str)
async def test_an_answer_that_is_alone_is_said_to_be_unchecked_where_a_check_was_asked_for(
    home: Home, provider: ScriptedProvider, asks: dict[str, Any]
) -> None:
    scripted(provider)
    home.trio(provider, panel=("alpha",), **asks)
    result = await ask(home, "How long is the bridge?")
    assert (result.status, result.answered_by) == ("degraded", "work:alpha")
    assert any("It was not checked: there is no other answer" in warning for warning in result.warnings)
    home.trio(provider, panel=("alpha",))
    result = await ask(home, "How long is the bridge?")
    assert not any("checked" in warning for warning in result.warnings)
    for name in ("beta", "gamma"):
        provider.script(name, status(404))
    home.trio(provider, **asks)
    result = await ask(home, "How long is the bridge?")
    assert any("It was not checked: there is no other answer" in warning for warning in result.warnings)


async def test_a_page_that_a_member_read_is_evidence_under_its_address(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    url = internet.serve("/bridge", article("Bridges", "About bridges in general.", LONG))

    def checks_page(call: Call) -> Behaviour:
        if task_of(call.prompt) == "claims":
            return answers(taken_apart(LONG))
        assert f"<<<S1: {url}" in call.prompt
        return answers(findings(call.prompt, {LONG: ([("S1", LONG)], [])}))

    scripted(provider, checks_page)
    provider.script("writer", answers(LONG))
    home.trio(provider, internet=internet, verifier={"model": "work:checker"})
    provider.script("alpha", calls_tools(fetch(url)), answers("I have read it."))
    result = await ask(home, f"How long is the bridge? See {url}")
    assert result.verification is not None
    evidence = result.verification.claims[0].evidence
    assert [(each.source, each.quote) for each in evidence] == [(url, LONG), ("work:beta", LONG)]
    assert result.verification.claims[0].reason == "For it: work:beta and a page."


async def test_an_answer_that_was_chosen_and_is_contradicted_degrades_the_result(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider)
    provider.script("judge", judges(preferring="Gamma says"))
    home.trio(provider, verifier={"model": "work:checker"}, aggregate="select")
    result = await ask(home, "How long is the bridge?")
    assert (result.status, result.answered_by) == ("degraded", "work:gamma")
    provider.script("judge", judges(preferring="Alpha says"))
    assert (await ask(home, "How long is the bridge in metres?")).status == "ok"
