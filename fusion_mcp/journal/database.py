"""Jobs on one connection, used in a thread: those that wait share a transaction. Which one, `file_or_memory` knows."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread

from fusion_mcp.config import Store
from fusion_mcp.journal.connection import BUSY_S, shadowed
from fusion_mcp.journal.file_or_memory import FileOrMemory

T = TypeVar("T")
_OUR_FAULT = (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.InterfaceError)  # and not the disk's


@dataclass(kw_only=True)
class _Ticket:
    job: Callable[[sqlite3.Connection], Any]
    writes: bool
    is_done: bool = False
    result: Any = None
    error: Exception | None = None
    turn: anyio.Event = field(default_factory=anyio.Event)
    """Set when it is done, or is the first of those that wait: then it is for who waits to carry them all out."""

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
        self._waiting: list[_Ticket] = []
        self._is_led = False
        self._turn = anyio.Lock(fast_acquire=True)
        self._thread = anyio.CapacityLimiter(1)  # its own, so that no other work in threads holds it up

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

    async def read(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Do a job that only looks."""
        return await self._do(_Ticket(job=job, writes=False))

    async def write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Do a job that may write. It is on disk when this returns, unless memory has taken the file's place."""
        return await self._do(_Ticket(job=job, writes=True))

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

    async def _do(self, ticket: _Ticket) -> Any:
        """Do a job with all that wait: the first of them carries out everybody's, and each is woken once."""
        self._waiting.append(ticket)
        with anyio.CancelScope(shield=True):
            if self._is_led:
                await ticket.turn.wait()
            if not ticket.is_done:
                await self._lead()
        if ticket.error is not None:
            raise ticket.error
        return ticket.result

    async def _lead(self) -> None:
        self._is_led = True
        batch: list[_Ticket] = []
        try:
            async with self._turn:
                await (
                    anyio.lowlevel.checkpoint()
                )  # who comes in the same moment, as a panel's members do, is taken along
                batch, self._waiting = self._waiting, []
                await anyio.to_thread.run_sync(self._carry_out, batch, limiter=self._thread)
        finally:
            self._is_led = bool(self._waiting)
            for ticket in (*batch, *self._waiting[:1]):
                ticket.turn.set()

    async def _in_turn(self, work: Callable[[], T]) -> T:
        async with self._turn:
            return await anyio.to_thread.run_sync(work, limiter=self._thread)

    def _carry_out(self, batch: list[_Ticket]) -> None:
        def work(connection: sqlite3.Connection) -> None:
            for ticket in batch:
                _try(ticket, connection)

        try:
            self._tables.carry_out(work, writes=any(ticket.writes for ticket in batch))
        except Exception as fault:  # noqa: BLE001  # nobody may wait for ever: each gets the error as its own
            for ticket in batch:
                ticket.end(error=fault)
        for ticket in batch:
            if ticket.writes and ticket.error is None:
                self._tables.remember(ticket.job)

    def _go_back(self) -> None:
        self._tables.go_back(lambda job, file: _try(_Ticket(job=job, writes=True), file))


def _try(ticket: _Ticket, connection: sqlite3.Connection) -> None:
    connection.execute("SAVEPOINT job")
    try:
        ticket.end(ticket.job(connection))
    except Exception as fault:
        if isinstance(fault, sqlite3.Error) and not isinstance(fault, _OUR_FAULT):
            raise
        connection.execute("ROLLBACK TO job")
        ticket.end(error=fault)
    connection.execute("RELEASE job")
