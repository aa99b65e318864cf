"""What a run called and what it cost: unknown is not zero, and what is in doubt does not hide the rest."""

from decimal import Decimal

import pytest

from fusion_mcp.ledger import Charge, Ledger, Line
from fusion_mcp.types import Bill, ModelRef, Stage, Usage

ALPHA, BETA = ModelRef("work", "alpha"), ModelRef("work", "beta")


def used(read: int | None, written: int | None) -> Usage:
    return Usage(input_tokens=read, output_tokens=written, calls=1)


def charge(
    ledger: Ledger,
    usd: str | None,
    *,
    stage: Stage = "panel",
    seat: str = "work:alpha",
    model: ModelRef = ALPHA,
    usage: Usage | None = None,
) -> Line:
    line = ledger.account(stage, seat)(model)
    line.settle(usage or used(10, 5), None if usd is None else Decimal(usd))
    return line


def test_an_empty_ledger_has_spent_nothing() -> None:
    ledger = Ledger()
    assert ledger.total() == Bill(usage=Usage(calls=0), cost_usd=Decimal(0))
    assert (ledger.breakdown(), ledger.in_doubt(), ledger.exhausted()) == ([], [], False)


def test_a_call_is_in_doubt_until_it_is_settled() -> None:
    ledger = Ledger()
    line = ledger.account("panel", "work:alpha")(ALPHA)
    assert ledger.in_doubt() == [line]
    assert (line.usage, line.cost_usd) == (Usage(calls=1), None)
    line.settle(used(10, 5), Decimal("0.5"))
    assert ledger.in_doubt() == []


def test_the_sum_of_known_costs_is_known() -> None:
    ledger = Ledger()
    charge(ledger, "0.1")
    charge(ledger, "0.2")
    charge(ledger, "0")
    assert ledger.total() == Bill(
        usage=Usage(input_tokens=30, output_tokens=15, calls=3),
        cost_usd=Decimal("0.3"),
    )


def test_one_unknown_price_makes_the_sum_unknown() -> None:
    ledger = Ledger()
    charge(ledger, "0.1")
    charge(ledger, None)
    assert ledger.total().cost_usd is None
    assert ledger.bill("panel").cost_usd is None


def test_a_call_in_doubt_is_counted_and_does_not_hide_what_the_others_cost() -> None:
    ledger = Ledger()
    charge(ledger, "0.1")
    ledger.account("panel", "work:beta")(BETA)
    assert ledger.total().cost_usd == Decimal("0.1")
    assert ledger.total().usage.calls == 2


def test_the_bill_of_one_who_was_cut_off_is_unknown() -> None:
    ledger = Ledger()
    ledger.account("panel", "work:beta")(BETA)
    assert ledger.bill("panel", "work:beta") == Bill(usage=Usage(calls=1), cost_usd=None)


def test_a_kind_of_tokens_that_some_calls_do_not_tell_keeps_the_figure_of_the_others() -> None:
    ledger = Ledger()
    charge(ledger, "0", usage=used(10, None))
    charge(ledger, "0", usage=used(None, 7))
    charge(ledger, "0", usage=Usage(reasoning_tokens=3, cached_tokens=2, calls=1))
    assert ledger.total().usage == Usage(input_tokens=10, output_tokens=7, reasoning_tokens=3, cached_tokens=2, calls=3)


def test_bills_are_kept_apart_by_stage_and_by_seat() -> None:
    ledger = Ledger()
    charge(ledger, "1", seat="work:alpha")
    charge(ledger, "2", seat="work:alpha #2")
    charge(ledger, "4", stage="judge", seat="work:alpha")
    assert ledger.bill("panel").cost_usd == 3
    assert ledger.bill("panel", "work:alpha").cost_usd == 1
    assert ledger.bill(seat="work:alpha").cost_usd == 5
    assert ledger.bill("synthesis").cost_usd == 0
    assert ledger.bill("panel", "nobody") == Bill(usage=Usage(calls=0))


def test_the_breakdown_is_by_stage_and_model_in_the_order_of_first_calls() -> None:
    ledger = Ledger()
    charge(ledger, "1", model=BETA, seat="work:beta")
    charge(ledger, "2")
    charge(ledger, "4", stage="judge", seat="work:alpha")
    charge(ledger, "8", seat="work:alpha #2")
    charge(ledger, None, stage="synthesis", seat="work:alpha")
    assert [(c.stage, c.model, c.bill.cost_usd, c.bill.usage.calls) for c in ledger.breakdown()] == [
        ("panel", "work:beta", 1, 1),
        ("panel", "work:alpha", 10, 2),
        ("judge", "work:alpha", 4, 1),
        ("synthesis", "work:alpha", None, 1),
    ]
    assert isinstance(ledger.breakdown()[0], Charge)


@pytest.mark.parametrize(
    ("limit", "costs", "exhausted"),
    [
        (None, ["1000000"], False),
        ("0.5", [], False),
        ("0.5", ["0.4"], False),
        ("0.5", ["0.4", None], False),
        ("0.5", ["0.4", "0.1"], True),
        ("0.5", [None, "0.6"], True),
    ],
)
def test_a_limit_is_reached_by_what_is_known_to_be_spent(
    limit: str | None, costs: list[str | None], exhausted: bool
) -> None:
    ledger = Ledger(None if limit is None else Decimal(limit))
    for usd in costs:
        charge(ledger, usd)
    assert ledger.exhausted() is exhausted


def test_small_amounts_add_up_exactly() -> None:
    ledger = Ledger(Decimal("0.3"))
    for _ in range(3):
        charge(ledger, "0.1")
    assert ledger.exhausted()
    assert ledger.total().cost_usd == Decimal("0.3")
