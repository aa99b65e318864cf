"""Ledgers that calls are charged to by hand: what the tests of a run's books and of its budget share."""

from decimal import Decimal

from fusion_mcp.budget import Budget
from fusion_mcp.codes import Stage
from fusion_mcp.ledger import Ledger, Line
from fusion_mcp.types import ModelRef, Usage

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
