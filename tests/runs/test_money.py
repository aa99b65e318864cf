"""A run's money, before it is spent and while it is: by the provider's own bills, never more than a limit."""

from decimal import Decimal

import pytest

from fusion_mcp.pipeline.costs.offers import OUTPUT_TOKENS
from fusion_mcp.result import FusionResult
from runs.paying import (
    Till,
    charging,
    engine_on,
    is_out_of_money,
    lines_of,
    outcome,
    outcomes,
    script,
    seat,
)
from scripted import Home, ScriptedProvider, ScriptedWeb, answers, calls_until_told, resets, search, status
from scripted.asking import ask, compare
from scripted.web import searxng

QUESTIONS = [f"What is the capital of country {number}?" for number in range(60)]
DAY = Decimal(5)


async def test_many_runs_at_once_in_two_processes_never_spend_more_than_the_day_allows(
    home: Home, provider: ScriptedProvider
) -> None:
    till = script(provider)
    seat(home, provider, limits={"max_cost_usd_per_day": DAY})
    async with engine_on(home) as here, engine_on(home) as there:
        asked = [(there if number % 2 else here, question) for number, question in enumerate(QUESTIONS)]
        found = await outcomes(*asked)
        day = await here.journal.today()
    results = [each for each in found if isinstance(each, FusionResult)]
    assert len(results) >= 3
    assert all(is_out_of_money(each) for each in found if each not in results)
    assert len(results) < len(found)
    assert 0 < till.total <= DAY
    assert sum(result.cost_usd or 0 for result in results) == till.total == day.spent_usd
    assert (day.held_usd, day.in_doubt_usd) == (0, 0)


async def test_what_was_spent_by_processes_that_have_ended_is_still_spent(
    home: Home, provider: ScriptedProvider
) -> None:
    till = script(provider)
    seat(home, provider, limits={"max_cost_usd_per_day": 1, "max_cost_usd_per_run": 1})
    found = list[object]()
    for question in QUESTIONS[:4]:
        async with engine_on(home) as engine:
            found.append(await outcome(engine, question))
    assert isinstance(found[0], FusionResult)
    assert not isinstance(found[-1], FusionResult)
    assert till.total <= 1


async def test_a_run_that_the_day_leaves_less_than_its_limit_says_so(home: Home, provider: ScriptedProvider) -> None:
    script(provider)
    seat(home, provider, limits={"max_cost_usd_per_day": "1.2", "max_cost_usd_per_run": "1.0"})
    await ask(home, QUESTIONS[0])
    second = await ask(home, QUESTIONS[1])
    assert any("of today's $1.2 only $" in warning.lower() for warning in second.warnings)


@pytest.mark.parametrize("limit", ["0.9", "0.3", "0.1"])
async def test_the_less_there_is_the_less_each_call_may_write_and_all_are_made(
    home: Home, provider: ScriptedProvider, limit: str
) -> None:
    till = script(provider)
    seat(home, provider)
    result = await ask(home, max_cost_usd=Decimal(limit))
    assert result.status == "ok"
    assert len(provider.calls) == 5
    assert till.total <= Decimal(limit)
    assert max(call.body["max_tokens"] for call in provider.calls) < OUTPUT_TOKENS or limit == "0.9"


async def test_a_call_goes_out_with_the_output_limit_that_was_reserved_for_it(
    home: Home, provider: ScriptedProvider
) -> None:
    script(provider)
    seat(home, provider, panel=["alpha", {"model": "beta", "max_output_tokens": 500}, "gamma"])
    async with engine_on(home) as engine:
        result = await outcome(engine, "Paris?")
        assert isinstance(result, FusionResult)
        lines = {line.model.model: line for line in await lines_of(engine, result)}
    for call in provider.calls:
        read = 1000 + sum(len(turn["content"].encode()) // 2 for turn in call.messages)
        assert lines[call.model].reserved_usd == Decimal(read + call.body["max_tokens"] * 10) / 10**6
    assert provider.calls_to("beta")[0].body["max_tokens"] == 500
    assert provider.calls_to("alpha")[0].body["max_tokens"] == OUTPUT_TOKENS


async def test_the_providers_own_figure_settles_a_reservation(home: Home, provider: ScriptedProvider) -> None:
    till = Till()
    for number, name in enumerate(("alpha", "beta", "gamma", "judge", "writer"), 1):
        provider.script(name, charging(till, lambda _, number=number: Decimal(number) / 1000))
    seat(home, provider)
    async with engine_on(home) as engine:
        result = await outcome(engine, "Paris?")
        assert isinstance(result, FusionResult)
        assert result.cost_usd == till.total == Decimal("0.015")
        lines = await lines_of(engine, result)
        assert [line.cost_usd for line in lines if line.model.model == "gamma"] == [Decimal("0.003")]
        assert (await engine.journal.today()).spent_usd == Decimal("0.015")


async def test_a_fallback_and_a_second_try_of_the_judge_fit_into_what_was_reserved(
    home: Home, provider: ScriptedProvider
) -> None:
    till = script(provider)
    provider.script("gamma", charging(till, panel=""))
    provider.script("judge", charging(till, judge="They agree, I think."), charging(till))
    seat(home, provider, panel=["alpha", "beta", {"model": "gamma", "fallbacks": ["spare"]}])
    result = await ask(home)
    assert result.status == "ok"
    assert result.responses[2].served_by == "work:spare"
    assert (len(provider.calls_to("judge")), result.cost_usd) == (2, till.total)


async def test_every_connection_may_be_reset_once_and_its_call_made_again_within_what_was_reserved(
    home: Home, provider: ScriptedProvider
) -> None:
    till = script(provider)
    for name in ("alpha", "beta", "gamma", "judge", "writer"):
        provider.script(name, resets(), charging(till))
    seat(home, provider)
    result = await ask(home)
    assert (result.status, result.cost_usd) == ("ok", till.total)
    assert len(provider.calls) == 10


async def test_research_that_is_billed_beyond_all_bounds_ends_and_what_there_is_gets_judged_and_answered(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    script(provider)
    internet.serve("/search", searxng([]))
    provider.script("alpha", calls_until_told(search("more"), cost=0.6, then=answers("Paris.", cost=0.01)))
    seat(home, provider, internet=internet, tools=["web_search"], max_cost_usd=1.5)
    result = await ask(home)
    assert len(provider.calls_to("alpha")) == 1
    [failed] = result.failed_models
    assert (failed.model, failed.reason) == ("work:alpha", "budget_exceeded")
    assert (result.status, result.answered_by, result.answer) == ("degraded", "synthesizer", "It is Paris.")
    assert result.analysis is not None
    assert any("Money ran short" in warning for warning in result.warnings)
    assert result.cost_usd is not None
    assert result.cost_usd <= Decimal("1.5")


async def test_a_member_that_may_write_much_still_has_the_money_for_its_answer(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    script(provider)
    internet.serve("/search", searxng([]))
    provider.script("alpha", calls_until_told(search("more"), cost=0.03, then=answers("Paris.", cost=0.04)))
    panel = [{"model": name, "max_output_tokens": 4000} for name in ("alpha", "beta", "gamma")]
    seat(home, provider, panel=panel, internet=internet, tools=["web_search"], max_cost_usd=0.7)
    result = await ask(home)
    assert result.failed_models == []
    assert len(provider.calls_to("alpha")) == 2
    assert any("work:alpha had to answer before its research was done" in warning for warning in result.warnings)


async def test_a_judge_that_is_billed_beyond_all_bounds_leaves_no_second_one(
    home: Home, provider: ScriptedProvider
) -> None:
    till = script(provider)
    provider.script("judge", charging(till, lambda _: Decimal(2), judge="They agree."))
    seat(home, provider, max_cost_usd=1.5)
    result = await ask(home)
    assert len(provider.calls_to("judge")) == 1
    assert (result.status, result.analysis, len(result.responses)) == ("degraded", None, 3)
    assert provider.calls_to("writer") == []
    assert result.cost_usd == till.total
    assert any("Money ran short" in warning for warning in result.warnings)


async def test_usage_far_above_the_output_limit_is_billed_in_full_and_stops_what_comes_after(
    home: Home, provider: ScriptedProvider
) -> None:
    script(provider)
    provider.script("gamma", answers("Paris.", usage=(100, 200_000)))  # by the price list, 2 USD
    seat(home, provider, max_cost_usd=1.5)
    result = await ask(home)
    assert result.responses[2].cost_usd == Decimal("2.0001")
    assert provider.calls_to("judge") == provider.calls_to("writer") == []
    assert (result.status, result.answered_by) == ("degraded", "work:alpha")


async def test_comparing_needs_no_money_for_a_synthesis(home: Home, provider: ScriptedProvider) -> None:
    script(provider)
    limits = {"max_output_tokens": 10_000}
    panel = [{"model": name, **limits} for name in ("alpha", "beta")]
    seat(
        home,
        provider,
        panel=panel,
        quorum=2,
        judge={"model": "judge", **limits},
        synthesizer={"model": "writer", **limits},
    )
    money = Decimal("0.40")  # for 3 calls of at least 0.101, and not for 4
    async with engine_on(home) as engine:
        assert is_out_of_money(await outcome(engine, "Paris?", max_cost_usd=money))
    assert provider.calls == []
    assert (await compare(home, max_cost_usd=money)).status == "ok"


async def test_prices_that_nobody_knows_stand_at_what_is_assumed_and_what_was_stated_is_learned_from(
    home: Home, provider: ScriptedProvider
) -> None:
    till = Till()
    for name in ("alpha", "beta", "gamma", "judge", "writer"):
        provider.script(name, charging(till, lambda _: Decimal("0.05")))
    home.trio(provider, config="[limits]\nassumed_cost_usd_per_call = 0.01\n", max_cost_usd=0.5)
    result = await ask(home)
    assert (result.status, result.cost_usd) == ("ok", Decimal("0.25"))
    assert all("max_tokens" not in call.body for call in provider.calls)


async def test_a_refused_call_costs_nothing(home: Home, provider: ScriptedProvider) -> None:
    till = script(provider)
    provider.script("gamma", status(404))
    seat(home, provider)
    async with engine_on(home) as engine:
        result = await outcome(engine, "Paris?")
        assert isinstance(result, FusionResult)
        assert [failed.model for failed in result.failed_models] == ["work:gamma"]
        assert result.cost_usd == till.total == (await engine.journal.today()).spent_usd
        assert [line.committed_usd for line in await lines_of(engine, result) if line.model.model == "gamma"] == [0]
