"""What a call and a run may cost: bounded by the money there is, shared out so that every later stage keeps its own."""

import random
from dataclasses import replace
from decimal import Decimal

import pytest

from fusion_mcp.pipeline.costing import LEAST_OUTPUT_TOKENS, OUTPUT_TOKENS, offer, tokens_in
from fusion_mcp.types import ChatRequest, Message, ModelRef
from scripted.reckoning import (
    ASSUMED,
    EVEN,
    PLENTY,
    QUESTION,
    TRIO,
    one_answer,
    preset,
    prices,
    random_run,
    reckon,
    set_apart,
)

ALPHA = ModelRef("work", "alpha")
REQUEST = ChatRequest(messages=(Message(role="user", content=QUESTION),))


def test_tokens_are_counted_rather_too_many_than_too_few() -> None:
    assert tokens_in((Message(role="user", content="word " * 1000),)) > 1000 + 1000
    assert tokens_in((Message(role="user", content="é" * 1000),)) >= 1000 + 1000
    assert tokens_in((Message(role="user", content="\ud800"),)) >= 1000


def test_a_call_without_an_output_limit_is_given_the_largest_that_its_money_pays_for() -> None:
    price_of = prices({"alpha": (0, 100)})
    for room, tokens in [("100", 16_000), ("1.6", 16_000), ("1.59", 8_000), ("0.5", 4_000), ("0.1", 1_000)]:
        offered = offer(price_of, ALPHA, REQUEST, Decimal(room), ASSUMED)
        assert offered.request.max_output_tokens == tokens
        assert offered.reserved_usd == Decimal(tokens) / 10_000 <= Decimal(room)


def test_what_a_call_reads_is_part_of_what_it_may_cost() -> None:
    price_of = prices({"alpha": (10, 10)})
    offered = offer(price_of, ALPHA, REQUEST, PLENTY, ASSUMED)
    assert offered.reserved_usd == Decimal(tokens_in(REQUEST.messages) + OUTPUT_TOKENS) / 100_000


def test_where_even_the_least_does_not_fit_the_offer_is_above_the_room() -> None:
    offered = offer(prices({"alpha": (0, 100)}), ALPHA, REQUEST, Decimal("0.09"), ASSUMED)
    assert offered.reserved_usd == Decimal(LEAST_OUTPUT_TOKENS) / 10_000


@pytest.mark.parametrize("limit", [200, 50_000])
def test_an_output_limit_of_the_preset_is_never_halved(limit: int) -> None:
    request = replace(REQUEST, max_output_tokens=limit)
    for room in ("0.00001", "1000"):
        offered = offer(prices({"alpha": (0, 100)}), ALPHA, request, Decimal(room), ASSUMED)
        assert offered.request.max_output_tokens == limit
        assert offered.reserved_usd == Decimal(limit) / 10_000


def test_what_bills_nobody_costs_nothing_and_is_not_bounded() -> None:
    offered = offer(prices({"alpha": (0, 0)}), ALPHA, REQUEST, Decimal(0), ASSUMED)
    assert (offered.reserved_usd, offered.is_assumed, offered.request) == (0, False, REQUEST)


@pytest.mark.parametrize("room", [None, Decimal(0), PLENTY])
def test_an_unknown_price_is_reserved_as_it_is_assumed(room: Decimal | None) -> None:
    offered = offer(prices({}), ALPHA, REQUEST, room, ASSUMED)
    assert (offered.reserved_usd, offered.is_assumed, offered.request) == (ASSUMED, True, REQUEST)


def test_the_least_is_one_answer_of_everybody_with_judge_and_synthesis() -> None:
    limits = {"max_output_tokens": 1000}
    members = ({"model": "alpha", **limits}, {"model": "beta", **limits})
    chosen = preset(*members, judge={"model": "judge", **limits}, writer={"model": "writer", **limits})
    only_output = prices(dict.fromkeys(("alpha", "beta", "judge", "writer"), (0, 1000)))
    assert reckon(chosen, only_output).least_usd == 4
    assert reckon(chosen, only_output, writes=False).least_usd == 3


def test_a_panel_of_one_pays_for_no_judge_and_no_synthesis() -> None:
    reckoned = reckon(preset({"model": "alpha", "max_output_tokens": 1000}), prices({"alpha": (0, 1000)}))
    assert reckoned.least_usd == 1
    assert reckoned.budget.aside_usd == {}


def test_comparing_keeps_no_money_for_a_synthesis() -> None:
    budget = reckon(TRIO, EVEN, writes=False).budget
    assert "synthesis" not in budget.aside_usd
    assert budget.kept_from("panel") == budget.aside_usd["judge"] > 0


def test_the_most_is_a_worst_case_and_never_above_the_limit() -> None:
    reckoned = reckon(TRIO, EVEN)
    assert reckoned.least_usd < reckoned.most_usd < PLENTY
    assert reckon(TRIO, EVEN, Decimal("0.1")).most_usd == Decimal("0.1")


def test_the_limit_bounds_a_run_and_not_what_it_was_expected_to_cost() -> None:
    assert reckon(TRIO, EVEN).budget.limit_usd == PLENTY
    assert reckon(TRIO, EVEN, Decimal("0.1")).budget.limit_usd == Decimal("0.1")


def test_research_fallbacks_and_long_questions_make_the_worst_case_dearer() -> None:
    plain = reckon(TRIO, EVEN).most_usd
    spared = preset({"model": "alpha", "fallbacks": ["spare"]}, {"model": "beta"}, {"model": "gamma"})
    searching = TRIO.model_copy(update={"tools": ("web_search",)})
    assert reckon(spared, EVEN).most_usd > plain
    assert reckon(TRIO, EVEN, asked=QUESTION * 1000).most_usd > plain
    assert reckon(searching, EVEN).most_usd > plain
    assert reckon(searching, EVEN, web=False).most_usd == plain


def test_the_most_counts_every_call_that_a_run_may_make() -> None:
    a_dollar_a_call = prices(dict.fromkeys(("alpha", "beta", "spare", "judge", "writer"), (0, 1000)))
    short = {"max_output_tokens": 1000}
    roles = {"judge": {"model": "judge", **short}, "writer": {"model": "writer", **short}}
    other = {"model": "beta", **short}
    plain = preset({"model": "alpha", **short}, other, **roles)
    spared = preset({"model": "alpha", "fallbacks": ["spare"], **short}, other, **roles)
    searching = preset(
        {"model": "alpha", **short}, {**other, "tools": ()}, **roles, tools=("web_search",), max_tool_calls=5
    )
    judging, standing_in, writing = 2, 2, 1 + 1  # a judge, and whoever stands in, may mend a reply once
    after = judging + standing_in + writing
    assert reckon(plain, a_dollar_a_call).most_usd == 2 + 2 + after
    assert reckon(plain, a_dollar_a_call, writes=False).most_usd == 2 + 2 + judging + standing_in
    assert reckon(spared, a_dollar_a_call).most_usd == 4 + 2 + after
    assert reckon(searching, a_dollar_a_call).most_usd == 5 + 2 + 2 + after


def test_the_most_counts_whoever_may_stand_in_for_the_judge_or_the_synthesizer() -> None:
    named = ("alpha", "beta", "spare", "judge", "writer")
    for dear in ("alpha", "beta", "judge", "writer"):
        only_dear = prices({name: (0, 1000) if name == dear else (0, 0) for name in named})
        short = {"max_output_tokens": 1000}
        members = ({"model": "alpha", **short}, {"model": "beta", **short})
        two = preset(*members, judge={"model": "judge", **short}, writer={"model": "writer", **short})
        one = preset(*members, judge={"model": "judge", **short}, writer={"model": "judge", **short})
        spared = preset(
            *members,
            judge={"model": "judge", "fallbacks": ["spare"], **short},
            writer={"model": "writer", "fallbacks": ["spare"], **short},
        )
        is_member = dear in ("alpha", "beta")
        assert reckon(two, only_dear).most_usd == (2 if is_member else 3)
        assert reckon(one, only_dear).most_usd == (2 + 2 + 1 if is_member else 3 if dear == "judge" else 0)
        assert reckon(spared, only_dear).most_usd == (2 if dear != "writer" else 1)


def test_a_dear_stand_in_gets_no_run_refused() -> None:
    cheap, dear = (
        prices({"alpha": (1, 1), "beta": (1, 1), "judge": (1, 1), "writer": (1, price)}) for price in (1, 1000)
    )
    chosen = preset("alpha", "beta", aggregate="select")
    assert reckon(chosen, dear).least_usd == reckon(chosen, cheap).least_usd
    assert reckon(chosen, dear).most_usd > 30 > reckon(chosen, cheap).most_usd


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


def test_what_bills_nobody_has_an_estimate_of_nothing() -> None:
    free = prices(dict.fromkeys(("alpha", "beta", "gamma", "judge", "writer"), (0, 0)))
    reckoned = reckon(TRIO, free)
    assert (reckoned.least_usd, reckoned.most_usd) == (0, 0)


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
