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

    writing: TaskGroup
    """Whose tasks put steps on disk; it is entered before the run begins, and left before it ends."""

    def __init__(
        self,
        journal: RunJournal,
        run_id: str,
        ledger: Ledger,
        fund: Fund,
        kept: Mapping[str, str],
        on_lost: Callable[[], None],
    ) -> None:
        """`kept` are the steps of earlier lives; `ledger` has the bills that go along with each step."""
        self._journal = journal
        self._run_id = run_id
        self._ledger = ledger
        self._fund = fund
        self._kept = kept
        self._on_lost = on_lost
        self.fault: Exception | None = None
        """What kept a step from being put on disk, where that was no fault of the disk."""

    def kept(self, key: str) -> str | None:
        """Give what an earlier life kept under `key`; this one knows its own."""
        return self._kept.get(key)

    async def keep(self, key: str, value: str) -> None:
        """Put a step on disk, with every bill that was settled since the last one.

        It is begun at once, and not waited for: mostly the run's next call is entered in the same transaction.
        """
        self.writing.start_soon(self._keep, key, value, self._ledger.unrecorded())

    async def _keep(self, key: str, value: str, settled: Sequence[Line]) -> None:
        try:
            with anyio.CancelScope(shield=True):
                if not await self._journal.keep(self._run_id, key, value, settled, self._ledger.life):
                    self._on_lost()
        except Exception as error:  # noqa: BLE001 the group would wrap it, and end the run for it
            self.fault = self.fault or error

    async def opened(self, line: Line) -> None:
        """Put on disk that a call is about to go out. One of a run that was lost is cut off before it is made.

        Raises LimitReached where the day has no money for it.
        """
        await self._fund.cover(line)
        if not await self._journal.open_call(self._run_id, line):
            self._on_lost()
            await anyio.lowlevel.checkpoint()  # what `on_lost` has cancelled ends here, and not in the call
