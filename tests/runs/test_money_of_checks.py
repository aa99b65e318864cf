"""The money of a verification: it takes none from those who answer, and where it is short, the check is missing."""

from decimal import Decimal

import pytest

from fusion_mcp.errors import Refused
from runs.paying import Till, charging, dearest, engine_on, outcome, script, seat
from scripted import Behaviour, Call, Home, ScriptedProvider, answers, depends
from scripted.asking import ask
from scripted.verifying import findings, taken_apart, task_of

VERIFIER = {"verifier": {"model": "work:spare"}}


def checks(provider: ScriptedProvider, *, cost: float = 0.0001) -> None:
    """Have the verifier find one claim, and nothing about it."""

    def said(call: Call) -> str:
        return taken_apart("It is Paris.") if task_of(call.prompt) == "claims" else findings(call.prompt, {})

    provider.script("spare", depends(lambda call: answers(said(call), cost=cost)))


@pytest.mark.parametrize("limit", ["0.9", "0.3", "0.1"])
async def test_whoever_answers_may_write_as_much_as_without_a_verifier(
    home: Home, provider: ScriptedProvider, limit: str
) -> None:
    script(provider)
    checks(provider)
    written: list[int] = []
    for keys in ({}, VERIFIER):
        seat(home, provider, **keys)
        before = len(provider.calls_to("alpha"))
        await ask(home, f"Paris, with {len(keys)} verifiers?", max_cost_usd=Decimal(limit))
        written.append(provider.calls_to("alpha")[before].body["max_tokens"])
    assert written[0] == written[1]


async def test_a_run_with_little_money_is_checked_out_of_what_its_answers_leave(
    home: Home, provider: ScriptedProvider
) -> None:
    till = Till()
    for name in ("alpha", "beta", "gamma", "judge", "writer"):
        provider.script(name, charging(till, lambda _: Decimal("0.0001")))
    checks(provider)
    seat(home, provider, **VERIFIER)
    result = await ask(home, max_cost_usd=Decimal("0.1"))
    assert result.status == "ok"
    assert result.verification is not None


async def test_where_nothing_is_left_the_answer_is_given_unchecked_and_says_so(
    home: Home, provider: ScriptedProvider
) -> None:
    script(provider)
    checks(provider)
    provider.script("writer", charging(Till(), lambda _: Decimal(1)))
    seat(home, provider, **VERIFIER)
    result = await ask(home, max_cost_usd=Decimal("0.1"))
    assert (result.status, result.answer) == ("degraded", "It is Paris.")
    assert any("The verifier work:spare failed (budget_exceeded)" in warning for warning in result.warnings)
    assert any("was not checked" in warning for warning in result.warnings)
    assert provider.calls_to("spare") == []


@pytest.mark.parametrize("limit", ["0.1", "0.12", "0.15", "0.18", "0.2", "0.25", "0.3", "0.4"])
async def test_an_answer_is_taken_apart_only_where_its_claims_can_be_checked_too(
    home: Home, provider: ScriptedProvider, limit: str
) -> None:
    till = script(provider)

    def said(call: Call) -> Behaviour:
        apart = task_of(call.prompt) == "claims"
        reply = taken_apart("It is Paris.") if apart else findings(call.prompt, {})
        return answers(reply, cost=till.charge(dearest(call)))

    provider.script("spare", depends(said))
    seat(home, provider, **VERIFIER)
    result = await ask(home, max_cost_usd=Decimal(limit))
    asked = [task_of(call.prompt) for call in provider.calls_to("spare")]
    assert till.total <= Decimal(limit)
    assert asked in ([], ["claims", "check"])
    assert (result.verification is None) == (not asked)
    if not asked:
        assert result.status == "degraded"
        assert any("budget_exceeded" in warning for warning in result.warnings)


async def test_a_refusal_says_that_even_without_the_verification_the_money_does_not_do(
    home: Home, provider: ScriptedProvider
) -> None:
    script(provider)
    seat(home, provider, **VERIFIER)
    async with engine_on(home) as engine:
        refused = await outcome(engine, "Paris?", max_cost_usd=0.01)
    assert isinstance(refused, Refused)
    assert "with judge and synthesis, without the verification, may cost $" in str(refused)
    assert provider.calls == []
