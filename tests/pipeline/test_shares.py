"""How a run's money is shared out, so that every later stage keeps its own and nothing is promised twice."""

import random
from decimal import Decimal

import pytest

from fusion_mcp.pipeline.costs.offers import LEAST_OUTPUT_TOKENS, OUTPUT_TOKENS
from fusion_mcp.types import ModelRef, Usage
from scripted.reckoning import ASSUMED, EVEN, PLENTY, TRIO, one_answer, preset, prices, random_run, reckon, set_apart


def test_the_least_is_one_answer_of_everybody_with_judge_and_synthesis() -> None:
    limits = {"max_output_tokens": 1000}
    members = ({"model": "alpha", **limits}, {"model": "beta", **limits})
    chosen = preset(*members, judge={"model": "judge", **limits}, writer={"model": "writer", **limits})
    only_output = prices(dict.fromkeys(("alpha", "beta", "judge", "writer"), (0, 1000)))
    assert reckon(chosen, only_output).least_usd == 4
    assert reckon(chosen, only_output, writes=False).least_usd == 3


def test_a_limit_fits_that_pays_for_the_least() -> None:
    dice = random.Random(3)
    reckoned = [reckon(*random_run(dice)) for _ in range(200)]
    assert [each.fits for each in reckoned] == [each.least_usd <= each.limit_usd for each in reckoned]
    assert {each.fits for each in reckoned} == {True, False}


def test_a_panel_of_one_pays_for_no_judge_and_no_synthesis() -> None:
    reckoned = reckon(preset({"model": "alpha", "max_output_tokens": 1000}), prices({"alpha": (0, 1000)}))
    assert reckoned.least_usd == 1
    assert reckoned.budget.aside_usd == {}


def test_comparing_keeps_no_money_for_a_synthesis() -> None:
    budget = reckon(TRIO, EVEN, writes=False).budget
    assert "synthesis" not in budget.aside_usd
    assert budget.kept_from("panel") == budget.aside_usd["judge"] > 0


def test_the_limit_bounds_a_run_and_not_what_it_was_expected_to_cost() -> None:
    assert reckon(TRIO, EVEN).budget.limit_usd == PLENTY
    assert reckon(TRIO, EVEN, Decimal("0.1")).budget.limit_usd == Decimal("0.1")


def test_a_seats_share_pays_for_all_that_this_seat_may_do_where_the_limit_allows() -> None:
    chosen = preset({"model": "alpha", "fallbacks": ["spare"]}, {"model": "beta"})
    budget = reckon(chosen, EVEN).budget
    once = one_answer()
    assert budget.seats_usd["work:beta"] >= 3 * once  # its answer, a turn in which it had called on, one cut off
    assert budget.seats_usd["work:alpha"] >= 4 * once  # and its fallback


def test_where_money_is_short_everybody_may_write_less_before_anybody_is_refused() -> None:
    limit = reckon(TRIO, EVEN).least_usd * 4
    tight = reckon(TRIO, EVEN, limit)
    assert LEAST_OUTPUT_TOKENS <= (tight.budget.output_tokens or 0) < OUTPUT_TOKENS
    assert set_apart(tight) <= limit
    assert min(*tight.budget.seats_usd.values(), *tight.budget.aside_usd.values()) > 0


def test_the_dearest_of_a_roles_models_is_what_is_set_aside_for_it() -> None:
    dear = prices({"alpha": (1, 1), "beta": (1, 1), "judge": (1, 1), "spare": (10, 10), "writer": (1, 1)})
    plain = reckon(preset("alpha", "beta"), dear).budget.aside_usd["judge"]
    spared = reckon(preset("alpha", "beta", judge={"model": "judge", "fallbacks": ["spare"]}), dear)
    assert spared.budget.aside_usd["judge"] == 10 * plain


def test_models_without_a_price_are_named_once_and_bounded_by_the_limit_alone() -> None:
    chosen = preset({"model": "alpha", "fallbacks": ["odd"]}, {"model": "odd"}, judge="strange")
    reckoned = reckon(chosen, prices({"alpha": (1, 1), "writer": (1, 1)}), Decimal(2))
    assert reckoned.unpriced == (ModelRef("work", "odd"), ModelRef("work", "strange"))
    assert reckoned.budget.limit_usd == 2 > reckoned.most_usd
    assert reckoned.budget.aside_usd["judge"] == ASSUMED


@pytest.mark.parametrize("block", range(4))
def test_whatever_the_preset_prices_and_limit_nothing_is_promised_twice(block: int) -> None:
    dice = random.Random(block)
    affordable = 0
    for _ in range(100):
        chosen, price_of, limit = random_run(dice)
        writes, web = dice.random() < 0.7, dice.random() < 0.7
        reckoned = reckon(chosen, price_of, limit, web=web, writes=writes)
        budget = reckoned.budget
        assert reckoned.most_usd <= limit
        assert budget.limit_usd <= limit
        assert len(budget.seats_usd) == len(chosen.panel)
        if reckoned.least_usd > limit:
            continue
        affordable += 1
        assert reckoned.least_usd <= reckoned.most_usd
        assert set_apart(reckoned) <= budget.limit_usd + Decimal("1e-18")
        assert min((*budget.seats_usd.values(), *budget.aside_usd.values())) >= 0
        assert set_apart(reckoned) >= reckoned.least_usd - Decimal("1e-18")
    assert 20 < affordable < 100


def test_no_call_is_priced_twice_also_where_the_same_run_gets_another_limit() -> None:
    priced: list[tuple[ModelRef, Usage]] = []

    def price_of(model: ModelRef, usage: Usage) -> Decimal | None:
        priced.append((model, usage))
        return EVEN(model, usage)

    reckoned = reckon(TRIO, price_of)
    assert reckoned.fits
    assert reckoned.most_usd > reckoned.least_usd
    assert len(priced) == len(set(priced))
    before = len(priced)
    less = reckoned.within(reckoned.most_usd)
    assert (less.limit_usd, less.most_usd) == (reckoned.most_usd, reckoned.most_usd)
    assert less.budget == reckon(TRIO, EVEN, reckoned.most_usd).budget
    assert len(priced) == before
