"""Proof: whatever happens to how many processes, a day's limit is not broken by one cent, and no bill is lost.

First random sequences of events in simulated processes, held against a model of the books; then real processes at one
file that are killed (kill -9) at random moments while others go on. Prints a table; exits with 1 on a violation.

    python3 scripts/prove.py ledger [EXAMPLES [KILLS]]
"""

import asyncio
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from fusion_mcp.journal.journal import Journal
from fusion_mcp.journal.money import in_usd, units
from journal.money_machine import check
from tables import conclude, show

PROCESSES = 8
RUNS_EACH = 4000
LIMIT = Decimal(100)
DEFAULTS = ("300", "60")
SEED = 4
PROGRAM = Path(__file__).with_name("ledger_process.py")


@dataclass(kw_only=True)
class Watch:
    """What was seen of the books while all that happened."""

    most: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)
    looks: int = 0
    found: list[str] = field(default_factory=list[str])


def main() -> None:
    """Do both; say what was found."""
    examples, kills = (int(word) for word in (*sys.argv[1:], *DEFAULTS[len(sys.argv) - 1 :]))
    began = time.monotonic()
    check(examples, 50)
    print(f"{examples} random sequences of 50 events agree with the model ({time.monotonic() - began:.0f} s)\n")
    with tempfile.TemporaryDirectory() as folder:
        watch = asyncio.run(_kill(Path(folder), kills))
        rows, found = _audit(Path(folder), watch)
    rows = [("processes", f"{PROCESSES}"), ("killed", f"{kills}"), *rows]
    show(("at the day's limit of", f"{LIMIT} USD"), rows)
    conclude(watch.found + found, "books")


async def _kill(folder: Path, kills: int) -> Watch:
    """Keep processes going, kill one after another, and look at the books all the while."""
    chance, watch = random.Random(SEED), Watch()
    async with Journal(folder / "runs.db") as books:
        going = [await _start(folder, number) for number in range(PROCESSES)]
        for number in range(PROCESSES, PROCESSES + kills):
            await asyncio.sleep(chance.random() * 0.5)
            place = chance.randrange(PROCESSES)
            await _end(going[place], watch)
            await _look(books, watch)
            going[place] = await _start(folder, number)
        for process in going:
            await _end(process, watch)
        await _look(books, watch)
        if books.trouble:
            watch.found.append(books.trouble)
    return watch


async def _start(folder: Path, number: int) -> asyncio.subprocess.Process:
    words = (folder / "runs.db", folder / f"facts-{number}", number, RUNS_EACH, LIMIT)
    return await asyncio.create_subprocess_exec(sys.executable, PROGRAM, *map(str, words))


async def _end(process: asyncio.subprocess.Process, watch: Watch) -> None:
    with suppress(ProcessLookupError):  # it may have done all that it had to
        process.send_signal(signal.SIGKILL)
    if await process.wait() not in (0, -signal.SIGKILL):
        watch.found.append("a process ended by itself")


async def _look(books: Journal, watch: Watch) -> None:
    day = await books.today()
    if day.spent_usd < watch.spent:
        watch.found.append(f"what was spent fell from {watch.spent} to {day.spent_usd}")
    watch.spent, watch.looks = day.spent_usd, watch.looks + 1
    watch.most = max(watch.most, day.spent_usd + day.in_doubt_usd + day.held_usd)


def _audit(folder: Path, watch: Watch) -> tuple[list[tuple[str, str]], list[str]]:
    """Hold the file against what the processes were told, and its sums against its entries."""
    facts = [line.split() for file in folder.glob("facts-*") for line in file.read_text().splitlines()]
    told = Counter(fact[0] for fact in facts)
    with closing(sqlite3.connect(folder / "runs.db")) as file:
        states = {
            (run, str(life), str(number)): state
            for run, life, number, state in file.execute("SELECT run_id, life, id, state FROM bills")
        }
        sums = file.execute("SELECT ifnull(sum(spent), 0), ifnull(sum(doubt), 0) FROM days").fetchone()
        spent, doubt = map(in_usd, sums)
        costs = [
            units(Decimal(cost))
            for (cost,) in file.execute(
                "SELECT cost FROM calls JOIN bills USING (run_id, life, id) WHERE state = 'settled'"
            )
        ]
        doubted = file.execute("SELECT ifnull(sum(reserved), 0) FROM bills WHERE state = 'doubt'").fetchone()[0]
        held = file.execute("SELECT count(*) FROM holds").fetchone()[0]
    lost = [fact for fact in facts if fact[0] == "opened" and tuple(fact[1:4]) not in states]
    lost += [fact for fact in facts if fact[0] == "settled" and states.get((fact[1], fact[2], fact[3])) != "settled"]
    over = max(watch.most - LIMIT, Decimal(0))
    found = {
        f"{len(lost)} calls or bills are lost, the first is {lost[:1]}": lost,
        f"the limit was broken by {over} USD": over,
        f"{held} holds of the dead are not free": held,
        f"spent is {spent}, and the bills say {in_usd(sum(costs))}": spent != in_usd(sum(costs)),
        f"in doubt is {doubt}, and the calls say {in_usd(doubted)}": doubt != in_usd(doubted),
        f"{told['trouble']} processes could not use the file": told["trouble"],
        "no process was refused: the limit was never reached": not told["refused"],
    }
    rows = [(what, f"{told[what]}") for what in ("reserved", "refused", "opened", "settled")]
    rows += [("spent", f"{spent:f}"), ("in doubt", f"{doubt:f}"), ("looks at the books", f"{watch.looks}")]
    rows += [("most committed at once", f"{watch.most:f}"), ("bills lost", f"{len(lost)}"), ("overspent by", f"{over}")]
    return rows, [sentence for sentence, is_so in found.items() if is_so]


if __name__ == "__main__":
    main()
