"""Jobs that share a transaction: what each came to, and how one that fails is undone alone."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fusion_mcp.journal.file_or_memory import Effect, Job

_OUR_FAULT = (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.InterfaceError)  # and not the disk's


@dataclass(kw_only=True)
class Ticket:
    """A job, and what has become of it. `is_long`: it may take longer than others can wait.

    `done` is there while somebody waits.
    """

    job: Job
    effect: Effect
    is_long: bool = False
    is_done: bool = False
    result: Any = None
    error: Exception | None = None
    done: asyncio.Future[None] | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits who was not told yet."""
        return self.done is not None

    def end(self, result: Any = None, error: Exception | None = None) -> None:
        """Take what the job came to."""
        self.result, self.error, self.is_done = result, error, True


def carry_out(batch: Sequence[Ticket], transact: Callable[[Job, Effect], bool]) -> bool:
    """Do jobs in one transaction, which `transact` makes or refuses. False where it has: then nothing was done."""
    effect: Effect = "writes" if any(ticket.effect == "writes" for ticket in batch) else "reads"
    try:
        try:
            is_made = transact(partial(_do_all, batch), effect)
        except _JobFailed:  # rarely: all that was done is undone, and done again
            is_made = transact(partial(_try_all, batch), effect)
    except BaseException as fault:  # nothing was written, so each gets the error as its own
        for ticket in batch:
            ticket.end(error=_as_error(fault))
        if isinstance(fault, KeyboardInterrupt):  # the person's, to whoever runs the event loop
            raise
        return True
    if not is_made:  # what some had come to was undone
        for ticket in batch:
            ticket.is_done = False
    return is_made


def tell(batch: Iterable[Ticket], fault: BaseException | None = None) -> None:
    """Wake whoever waits. A `fault` is what jobs that were not done came to."""
    for ticket in batch:
        if not ticket.is_done:
            ticket.end(error=_as_error(fault))
        done, ticket.done = ticket.done, None
        if done is not None and not done.done():  # its task may have been cancelled
            done.set_result(None)


def attempt(ticket: Ticket, connection: sqlite3.Connection) -> None:
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


def _as_error(fault: BaseException | None) -> Exception:
    return fault if isinstance(fault, Exception) else RuntimeError(f"the journal's thread has ended: {fault!r}")


class _JobFailed(Exception):
    """A job has raised an exception of its own."""


def _do_all(batch: Iterable[Ticket], connection: sqlite3.Connection) -> None:
    """Do jobs that nobody expects to fail. Raises _JobFailed if one does."""
    for ticket in batch:
        try:
            ticket.end(ticket.job(connection))
        except Exception as fault:
            if _is_the_disks(fault):
                raise
            raise _JobFailed from fault


def _try_all(batch: Iterable[Ticket], connection: sqlite3.Connection) -> None:
    for ticket in batch:
        attempt(ticket, connection)


def _is_the_disks(fault: Exception) -> bool:
    return isinstance(fault, sqlite3.Error) and not isinstance(fault, _OUR_FAULT)
