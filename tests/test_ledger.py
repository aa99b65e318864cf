"""What a run called and what it cost: unknown is not zero, and doubt does not hide the rest."""

import random
from decimal import Decimal

import pytest

from fusion_mcp.budget import Budget
from fusion_mcp.ledger import Account, Ledger, LimitReached, Line
from fusion_mcp.types import Bill, Usage
from scripted.ledgers import ALPHA, BETA, charge, shared_out, usd, used


def test_an_empty_ledger_has_spent_nothing() -> None:
    ledger = Ledger()
    assert ledger.total() == Bill(usage=Usage(calls=0), cost_usd=Decimal(0))
    assert (ledger.breakdown(), ledger.in_doubt(), ledger.unrecorded()) == ([], [], [])
    assert ledger.committed() == 0


def test_a_call_is_in_doubt_until_it_is_settled() -> None:
    ledger = Ledger()
    line = ledger.open("panel", "work:alpha", ALPHA)
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
    ledger.open("panel", "work:beta", BETA)
    assert ledger.total().cost_usd == Decimal("0.1")
    assert ledger.total().usage.calls == 2


def test_the_bill_of_one_who_was_cut_off_is_unknown() -> None:
    ledger = Ledger()
    ledger.open("panel", "work:beta", BETA)
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


def test_small_amounts_add_up_exactly() -> None:
    ledger = Ledger(Budget(limit_usd=usd("0.3")))
    for _ in range(3):
        charge(ledger, "0.1", reserved="0.1")
    assert ledger.total().cost_usd == ledger.committed() == usd("0.3")
    assert ledger.room("panel", "work:alpha") == 0


def test_lines_of_earlier_lives_count_and_new_ones_are_numbered_after_them() -> None:
    first = shared_out()
    charge(first, "0.1", reserved="0.2")
    first.open("panel", "work:alpha", ALPHA, reserved_usd=usd("0.05"))
    again = Ledger(first.budget, lines=first.lines, life=1)
    assert again.room("panel", "work:alpha") == usd("0.1")
    line = again.open("panel", "work:alpha", ALPHA, reserved_usd=usd("0.05"))
    assert (line.id, line.life) == (3, 1)
    assert [line.life for line in again.in_doubt()] == [0, 1]


def test_a_bill_is_unrecorded_from_its_settlement_until_somebody_has_it() -> None:
    ledger = Ledger()
    line = ledger.open("panel", "work:alpha", ALPHA)
    assert ledger.unrecorded() == []
    line.settle(used(1, 1), usd("0.1"))
    assert ledger.unrecorded() == [line]
    line.is_recorded = True
    assert ledger.unrecorded() == []
    line.settle(used(1, 1), usd("0.2"))
    assert ledger.unrecorded() == [line]


async def test_an_account_reserves_its_own_figure_where_the_caller_names_none() -> None:
    ledger = shared_out()
    account = Account(
        ledger=ledger, stage="panel", seat="work:alpha", step="one", reserved_usd=usd("0.1"), is_assumed=True
    )
    first, second = await account.open(ALPHA), await account.open(BETA, usd("0.05"), Usage(calls=0))
    assert (first.reserved_usd, first.is_assumed, first.step, first.usage.calls) == (usd("0.1"), True, "one", 1)
    assert (second.reserved_usd, second.is_assumed, second.model, second.usage.calls) == (usd("0.05"), False, BETA, 0)


async def test_an_account_tells_of_each_line_before_its_call_goes_out_and_of_none_that_is_refused() -> None:
    ledger, told = shared_out(), list[Line]()

    async def tell(line: Line) -> None:
        told.append(line)

    account = Account(ledger=ledger, stage="panel", seat="work:alpha", reserved_usd=usd("0.2"), on_open=tell)
    line = await account.open(ALPHA)
    with pytest.raises(LimitReached):
        await account.open(ALPHA)
    assert told == [line]


async def test_a_line_that_could_not_be_written_down_was_never_sent_and_frees_its_money() -> None:
    ledger = shared_out()

    async def fail(_: Line) -> None:
        raise OSError("no space left")

    account = Account(ledger=ledger, stage="panel", seat="work:alpha", reserved_usd=usd("0.2"), on_open=fail)
    with pytest.raises(OSError, match="no space"):
        await account.open(ALPHA)
    assert ledger.in_doubt() == []
    assert ledger.total() == Bill(usage=Usage(calls=0), cost_usd=usd("0"))
    assert ledger.room("panel", "work:alpha") == usd("0.25")


def test_what_is_committed_is_what_the_lines_come_to_in_whatever_order_their_bills_come() -> None:
    dice = random.Random(7)
    first = shared_out()
    charge(first, "0.1", reserved="0.2")
    first.open("panel", "work:beta", BETA, reserved_usd=usd("0.05"))
    ledger = Ledger(lines=first.lines, life=1)
    for _ in range(200):
        if dice.random() < 0.5:
            seat, stage = dice.choice(("work:alpha", "work:beta")), dice.choice(("panel", "judge"))
            reserved = dice.choice((None, Decimal(dice.randrange(100)) / 1000))
            ledger.open(stage, seat, dice.choice((ALPHA, BETA)), reserved_usd=reserved)
        else:
            cost = dice.choice((None, Decimal(dice.randrange(100)) / 1000))
            dice.choice(ledger.lines[2:] or [Line(stage="panel", seat="", model=ALPHA)]).settle(used(1, 1), cost)
        new = [line.committed_usd for line in ledger.lines if line.life == 1]
        assert ledger.committed_in_this_life() == sum(new)
        assert ledger.committed() == sum(new) + usd("0.15")
        at_alpha = [line.committed_usd for line in ledger.lines if (line.stage, line.seat) == ("panel", "work:alpha")]
        assert ledger.committed("panel", "work:alpha") == sum(at_alpha)


def test_a_call_is_expected_to_cost_as_much_as_the_dearest_that_broke_its_reservation() -> None:
    ledger = Ledger()
    charge(ledger, "0.3", reserved="0.2")
    charge(ledger, "0.25", reserved="0.2")
    charge(ledger, "0.9", reserved="0.9")
    charge(ledger, "0.5", model=BETA)
    assert [ledger.expected(ALPHA, usd(least)) for least in ("0.1", "0.4")] == [usd("0.3"), usd("0.4")]
    assert ledger.expected(BETA, usd("0.1")) == usd("0.5")
