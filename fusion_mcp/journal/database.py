"""Jobs on one connection, used in a thread: those that wait share a transaction. Which one, `file_or_memory` knows."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import anyio

from fusion_mcp.config import Store
from fusion_mcp.journal.connection import BUSY_S, shadowed
from fusion_mcp.journal.file_or_memory import Effect, FileOrMemory

T = TypeVar("T")
_OUR_FAULT = (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.InterfaceError)  # and not the disk's
_STRONGEST_FIRST: tuple[Effect, ...] = ("lasts", "writes", "reads")


@dataclass(kw_only=True)
class _Ticket:
    job: Callable[[sqlite3.Connection], Any]
    effect: Effect
    is_done: bool = False
    result: Any = None
    error: Exception | None = None
    done: anyio.Event = field(default_factory=anyio.Event)

    def end(self, result: Any = None, error: Exception | None = None) -> None:
        self.result, self.error, self.is_done = result, error, True


class Database:
    """The journal's file, opened by the first job.

    A job is a function of the connection; it may run twice, so it has no other effect that a second time would spoil.
    An exception of its own undoes it alone.
    """

    def __init__(self, path: Path, store: Store = "full", busy_s: float = BUSY_S) -> None:
        self._store: Store = store
        self._tables = FileOrMemory(path, store, busy_s)
        self._waiting = deque[_Ticket]()
        self._is_busy = False
        self._is_loose = False
        self._thread = ThreadPoolExecutor(1, "journal")  # its own, so that no other work in threads holds it up

    @property
    def trouble(self) -> str | None:
        """What is wrong with the file and what to do, None while it serves."""
        return self._tables.trouble

    @property
    def in_memory(self) -> bool:
        """Whether memory has taken the file's place, so that nobody else shares it."""
        return self.trouble is not None

    @property
    def shadowed(self) -> tuple[str, ...]:
        """The tables of history that end with this process."""
        return shadowed(self._store, in_memory=self.in_memory)

    @property
    def is_loose(self) -> bool:
        """Whether a power cut could undo something that was written last."""
        return self._is_loose

    async def read(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Do a job that only looks."""
        return await self._do(_Ticket(job=job, effect="reads"))

    async def write(self, job: Callable[[sqlite3.Connection], T], *, lasts: bool = False) -> T:
        """Do a job that may write. That outlives this process when this returns, unless memory has the file's place.

        What `lasts` survives a power cut as well, with all that was written before it. That costs a wait for the disk.
        """
        return await self._do(_Ticket(job=job, effect="lasts" if lasts else "writes"))

    async def go_back(self) -> None:
        """Use the file again if its lock has passed."""
        if self._tables.is_locked_out:
            await self._in_turn(self._go_back)

    async def shrink(self) -> None:
        """Give the room of what was deleted back to the disk, slice by slice, and leave nothing of it in the log."""
        while await self._in_turn(self._tables.vacuum):
            pass
        await self._in_turn(self._tables.checkpoint)

    def hurry(self) -> None:
        """Wait for no lock any more, since there is no time: at most a second, then memory takes the file's place."""
        self._tables.is_hurried = True

    async def close(self) -> None:
        """Close the file; a later job would open it again."""
        await self._in_turn(self._tables.close)
        self._thread.shutdown(wait=False)
        self._thread = ThreadPoolExecutor(1, "journal")

    async def _do(self, ticket: _Ticket) -> Any:
        """Do a job with all that come in the same moment, or wait behind those that are being done."""
        self._waiting.append(ticket)
        if not self._is_busy:
            self._is_busy = True
            asyncio.get_running_loop().call_soon(self._begin)
        with anyio.CancelScope(shield=True):
            await ticket.done.wait()
        if ticket.error is not None:
            raise ticket.error
        return ticket.result

    def _begin(self) -> None:
        """Have the thread do all that wait, until none do. This is no caller's task, so none can be cancelled."""
        loop = asyncio.get_running_loop()
        batch: list[_Ticket] = []

        def work() -> None:
            nonlocal batch
            batch = self._all_waiting()
            self._carry_out(batch)
            while self._waiting:
                loop.call_soon_threadsafe(_tell, batch, None)
                batch = self._all_waiting()
                self._carry_out(batch)

        def end(work: Future[None]) -> None:
            fault = work.exception()
            _tell(batch, fault)
            if fault is not None:
                _tell(self._all_waiting(), fault)
            self._is_busy = bool(self._waiting)  # some may have come when the thread had just looked
            if self._is_busy:
                self._begin()

        self._in_thread(work, end)

    def _all_waiting(self) -> list[_Ticket]:
        """Take them, while others may come: one by one, since that is safe in any thread."""
        return [self._waiting.popleft() for _ in range(len(self._waiting))]

    async def _in_turn(self, work: Callable[[], T]) -> T:
        done, found = anyio.Event(), list["Future[T]"]()

        def end(work: "Future[T]") -> None:
            found.append(work)
            done.set()

        self._in_thread(work, end)
        with anyio.CancelScope(shield=True):
            await done.wait()
        return found[0].result()

    def _in_thread(self, work: Callable[[], T], end: Callable[["Future[T]"], None]) -> None:
        """Have the one thread do something, after what it has to do already; `end` is told on the event loop."""
        loop = asyncio.get_running_loop()
        try:
            going = self._thread.submit(work)
        except RuntimeError as fault:  # no thread can be had
            going = Future[T]()
            going.set_exception(fault)
        going.add_done_callback(lambda done: loop.call_soon_threadsafe(end, done))

    def _carry_out(self, batch: list[_Ticket]) -> None:
        effect = _STRONGEST_FIRST[min(_STRONGEST_FIRST.index(ticket.effect) for ticket in batch)]
        try:
            try:
                self._tables.carry_out(partial(_do_all, batch), effect)
            except _JobFailed:  # rarely: all that was done is undone, and done again
                self._tables.carry_out(partial(_try_all, batch), effect)
        except BaseException as fault:  # noqa: BLE001  # nothing was written, so each gets the error as its own
            for ticket in batch:
                ticket.end(error=_told(fault))
        else:
            self._is_loose = effect == "writes" or (self._is_loose and effect == "reads")
        for ticket in batch:
            if ticket.effect != "reads" and ticket.error is None:
                self._tables.remember(ticket.job)

    def _go_back(self) -> None:
        self._tables.go_back(lambda job, file: _try(_Ticket(job=job, effect="writes"), file))


def _told(fault: BaseException | None) -> Exception:
    """Make an error for those whose job was not done."""
    return fault if isinstance(fault, Exception) else RuntimeError(f"the journal's thread has ended: {fault!r}")


def _tell(batch: Iterable[_Ticket], fault: BaseException | None) -> None:
    for ticket in batch:
        if not ticket.is_done:
            ticket.end(error=_told(fault))
        ticket.done.set()


class _JobFailed(Exception):
    """A job has raised an exception of its own."""


def _do_all(batch: Iterable[_Ticket], connection: sqlite3.Connection) -> None:
    """Do jobs that nobody expects to fail. Raises _JobFailed if one does."""
    for ticket in batch:
        try:
            ticket.end(ticket.job(connection))
        except Exception as fault:
            if _is_the_disks(fault):
                raise
            raise _JobFailed from fault


def _try_all(batch: Iterable[_Ticket], connection: sqlite3.Connection) -> None:
    for ticket in batch:
        _try(ticket, connection)


def _try(ticket: _Ticket, connection: sqlite3.Connection) -> None:
    """Do a job that can be undone alone."""
    connection.execute("SAVEPOINT job")
    try:
        ticket.end(ticket.job(connection))
    except Exception as fault:
        if _is_the_disks(fault):
            raise
        connection.execute("ROLLBACK TO job")
        ticket.end(error=fault)
    connection.execute("RELEASE job")


def _is_the_disks(fault: Exception) -> bool:
    return isinstance(fault, sqlite3.Error) and not isinstance(fault, _OUR_FAULT)
