"""A step is on disk before any call goes out that may depend on it, however late the disk is with the step before."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import cast

import anyio

from fusion_mcp.journal.journal import Journal
from fusion_mcp.ledger import Account, Ledger, Line
from fusion_mcp.pipeline.costs.shares import Estimate
from fusion_mcp.protocols import RunJournal
from fusion_mcp.runs.funding import Fund
from fusion_mcp.runs.steps import JournalledSteps
from fusion_mcp.runs.writer import Writer
from journal.booking import MODEL, new_run, processes


class LateJournal:
    """A journal that is slow to keep steps, and quick at everything else."""

    def __init__(self, journal: Journal) -> None:
        self.open_calls = journal.open_calls
        self.gate, self.is_asked, self.is_done = anyio.Event(), anyio.Event(), anyio.Event()
        self._journal = journal

    async def keep(
        self, run_id: str, finished: Mapping[str, str], settled: Sequence[Line] = (), life: int | None = None
    ) -> bool:
        self.is_asked.set()
        await self.gate.wait()
        is_ours = await self._journal.keep(run_id, finished, settled, life)
        self.is_done.set()
        return is_ours


class CountingJournal:
    """A journal that tells which calls were entered together, and is slow to do it."""

    def __init__(self, journal: Journal) -> None:
        self.entered: list[list[str]] = []
        self.gate, self.is_asked = anyio.Event(), anyio.Event()
        self._journal = journal

    async def open_calls(
        self, run_id: str, lines: Sequence[Line], finished: Mapping[str, str], settled: Sequence[Line]
    ) -> bool:
        self.entered.append([line.seat for line in lines])
        self.is_asked.set()
        with anyio.CancelScope(shield=True):
            await self.gate.wait()
        return await self._journal.open_calls(run_id, lines, finished, settled)


async def test_a_call_takes_along_the_steps_that_are_not_kept_yet(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [journal]:
        await journal.claim(new_run(1))
        late, ledger = LateJournal(journal), Ledger()
        # Nothing is reserved here, so no money of the run's is looked at.
        fund = Fund(cast("Estimate", None), ledger, journal, Decimal(1))
        writer = Writer()
        steps = JournalledSteps(cast("RunJournal", late), "run-1", ledger, fund, {}, lambda: None, writer)
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(writer.write_all)
                await steps.keep("panel/a", "A")
                await late.is_asked.wait()  # the writer is under way with it
                await steps.keep("panel/b", "B")
                await steps.keep("panel/c", "C")
                await steps.opened(ledger.open("judge", "judge", MODEL))
                assert await journal.steps("run-1") == {"panel/b": "B", "panel/c": "C"}
                late.gate.set()
                await late.is_done.wait()
                tasks.cancel_scope.cancel()
        assert await journal.steps("run-1") == {"panel/a": "A", "panel/b": "B", "panel/c": "C"}
        assert [line.stage for line in await journal.lines("run-1")] == ["judge"]


async def test_calls_that_go_out_at_once_are_entered_together_and_one_that_is_cut_off_then_costs_nothing(
    tmp_path: Path,
) -> None:
    async with processes(tmp_path, 1) as [journal]:
        await journal.claim(new_run(1))
        counting, ledger = CountingJournal(journal), Ledger()
        fund = Fund(cast("Estimate", None), ledger, journal, Decimal(1))
        steps = JournalledSteps(cast("RunJournal", counting), "run-1", ledger, fund, {}, lambda: None, Writer())
        scopes = [anyio.CancelScope() for _ in range(3)]

        async def call(scope: anyio.CancelScope, seat: str) -> None:
            with scope:
                await Account(ledger=ledger, stage="panel", seat=seat, on_open=steps.opened).open(MODEL)

        async with anyio.create_task_group() as tasks:
            for scope, seat in zip(scopes, "abc", strict=True):
                tasks.start_soon(call, scope, seat)
            await counting.is_asked.wait()
            scopes[1].cancel()
            counting.gate.set()
        assert counting.entered == [["a", "b", "c"]]
        assert await journal.keep("run-1", {}, ledger.unrecorded())
        found = {line.seat: (line.settled, line.usage.calls) for line in await journal.lines("run-1")}
        assert found == {"a": (False, 1), "b": (True, 0), "c": (False, 1)}


async def test_calls_that_were_entered_together_all_learn_that_their_run_is_lost(tmp_path: Path) -> None:
    lost: list[None] = []
    async with processes(tmp_path, 1) as [journal]:
        ledger = Ledger()  # of a run that nobody has claimed
        fund = Fund(cast("Estimate", None), ledger, journal, Decimal(1))
        steps = JournalledSteps(journal, "run-1", ledger, fund, {}, lambda: lost.append(None), Writer())
        async with anyio.create_task_group() as tasks:
            for seat in "abc":
                tasks.start_soon(steps.opened, ledger.open("panel", seat, MODEL))
    assert len(lost) == 3
