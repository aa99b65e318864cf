"""What tests of the journal write into it: runs, calls and their bills, and processes that share a clock."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from fusion_mcp.config import Store
from fusion_mcp.journal.journal import Journal
from fusion_mcp.ledger import Line
from fusion_mcp.records import NewRun
from fusion_mcp.types import ModelRef, Usage

NOON = 1_800_014_400.0  # 2027-01-15, 12:00 UTC
DAY_S = 86_400.0
MODEL = ModelRef("work", "alpha")


@dataclass
class Clock:
    now: float = NOON

    def __call__(self) -> float:
        return self.now


def new_run(number: int = 1, key: str = "q") -> NewRun:
    return NewRun(id=f"run-{number}", key=key, kind="ask", preset="duo", question="Why?", plan='{"a": 1}')


def a_call(
    number: int = 1, reserved: str | None = "0.5", *, is_assumed: bool = False, step: str = "panel/a", life: int = 0
) -> Line:
    amount = None if reserved is None else Decimal(reserved)
    return Line(
        stage="panel",
        seat="a",
        model=MODEL,
        id=number,
        step=step,
        life=life,
        reserved_usd=amount,
        is_assumed=is_assumed,
    )


def billed(line: Line, cost: str | None) -> Line:
    line.settle(Usage(input_tokens=3, output_tokens=4, calls=1), None if cost is None else Decimal(cost))
    return line


async def settle(journal: Journal, run_id: str, line: Line) -> bool:
    """Keep a call's bill, with what it said."""
    return await journal.keep(run_id, {f"step/{line.life}/{line.id}": "said"}, [line])


async def die(journal: Journal) -> None:
    """End as a killed process does: nothing more is written, and the operating system drops what was open."""
    await journal.database.close()
    journal.presence.owner.vanish()


@asynccontextmanager
async def processes(
    folder: Path, count: int = 2, *, store: Store = "full", clock: Clock | None = None
) -> AsyncGenerator[list[Journal]]:
    """Several processes on one file, as far as one can play them all; those that have died are closed, too."""
    journals = [Journal(folder / "runs.db", store=store, now=clock or Clock(), busy_s=2) for _ in range(count)]
    try:
        yield journals
    finally:
        for journal in journals:
            await die(journal)
