"""The steps of one run, kept in the journal; those of its earlier lives are at hand."""

from collections.abc import Callable, Mapping

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
        self._unkept: dict[str, str] = {}
        self._is_writing = False
        self._is_closed = False
        self.fault: Exception | None = None
        """What kept a step from being put on disk, where that was no fault of the disk."""

    def kept(self, key: str) -> str | None:
        """Give what an earlier life kept under `key`; this one knows its own."""
        return self._kept.get(key)

    async def keep(self, key: str, value: str) -> None:
        """Put a step on disk, with every bill that was settled since the last one.

        It is begun at once, with all that come in the same moment, and not waited for: the entry of the run's next call
        takes along what is not under way by then.
        """
        self._unkept[key] = value
        if not self._is_writing:
            self._is_writing = True
            self.writing.start_soon(self._write)

    def close(self) -> Mapping[str, str]:
        """Begin to write no more. Gives what is still to be kept, with the end of the run."""
        self._is_closed = True
        return self._unkept

    async def _write(self) -> None:
        try:
            with anyio.CancelScope(shield=True):
                while self._unkept and not self._is_closed:
                    finished, self._unkept = self._unkept, {}
                    if not await self._journal.keep(
                        self._run_id, finished, self._ledger.unrecorded(), self._ledger.life
                    ):
                        self._on_lost()
        except Exception as error:  # noqa: BLE001 the group would wrap it, and end the run for it
            self.fault = self.fault or error
        finally:
            self._is_writing = False

    async def opened(self, line: Line) -> None:
        """Put on disk that a call is about to go out, and all steps before it. A lost run's is cut off before that.

        Raises LimitReached where the day has no money for it.
        """
        await self._fund.cover(line)
        finished, self._unkept = self._unkept, {}
        if not await self._journal.open_call(self._run_id, line, finished, self._ledger.unrecorded()):
            self._on_lost()
            await anyio.lowlevel.checkpoint()  # what `on_lost` has cancelled ends here, and not in the call
