"""The steps of one run, kept in the journal; those of its earlier lives are at hand."""

from collections.abc import Callable, Mapping, Sequence

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

from fusion_mcp.ledger import Ledger, Line
from fusion_mcp.protocols import RunJournal
from fusion_mcp.runs.funding import Fund


class JournalledSteps:
    """What `protocols.Steps` asks for. A run that is no longer this process's own is told so by `on_lost`, and ends."""

    def __init__(
        self,
        journal: RunJournal,
        run_id: str,
        ledger: Ledger,
        fund: Fund,
        kept: Mapping[str, str],
        on_lost: Callable[[], None],
        writing: TaskGroup,
    ) -> None:
        """`kept` are the steps of earlier lives; `ledger` has the bills that go along with each step.

        Steps are put on disk by tasks of `writing`, which ends before the run does.
        """
        self._journal = journal
        self._run_id = run_id
        self._ledger = ledger
        self._fund = fund
        self._kept = kept
        self._on_lost = on_lost
        self._writing = writing

    def kept(self, key: str) -> str | None:
        """Give what an earlier life kept under `key`; this one knows its own."""
        return self._kept.get(key)

    async def keep(self, key: str, value: str) -> None:
        """Put a step on disk, with every bill that was settled since the last one.

        It is begun at once, and not waited for: mostly the run's next call is entered in the same transaction.
        """
        self._writing.start_soon(self._keep, key, value, self._ledger.unrecorded())

    async def _keep(self, key: str, value: str, settled: Sequence[Line]) -> None:
        with anyio.CancelScope(shield=True):
            if not await self._journal.keep(self._run_id, key, value, settled, self._ledger.life):
                self._on_lost()

    async def opened(self, line: Line) -> None:
        """Put on disk that a call is about to go out. One of a run that was lost is cut off before it is made.

        Raises LimitReached where the day has no money for it.
        """
        await self._fund.cover(line)
        if not await self._journal.open_call(self._run_id, line):
            self._on_lost()
            await anyio.lowlevel.checkpoint()  # what `on_lost` has cancelled ends here, and not in the call
