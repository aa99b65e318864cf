"""Sequences of events that nobody would think of, in several processes on one file, held against a simple model."""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from fusion_mcp.journal.journal import Journal
from fusion_mcp.journal.leases import LEASE_S, RENEW_S
from fusion_mcp.journal.money import day_of
from fusion_mcp.ledger import Line
from fusion_mcp.records import DayLimit, Ended
from journal.booking import DAY_S, Clock, a_call, billed, die, new_run, settle

LIMIT = Decimal(10)
NOTHING = Decimal(0)
PROCESSES = 3
T = TypeVar("T")

which = st.integers(0, 1000)
amounts = st.decimals("0", "4", places=3)
shares = st.none() | st.decimals("0", "1", places=2)


@dataclass
class Run:
    """A run as the model sees it: by whom, what it may still spend, and its calls in flight."""

    id: str
    owner: Journal | None
    life: int = 0
    is_over: bool = False
    hold: Decimal = NOTHING
    settled: Decimal = NOTHING
    flying: list[Line] = field(default_factory=list[Line])

    @property
    def held(self) -> Decimal:
        return max(self.hold - self.settled, NOTHING) if self.owner else NOTHING

    @property
    def room(self) -> Decimal:
        return self.held - sum((line.reserved_usd or NOTHING for line in self.flying), start=NOTHING)


class Money(RuleBasedStateMachine):
    """The books of all processes say at any time what the model says."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.journals = [self.start() for _ in range(PROCESSES)]
        self.runs: list[Run] = []
        self.doubted: list[tuple[Run, Line, str]] = []
        self.over: list[tuple[Run, Line]] = []
        self.opened_on: dict[int, str] = {}
        self.spent: dict[str, Decimal] = defaultdict(Decimal)
        self.doubt: dict[str, Decimal] = defaultdict(Decimal)
        self.lines = 0

    def start(self) -> Journal:
        return Journal(Path(self.folder.name) / "runs.db", now=self.clock)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        for journal in self.journals:
            self.do(journal.close())
        self.runner.close()
        self.folder.cleanup()

    @property
    def live(self) -> list[Run]:
        return [run for run in self.runs if run.owner]

    @property
    def left(self) -> Decimal:
        day = day_of(self.clock())
        return LIMIT - self.spent[day] - self.doubt[day] - sum(run.held for run in self.runs)

    def reserve(self, run: Run, amount: Decimal) -> None:
        assert run.owner
        left = self.left + run.held
        if amount > left:
            with pytest.raises(DayLimit) as refused:
                self.do(run.owner.reserve(run.id, amount, LIMIT))
            assert refused.value.left == left
        else:
            self.do(run.owner.reserve(run.id, amount, LIMIT))
            run.hold, run.settled = amount, NOTHING

    def drop(self, run: Run) -> None:
        """Nobody carries the run out any more."""
        for line in run.flying:
            day = self.opened_on[line.id]
            self.doubt[day] += NOTHING if line.is_assumed else line.reserved_usd or NOTHING
            self.doubted.append((run, line, day))
        run.owner, run.hold, run.settled, run.flying = None, NOTHING, NOTHING, []

    @rule(process=which, amount=amounts)
    def begin(self, process: int, amount: Decimal) -> None:
        journal = self.journals[process % PROCESSES]
        run = Run(id=f"run-{len(self.runs)}", owner=journal)
        assert self.do(journal.claim(new_run(len(self.runs), key=run.id))).how == "new"
        self.runs.append(run)
        self.reserve(run, amount)

    @precondition(lambda self: self.live)
    @rule(run=which, amount=amounts, is_assumed=st.booleans())
    def open(self, run: int, amount: Decimal, *, is_assumed: bool) -> None:
        chosen = self.live[run % len(self.live)]
        if amount > chosen.room or not chosen.owner:
            return
        self.lines += 1
        line = a_call(self.lines, str(amount), is_assumed=is_assumed)
        line.life = chosen.life
        assert self.do(chosen.owner.open_calls(chosen.id, [line]))
        self.opened_on[line.id] = day_of(self.clock())
        chosen.flying.append(line)

    @precondition(lambda self: any(run.flying for run in self.runs))
    @rule(run=which, share=shares)
    def bill_arrives(self, run: int, share: Decimal | None) -> None:
        flying = [each for each in self.runs if each.flying]
        chosen = flying[run % len(flying)]
        line = chosen.flying.pop()
        assert chosen.owner
        cost, silent = self.bill(line, share)
        assert self.do(settle(chosen.owner, chosen.id, line))
        chosen.settled += cost + silent
        self.spent[self.opened_on[line.id]] += cost
        self.doubt[self.opened_on[line.id]] += silent
        self.over.append((chosen, line))

    @precondition(lambda self: self.doubted)
    @rule(line=which, process=which, share=shares)
    def settle_what_was_in_doubt(self, line: int, process: int, share: Decimal | None) -> None:
        run, chosen, day = self.doubted.pop(line % len(self.doubted))
        cost, silent = self.bill(chosen, share)
        self.do(settle(self.journals[process % PROCESSES], run.id, chosen))
        self.spent[day] += cost
        self.doubt[day] += silent - (NOTHING if chosen.is_assumed else chosen.reserved_usd or NOTHING)
        self.over.append((run, chosen))

    @precondition(lambda self: self.over)
    @rule(line=which, process=which)
    def settle_again(self, line: int, process: int) -> None:
        run, chosen = self.over[line % len(self.over)]
        self.do(settle(self.journals[process % PROCESSES], run.id, chosen))

    def bill(self, line: Line, share: Decimal | None) -> tuple[Decimal, Decimal]:
        """Give what the call cost for certain, and what it may have, since nobody says."""
        reserved = line.reserved_usd or NOTHING
        cost = None if share is None else reserved * share
        billed(line, None if cost is None else str(cost))
        return cost or NOTHING, reserved if cost is None and not line.is_assumed else NOTHING

    @precondition(lambda self: self.live)
    @rule(run=which, amount=amounts)
    def reserve_anew(self, run: int, amount: Decimal) -> None:
        chosen = self.live[run % len(self.live)]
        if not chosen.flying:
            self.reserve(chosen, amount)

    @precondition(lambda self: self.live)
    @rule(run=which, status=st.sampled_from(["finished", "failed", "cancelled", "interrupted"]))
    def finish(self, run: int, status: Ended) -> None:
        chosen = self.live[run % len(self.live)]
        assert chosen.owner
        assert self.do(chosen.owner.finish(chosen.id, status=status))
        self.drop(chosen)
        chosen.is_over = status != "interrupted"

    @precondition(lambda self: any(not (run.owner or run.is_over) for run in self.runs))
    @rule(run=which, process=which, amount=amounts)
    def resume(self, run: int, process: int, amount: Decimal) -> None:
        waiting = [each for each in self.runs if not (each.owner or each.is_over)]
        chosen, journal = waiting[run % len(waiting)], self.journals[process % PROCESSES]
        claim = self.do(journal.take_over(chosen.id))
        assert claim
        assert claim.how == "resumed"
        chosen.owner, chosen.life = journal, claim.life
        self.reserve(chosen, amount)

    @rule(process=which, in_order=st.booleans())
    def end(self, process: int, *, in_order: bool) -> None:
        place = process % PROCESSES
        journal = self.journals[place]
        self.do(journal.close() if in_order else die(journal))
        self.journals[place] = self.start()
        self.drop_all(journal)

    @rule(process=which)
    def hang(self, process: int) -> None:
        hanging = self.journals[process % PROCESSES]
        others = [journal for journal in self.journals if journal is not hanging]
        for _ in range(int(LEASE_S // RENEW_S) + 1):
            self.clock.now += RENEW_S
            for journal in others:
                assert self.do(journal.watch.look()).lost == ()
        self.do(others[0].today())
        theirs = tuple(sorted(run.id for run in self.live if run.owner is hanging))
        assert self.do(hanging.watch.look()).lost == theirs
        self.drop_all(hanging)

    @rule(days=st.sampled_from([Decimal("0.3"), Decimal(1)]))
    def wait(self, days: Decimal) -> None:
        self.clock.now += float(days) * DAY_S
        for journal in self.journals:
            assert self.do(journal.watch.look()).lost == ()

    def drop_all(self, journal: Journal) -> None:
        for run in self.live:
            if run.owner is journal:
                self.drop(run)

    @invariant()
    def books_agree(self) -> None:
        row = self.do(self.journals[self.lines % PROCESSES].today())
        day = day_of(self.clock())
        expected = (day, self.spent[day], self.doubt[day], sum(run.held for run in self.runs))
        assert (row.day, row.spent_usd, row.in_doubt_usd, row.held_usd) == expected
        assert row.spent_usd + row.in_doubt_usd + row.held_usd <= LIMIT


def check(examples: int, steps: int = 30) -> None:
    """Try that many sequences of so many events. Raises with the shortest one that goes wrong."""
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            phases=[Phase.generate, Phase.shrink],
        ),
    )
