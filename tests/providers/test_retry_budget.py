"""Retries are a share of the calls: ordinary use always has one, a provider that is down gets few."""

from fusion_mcp.providers.health.retry_budget import FLOOR, MOST, RetryBudget
from providers.asking import asking
from scripted import ScriptedProvider, status


def taken(budget: RetryBudget, now: float) -> int:
    count = 0
    while budget.withdraw(now):
        count += 1
    return count


def test_it_starts_at_its_floor_and_time_brings_it_back_there_but_not_beyond() -> None:
    budget = RetryBudget()
    assert taken(budget, 0.0) == FLOOR
    assert taken(budget, 3.0) == 3
    assert taken(budget, 1000.0) == FLOOR


def test_five_calls_earn_one_retry_and_a_long_good_time_no_more_than_fifty() -> None:
    budget = RetryBudget()
    taken(budget, 0.0)
    for _ in range(11):
        budget.deposit(0.0)
    assert taken(budget, 0.0) == 2
    for _ in range(10_000):
        budget.deposit(0.0)
    assert taken(budget, 0.0) == MOST


def test_time_takes_nothing_away_from_what_calls_have_earned() -> None:
    budget = RetryBudget()
    for _ in range(100):
        budget.deposit(0.0)
    assert taken(budget, 500.0) == FLOOR + 20 - 1  # the last tenth that floats lose is no retry


async def test_a_provider_that_is_down_gets_a_fifth_more_than_its_calls_and_not_three_times_as_many(
    provider: ScriptedProvider,
) -> None:
    for model in range(60):
        provider.script(f"m{model}", status(503))
    async with asking(provider, clock=lambda: 0.0) as caller:
        for model in range(60):
            assert (await caller.failure(f"m{model}")).reason == "upstream_error"
    assert 60 + FLOOR <= len(provider.calls) <= 60 + FLOOR + 60 * 0.2
