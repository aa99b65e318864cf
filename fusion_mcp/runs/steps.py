"""The steps of one run, kept in the journal; those of its earlier lives are at hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import anyio.lowlevel

from fusion_mcp.codes import Stage
from fusion_mcp.ledger import Ledger, Line
from fusion_mcp.protocols import RunJournal
from fusion_mcp.runs.funding import Fund
from fusion_mcp.runs.writer import Writer

_ALONE: tuple[Stage, ...] = ("judge", "synthesis")
"""Stages that make one call at a time: nobody comes with it, so none is waited for."""


@dataclass(eq=False)
class _Entry:
    """Calls that go out together, if the run `is_ours` still. `done` is there where anybody else waits."""

    lines: list[Line]
    done: anyio.Event | None = None
    is_ours: bool = False
    error: Exception | None = None


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
        writer: Writer,
    ) -> None:
        """`kept` are the steps of earlier lives; `ledger` has the bills that go along with each step."""
        self._journal = journal
        self._run_id = run_id
        self._ledger = ledger
        self._fund = fund
        self._kept = kept
        self._on_lost = on_lost
        self._writer = writer
        self._unkept: dict[str, str] = {}
        self._entry: _Entry | None = None
        self.fault: Exception | None = None
        """What kept a step from being put on disk, where that was no fault of the disk."""

    def kept(self, key: str) -> str | None:
        """Give what an earlier life kept under `key`; this one knows its own."""
        return self._kept.get(key)

    async def keep(self, key: str, value: str) -> None:
        """Have a step put on disk soon, with every bill that was settled since the last one.

        Nobody waits for that: the entry of the run's next call takes along what is not under way by then.
        """
        self._unkept[key] = value
        self._writer.soon(self)

    def close(self) -> Mapping[str, str]:
        """Write no more. Gives what is still to be kept, with the end of the run."""
        return self._taken()

    @property
    def is_behind(self) -> bool:
        """Whether a step is not on its way to the disk yet."""
        return bool(self._unkept)

    async def write(self) -> None:
        """Put on disk what is finished."""
        settled, life = self._ledger.unrecorded(), self._ledger.life
        try:
            if not await self._journal.keep(self._run_id, self._taken(), settled, life):
                self._on_lost()
        except Exception as error:  # noqa: BLE001 the run is told, and not whoever writes for all runs
            self.fault = self.fault or error

    def _taken(self) -> dict[str, str]:
        taken, self._unkept = self._unkept, {}
        return taken

    async def opened(self, line: Line) -> None:
        """Put on disk that a call is about to go out, and all steps before it. A lost run's is cut off before that.

        What else goes out in this turn of the event loop, such as the rest of a panel, is entered with it. Raises
        LimitReached where the day has no money for it.
        """
        await self._fund.cover(line)
        entry = self._entry
        if entry is None:
            entry = self._entry = _Entry([line])
            await self._enter(entry)
        else:
            entry.lines.append(line)
            entry.done = entry.done or anyio.Event()
            await entry.done.wait()
        if entry.error is not None:
            raise entry.error
        if not entry.is_ours:
            self._on_lost()
            await anyio.lowlevel.checkpoint()  # what `on_lost` has cancelled ends here, and not in the call

    async def _enter(self, entry: _Entry) -> None:
        if entry.lines[0].stage not in _ALONE:
            await anyio.lowlevel.cancel_shielded_checkpoint()  # for those who come in the same turn
        self._entry = None
        settled = self._ledger.unrecorded()
        try:
            entry.is_ours = await self._journal.open_calls(self._run_id, entry.lines, self._taken(), settled)
        except Exception as error:  # noqa: BLE001 whoever calls raises it
            entry.error = error
        finally:
            if entry.done is not None:
                entry.done.set()
