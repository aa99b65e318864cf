"""Run as a program: a process that reserves, calls, settles and resumes at random until it is killed or done.

What it was told is on disk it appends to a file of its own, word by word, for the proof to hold it to.
"""

import random
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import anyio

from fusion_mcp.journal.journal import Journal
from fusion_mcp.ledger import Line
from fusion_mcp.records import DayLimit, NewRun
from fusion_mcp.types import ModelRef, Usage

MODEL = ModelRef("work", "alpha")
AT_ONCE = 4
IS_BILLED = 0.8
IS_INTERRUPTED = 0.2
TAKES_UP = 0.3


async def work(path: Path, facts: Path, seed: int, runs: int, limit: Decimal) -> None:
    """Carry out runs, some of them at once."""
    chance = random.Random(seed)
    with facts.open("a") as file:

        def tell(*words: object) -> None:
            file.write(" ".join(map(str, words)) + "\n")
            file.flush()

        async with Journal(path) as journal:
            for number in range(0, runs, AT_ONCE):
                async with anyio.create_task_group() as tasks:
                    for each in range(number, number + AT_ONCE):
                        tasks.start_soon(_one, journal, chance, f"{seed}-{each}", limit, tell)
            if journal.trouble:
                tell("trouble", journal.trouble)


async def _one(journal: Journal, chance: random.Random, name: str, limit: Decimal, tell: Callable[..., None]) -> None:
    run_id, life, last = await _found(journal, chance, name)
    hold = Decimal(chance.randint(1, 1000)) / 5000
    try:
        await journal.reserve(run_id, hold, limit)
    except DayLimit:
        tell("refused", run_id)
        await journal.finish(run_id, status="failed", result_status="budget_exceeded")
        return
    tell("reserved", hold)
    calls = chance.randint(1, 4)
    for number in range(last + 1, last + 1 + calls):
        line = Line(
            stage="panel", seat="a", model=MODEL, id=number, life=life, step=f"{number}", reserved_usd=hold / calls
        )
        tell("opening", run_id, life, number)
        if not await journal.open_calls(run_id, [line]):
            return
        tell("opened", run_id, life, number)
        if chance.random() < IS_BILLED:
            line.settle(Usage(calls=1), hold / calls * chance.randint(0, 100) / 100)
            await journal.keep(run_id, {line.step: "said"}, [line])
            tell("settled", run_id, life, number, line.cost_usd)
    await journal.finish(run_id, status="interrupted" if chance.random() < IS_INTERRUPTED else "finished", result="{}")


async def _found(journal: Journal, chance: random.Random, name: str) -> tuple[str, int, int]:
    """Give a run to carry out: one that was interrupted, if there is one and chance will have it, or a new one."""
    for row in await journal.recent(20) if chance.random() < TAKES_UP else []:
        if row.status == "interrupted":
            claim = await journal.take_over(row.id)
            if claim and claim.how == "resumed":
                return row.id, claim.life, max((line.id for line in await journal.lines(row.id)), default=0)
    await journal.claim(NewRun(id=name, key=name, kind="ask", preset="p", question="?", plan="{}"))
    return name, 0, 0


if __name__ == "__main__":
    anyio.run(work, Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), Decimal(sys.argv[5]))
