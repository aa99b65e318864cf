"""What a run has cost is counted to the last call, null where nobody knows, and held to its limits."""

from decimal import Decimal

import pytest

from fusion_mcp.errors import FusionFailed, Refused
from scripted import Home, ScriptedProvider, answers
from scripted.asking import ask
from scripted.trio import lengthy_trio_answers

PRICES = {"alpha": (1.0, 10.0), "beta": (1.0, 10.0), "gamma": (2.0, 20.0), "judge": (1.0, 1.0), "writer": (1.0, 1.0)}


async def test_the_bill_is_counted_by_member_stage_and_in_all(home: Home, provider: ScriptedProvider) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider, prices=PRICES)
    result = await ask(home)
    assert [response.cost_usd for response in result.responses] == [
        Decimal("0.0006"),
        Decimal("0.0006"),
        Decimal("0.0012"),
    ]
    lines = {(line.stage, line.model): line.cost_usd for line in result.cost_breakdown}
    assert lines["panel", "work:gamma"] == Decimal("0.0012")
    assert lines["synthesis", "work:writer"] == Decimal("0.0011")
    known = [cost for cost in lines.values() if cost is not None]
    assert len(known) == len(lines) == 5
    assert result.cost_usd == sum(known)
    assert result.cost_vs_single == round(float(sum(known) / Decimal("0.0012")), 2)
    assert result.usage.calls == 5
    assert result.warnings == []


async def test_the_providers_own_figure_beats_a_price_list(home: Home, provider: ScriptedProvider) -> None:
    lengthy_trio_answers(provider)
    provider.script("alpha", answers("Paris.", cost=0.25))
    home.trio(provider, prices=PRICES)
    assert (await ask(home)).responses[0].cost_usd == Decimal("0.25")


async def test_a_price_that_nobody_knows_is_null_and_never_zero(home: Home, provider: ScriptedProvider) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider, prices={name: price for name, price in PRICES.items() if name != "beta"})
    result = await ask(home)
    assert result.cost_usd is None
    assert [response.cost_usd is None for response in result.responses] == [False, True, False]
    assert any("work:beta" in warning and "cost is unknown" in warning for warning in result.warnings)
    assert result.cost_vs_single is None


async def test_a_failed_members_bill_is_in_the_total(home: Home, provider: ScriptedProvider) -> None:
    lengthy_trio_answers(provider)
    provider.script("gamma", answers("", usage=(100, 50)))
    home.trio(provider, prices=PRICES)
    result = await ask(home)
    assert [failed.reason for failed in result.failed_models] == ["empty_completion"]
    lines = {line.model: line.cost_usd for line in result.cost_breakdown}
    assert lines["work:gamma"] == Decimal("0.0012")
    assert result.cost_usd == sum(cost for cost in lines.values() if cost is not None)


async def test_a_limit_below_what_one_answer_of_each_may_cost_refuses_the_run(
    home: Home, provider: ScriptedProvider
) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider, prices=PRICES, max_cost_usd=1.0)
    with pytest.raises(Refused, match=r"the limit of \$0.002 ") as refused:
        await ask(home, max_cost_usd=Decimal("0.002"))
    assert refused.value.reason == "budget_exceeded"
    assert provider.calls == []


async def test_a_limit_that_is_reached_stops_the_next_call_and_says_so(home: Home, provider: ScriptedProvider) -> None:
    lengthy_trio_answers(provider)
    provider.script("gamma", answers("Gamma says Paris.", cost=0.1))  # far more than its output limit comes to
    home.trio(provider, prices=PRICES, max_cost_usd=1.0)
    result = await ask(home, max_cost_usd=Decimal("0.1"))
    assert provider.calls_to("judge") == provider.calls_to("writer") == []
    assert result.status == "degraded"
    assert result.answered_by == "work:alpha"
    assert any("limit of $0.1" in warning for warning in result.warnings)


async def test_what_is_left_of_the_day_refuses_a_run_and_says_which_limit(
    home: Home, provider: ScriptedProvider
) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider, config="[limits]\nmax_cost_usd_per_day = 0.012\nassumed_cost_usd_per_call = 0.002\n")
    for name in ("alpha", "beta", "gamma"):
        provider.script(name, answers("Paris.", cost=0.001))
    assert any("$0.002" in warning for warning in (await ask(home)).warnings)
    with pytest.raises(Refused, match="max_cost_usd_per_day") as refused:
        await ask(home, "And of Spain?")
    assert refused.value.reason == "budget_exceeded"
    assert len(provider.calls) == 5


async def test_a_total_failure_says_what_it_cost(home: Home, provider: ScriptedProvider) -> None:
    for name in ("alpha", "beta", "gamma"):
        provider.script(name, answers("", usage=(100, 50)))
    home.trio(provider, prices=PRICES)
    with pytest.raises(FusionFailed, match=r"Spent: \$0.0024"):
        await ask(home)
