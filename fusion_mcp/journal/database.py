"""One connection, used in a thread: jobs that wait share a transaction, and a failing disk ends in memory."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import anyio
import anyio.to_thread

from fusion_mcp.journal.connection import BUSY_S, open_file, open_memory
from fusion_mcp.journal.migrations import NewerFile
from fusion_mcp.journal.records import Store
from fusion_mcp.journal.trouble import sentence

_log = logging.getLogger(__name__)

T = TypeVar("T")
_PLACES = 3  # the file, what could be copied of it, and empty memory
_OUR_FAULT = (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.InterfaceError)  # and not the disk's


@dataclass(kw_only=True)
class _Ticket:
    job: Callable[[sqlite3.Connection], Any]
    writes: bool
    is_done: bool = False
    result: Any = None
    error: Exception | None = None

    def end(self, result: Any = None, error: Exception | None = None) -> None:
        self.result, self.error, self.is_done = result, error, True


class Database:
    """The journal's file, opened by the first job.

    A job is a function of the connection; it may run twice, so it has no other effect that a second time would spoil.
    An exception of its own undoes it alone. `trouble` is a sentence for the person once the file could not be used and
    memory has taken its place; the file itself is never deleted or renamed.
    """

    def __init__(self, path: Path, store: Store = "full", busy_s: float = BUSY_S) -> None:
        self.path = path
        self.store: Store = store
        self.trouble: str | None = None
        self._busy_s = busy_s
        self._connection: sqlite3.Connection | None = None
        self._waiting: list[_Ticket] = []
        self._turn = anyio.Lock()
        self._thread = anyio.CapacityLimiter(1)

    @property
    def in_memory(self) -> bool:
        """Whether memory has taken the file's place, so that nobody else shares it."""
        return self.trouble is not None

    async def read(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Do a job that only looks."""
        return await self._do(_Ticket(job=job, writes=False))

    async def write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Do a job that may write. It is on disk when this returns, unless memory has taken the file's place."""
        return await self._do(_Ticket(job=job, writes=True))

    async def shrink(self) -> None:
        """Give the room of what was deleted back to the disk, and leave nothing of it in the file's log."""
        with anyio.CancelScope(shield=True):
            async with self._turn:
                await anyio.to_thread.run_sync(self._shrink, limiter=self._thread)

    async def close(self) -> None:
        """Close the file; a later job would open it again."""
        with anyio.CancelScope(shield=True):
            async with self._turn:
                await anyio.to_thread.run_sync(self._close, limiter=self._thread)

    async def _do(self, ticket: _Ticket) -> Any:
        self._waiting.append(ticket)
        with anyio.CancelScope(shield=True):
            async with self._turn:
                if not ticket.is_done:  # else whoever had the turn before has done it with his own
                    batch, self._waiting = self._waiting, []
                    await anyio.to_thread.run_sync(self._carry_out, batch, limiter=self._thread)
        if ticket.error is not None:
            raise ticket.error
        return ticket.result

    def _carry_out(self, batch: list[_Ticket]) -> None:
        try:
            for _ in range(_PLACES - 1):
                try:
                    return self._transact(batch)
                except (sqlite3.Error, OSError, NewerFile) as fault:
                    self._fall_back(fault)
            self._transact(batch)
        except Exception as fault:  # noqa: BLE001  # nobody may wait for ever: each gets the error as its own
            for ticket in batch:
                ticket.end(error=fault)

    def _transact(self, batch: list[_Ticket]) -> None:
        connection = self._connection = self._connection or self._open()
        connection.execute("BEGIN IMMEDIATE" if any(ticket.writes for ticket in batch) else "BEGIN")
        try:
            for ticket in batch:
                _try(ticket, connection)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _open(self) -> sqlite3.Connection:
        if self.in_memory:
            return open_memory(None, self.store)
        return open_file(self.path, self.store, self._busy_s)

    def _fall_back(self, fault: Exception) -> None:
        """Put memory in the file's place, with what can be read of it; empty memory where even that has failed."""
        copied = None if self.in_memory else self.path
        if self.trouble is None:
            self.trouble = sentence(self.path, fault)
            _log.warning("%s", self.trouble)
        self._close()
        self._connection = open_memory(copied, self.store)

    def _shrink(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):  # others may be reading
                # As a script, since `execute` ends the first after one page.
                self._connection.executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)")

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


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
