"""What a run called, what it cost and what it may still spend: unknown is not zero, doubt does not hide the rest."""

from decimal import Decimal

import pytest

from fusion_mcp.ledger import Account, Budget, Charge, Ledger, LimitReached, Line
from fusion_mcp.types import Bill, ModelRef, Stage, Usage

ALPHA, BETA = ModelRef("work", "alpha"), ModelRef("work", "beta")


def used(read: int | None, written: int | None) -> Usage:
    return Usage(input_tokens=read, output_tokens=written, calls=1)


def usd(text: str) -> Decimal:
    return Decimal(text)


def charge(
    ledger: Ledger,
    cost: str | None,
    *,
    stage: Stage = "panel",
    seat: str = "work:alpha",
    model: ModelRef = ALPHA,
    usage: Usage | None = None,
    reserved: str | None = None,
) -> Line:
    line = ledger.open(stage, seat, model, reserved_usd=None if reserved is None else usd(reserved))
    line.settle(usage or used(10, 5), None if cost is None else usd(cost))
    return line


def shared_out() -> Ledger:
    """A dollar: 0.20 for the judge, 0.30 for the synthesis, 0.25 for each of two seats."""
    return Ledger(
        Budget(
            limit_usd=usd("1"),
            aside_usd={"judge": usd("0.2"), "synthesis": usd("0.3")},
            seats_usd={"work:alpha": usd("0.25"), "work:beta": usd("0.25")},
        )
    )


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
    assert isinstance(ledger.breakdown()[0], Charge)


def test_small_amounts_add_up_exactly() -> None:
    ledger = Ledger(Budget(limit_usd=usd("0.3")))
    for _ in range(3):
        charge(ledger, "0.1", reserved="0.1")
    assert ledger.total().cost_usd == ledger.committed() == usd("0.3")
    assert ledger.room("panel", "work:alpha") == 0


def test_without_a_budget_there_is_no_limit() -> None:
    ledger = Ledger()
    charge(ledger, "1000000", reserved="1000000")
    assert ledger.room("panel", "work:alpha") is None


def test_each_stage_leaves_what_is_set_aside_for_those_after_it() -> None:
    ledger = shared_out()
    assert ledger.room("panel", "somebody") == usd("0.5")
    assert ledger.room("judge", "work:judge") == usd("0.7")
    assert ledger.room("synthesis", "work:writer") == usd("1")
    charge(ledger, "0.1", stage="judge", seat="work:judge")
    assert ledger.room("judge", "work:judge") == usd("0.6")
    assert ledger.room("synthesis", "work:writer") == usd("0.9")


def test_a_seat_may_spend_its_share_and_no_other_seats() -> None:
    ledger = shared_out()
    charge(ledger, "0.2")
    assert ledger.room("panel", "work:alpha") == usd("0.05")
    assert ledger.room("panel", "work:beta") == usd("0.25")
    with pytest.raises(LimitReached):
        ledger.open("panel", "work:alpha", ALPHA, reserved_usd=usd("0.06"))
    ledger.open("panel", "work:beta", BETA, reserved_usd=usd("0.06"))


def test_a_seat_that_was_billed_beyond_its_share_takes_from_the_others_but_not_from_what_is_aside() -> None:
    ledger = shared_out()
    charge(ledger, "0.4", reserved="0.1")
    assert (ledger.room("panel", "work:alpha"), ledger.room("panel", "work:beta")) == (0, usd("0.1"))
    assert ledger.room("judge", "work:judge") == usd("0.3")


def test_room_is_never_below_zero() -> None:
    ledger = shared_out()
    charge(ledger, "5", reserved="0.1")
    assert [ledger.room(stage, "work:alpha") for stage in ("panel", "judge", "synthesis")] == [0, 0, 0]


def test_an_open_call_counts_as_much_as_it_may_cost_and_a_settled_one_as_it_did() -> None:
    ledger = shared_out()
    line = ledger.open("panel", "work:alpha", ALPHA, reserved_usd=usd("0.2"))
    assert ledger.committed() == ledger.committed("panel", "work:alpha") == usd("0.2")
    line.settle(used(10, 5), usd("0.01"))
    assert ledger.committed() == usd("0.01")
    assert ledger.committed("judge") == 0


def test_a_call_in_doubt_stays_reserved() -> None:
    ledger = shared_out()
    line = ledger.open("panel", "work:alpha", ALPHA, reserved_usd=usd("0.2"))
    assert ledger.in_doubt() == [line]
    assert ledger.room("panel", "work:alpha") == usd("0.05")
    assert ledger.total().cost_usd == 0


def test_a_call_whose_price_nobody_knows_stays_at_what_was_assumed_and_is_unknown_all_the_same() -> None:
    ledger = shared_out()
    line = ledger.open("panel", "work:alpha", ALPHA, reserved_usd=usd("0.2"), is_assumed=True)
    line.settle(used(10, 5), None)
    assert line.is_assumed
    assert ledger.room("panel", "work:alpha") == usd("0.05")
    assert ledger.total().cost_usd is None


def test_the_last_cent_may_be_spent_and_not_one_more() -> None:
    ledger = Ledger(Budget(limit_usd=usd("0.10")))
    ledger.open("panel", "work:alpha", ALPHA, reserved_usd=usd("0.10"))
    with pytest.raises(LimitReached):
        ledger.open("panel", "work:alpha", ALPHA, reserved_usd=usd("0.000001"))


def test_what_costs_nothing_is_never_refused() -> None:
    ledger = Ledger(Budget(limit_usd=usd("0")))
    ledger.open("panel", "work:alpha", ALPHA, reserved_usd=usd("0"))
    ledger.open("panel", "work:alpha", ALPHA)
    assert (len(ledger.lines), ledger.refusals) == (2, 0)


def test_a_call_must_leave_what_its_seat_still_needs() -> None:
    ledger = shared_out()
    with pytest.raises(LimitReached):
        ledger.open("panel", "work:alpha", ALPHA, reserved_usd=usd("0.2"), leaving_usd=usd("0.06"))
    ledger.open("panel", "work:alpha", ALPHA, reserved_usd=usd("0.2"), leaving_usd=usd("0.05"))


def test_a_refused_call_is_counted_and_is_no_call() -> None:
    ledger = Ledger(Budget(limit_usd=usd("0.1")))
    for _ in range(2):
        with pytest.raises(LimitReached):
            ledger.open("judge", "work:alpha", ALPHA, reserved_usd=usd("0.2"))
    assert ledger.refusals == 2
    assert (ledger.lines, ledger.total().usage.calls) == ([], 0)


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
