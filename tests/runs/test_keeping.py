"""A step is on disk before any call goes out that may depend on it, however late the disk is with the step before."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import cast

import anyio

from fusion_mcp.journal.journal import Journal
from fusion_mcp.ledger import Ledger, Line
from fusion_mcp.pipeline.run import Run
from fusion_mcp.protocols import RunJournal
from fusion_mcp.runs.funding import Fund
from fusion_mcp.runs.steps import JournalledSteps
from fusion_mcp.runs.writer import Writer
from fusion_mcp.types import ModelRef, Usage
from journal.booking import MODEL, new_run, processes


def unpriced(_: ModelRef, __: Usage) -> Decimal | None:
    return None


class LateJournal:
    """A journal that is slow to keep steps, and quick at everything else."""

    def __init__(self, journal: Journal) -> None:
        self.open_call = journal.open_call
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


async def test_a_call_takes_along_the_steps_that_are_not_kept_yet(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [journal]:
        await journal.claim(new_run(1))
        late, ledger = LateJournal(journal), Ledger()
        # Nothing is reserved here, so no money of the run's is looked at.
        fund = Fund(cast("Run", None), ledger, journal, Decimal(1), unpriced)
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
