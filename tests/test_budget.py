"""What a run may still spend: its limit, what is aside for later stages, each seat's share, and what stays reserved."""

import pytest

from fusion_mcp.budget import Budget
from fusion_mcp.ledger import Ledger, LimitReached
from scripted.ledgers import ALPHA, BETA, charge, shared_out, usd, used


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
