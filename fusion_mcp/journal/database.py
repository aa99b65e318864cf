"""Jobs on one connection, each a transaction. Where that is, `file_or_memory` knows.

Nobody waits for the disk, so a job takes a tenth of a millisecond: less than a trip to a thread and back, which has to
wait for Python's lock at each of its statements while others compute. So it is done on the event loop, and where many
come, they wait for each other and share a transaction. What might hold the loop up is done in a thread: opening the
file, waiting for another program's lock, syncing, long jobs, and everything while the disk is slow.
"""

import asyncio
import math
import os
import sqlite3
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import anyio

from fusion_mcp.config import Store
from fusion_mcp.journal.connection import BUSY_S, shadowed
from fusion_mcp.journal.crowd import Crowd
from fusion_mcp.journal.file_or_memory import Effect, FileOrMemory, Job
from fusion_mcp.journal.syncing import Syncing
from fusion_mcp.journal.tickets import Ticket, attempt, carry_out, tell

T = TypeVar("T")


class Database:
    """The journal's file, opened by the first job.

    A job is a function of the connection; it may run twice, so it has no other effect that a second time would spoil.
    An exception of its own undoes it alone.
    """

    def __init__(
        self, path: Path, store: Store = "full", busy_s: float = BUSY_S, fsync: Callable[[int], None] = os.fsync
    ) -> None:
        self._store: Store = store
        self._tables = FileOrMemory(path, store, busy_s, fsync)
        self._waiting: list[Ticket] = []
        self._crowd = Crowd()
        self._lent = 0
        """How many things the thread has to do with the connection, which is nobody else's meanwhile."""
        # Their own, so that no other work in threads holds them up, and a slow disk none of the jobs.
        self._thread = ThreadPoolExecutor(1, "journal")
        self._disk = ThreadPoolExecutor(1, "journal-disk")
        self._syncing = Syncing(self._sync)

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
        """Whether a power cut could undo something that was written."""
        return self._syncing.is_loose

    def read(self, job: Callable[[sqlite3.Connection], T]) -> Coroutine[Any, Any, T]:
        """Do a job that only looks."""
        return self._do(Ticket(job=job, effect="reads"))

    def write(self, job: Callable[[sqlite3.Connection], T], *, is_long: bool = False) -> Coroutine[Any, Any, T]:
        """Do a job that may write, after all that came before it.

        It outlives this process when this returns, unless memory has the file's place, and a power cut soon after. A
        job that `is_long` holds up nobody but those who come after it.
        """
        return self._do(Ticket(job=job, effect="writes", is_long=is_long))

    async def go_back(self) -> None:
        """Use the file again if its lock has passed."""
        if self._tables.is_locked_out:
            await self._in_turn(self._go_back)

    async def shrink(self) -> None:
        """Give the room of what was deleted back to the disk, slice by slice, and leave nothing of it in the log."""
        while await self._in_turn(self._tables.vacuum):
            pass
        await self._in_turn(self._tables.empty_log)

    def hurry(self) -> None:
        """Wait for no lock any more, since there is no time: at most a second, then memory takes the file's place."""
        self._tables.is_hurried = True

    async def close(self) -> None:
        """Close the file; a later job would open it again."""
        self._syncing.stop()
        await self._in_turn(self._tables.close)
        await _awaited(self._after_syncing)
        if not self._lent:  # else somebody has come meanwhile
            for ended in (self._thread, self._disk):
                ended.shutdown(wait=False)
            self._thread, self._disk = ThreadPoolExecutor(1, "journal"), ThreadPoolExecutor(1, "journal-disk")

    async def _do(self, ticket: Ticket) -> Any:
        """Do a job at once, without giving way to other tasks, or let it wait with others."""
        self._crowd.add()
        wait_s = 0.0 if self._waiting else self._crowd.wait_s()  # the first one's wait is everybody's
        must_wait = self._waiting or wait_s or self._lent or ticket.is_long
        if must_wait or not self._carry_out([ticket], self._tables.attempt):
            await self._in_company(ticket, wait_s)
        else:
            self._end([ticket])
        if ticket.error is not None:
            raise ticket.error
        return ticket.result

    async def _in_company(self, ticket: Ticket, wait_s: float) -> None:
        """Let a job wait with others, and wait for it. Whoever is cancelled meanwhile is so once it is done."""
        loop = asyncio.get_running_loop()
        ticket.done = loop.create_future()
        if not self._waiting:
            loop.call_later(wait_s, self._begin)
        self._waiting.append(ticket)
        try:
            await ticket.done
        except asyncio.CancelledError:
            if anyio.current_effective_deadline() != -math.inf:  # by no scope, but out of hand
                raise
            # Only now, since a scope costs as much as the rest of the wait.
            with anyio.CancelScope(shield=True):
                while ticket.is_awaited:
                    ticket.done = loop.create_future()
                    await ticket.done

    def _begin(self) -> None:
        """Do all that wait, unless the thread has the connection: then once it gives that back.

        This is no caller's task, so none can be cancelled.
        """
        if self._lent or not self._waiting:
            return
        if any(ticket.is_long for ticket in self._waiting) or not self._carry_out(self._waiting, self._tables.attempt):
            self._hand_over()
        else:
            batch, self._waiting = self._waiting, []
            self._end(batch)

    def _hand_over(self) -> None:
        """Have the thread do all that wait."""
        batch, self._waiting = self._waiting, []
        work = partial(self._carry_out, batch, self._tables.carry_out)
        self._lend(work, lambda done: self._end(batch, done.exception()))

    def _end(self, batch: list[Ticket], fault: BaseException | None = None) -> None:
        """Tell whoever waits, and have the disk take what was written. A `fault` is the thread's."""
        if not self.in_memory and any(ticket.effect == "writes" for ticket in batch):
            self._syncing.written()
        tell(batch, fault)

    def _carry_out(self, batch: list[Ticket], transact: Callable[[Job, Effect], bool]) -> bool:
        is_made = carry_out(batch, transact)
        for ticket in batch:
            if is_made and ticket.effect == "writes" and ticket.error is None:
                self._tables.remember(ticket.job)
        return is_made

    async def _in_turn(self, work: Callable[[], T]) -> T:
        """Have the thread do something with the connection, after what came before it."""
        if self._waiting:
            self._hand_over()
        return await _awaited(partial(self._lend, work))

    def _lend(self, work: Callable[[], T], end: Callable[["Future[T]"], None]) -> None:
        def back(done: "Future[T]") -> None:
            self._lent -= 1
            end(done)
            self._begin()

        self._lent += 1
        self._thread = _submit(self._thread, work, back)

    def _sync(self, end: Callable[[], None]) -> None:
        def synced(done: "Future[bool]") -> None:
            if done.exception() is None and done.result():
                self._lend(self._tables.shorten_log, lambda _: None)
            end()

        self._disk = _submit(self._disk, self._tables.sync, synced)

    def _after_syncing(self, end: Callable[["Future[None]"], None]) -> None:
        self._disk = _submit(self._disk, lambda: None, end)

    def _go_back(self) -> None:
        self._tables.go_back(lambda job, file: attempt(Ticket(job=job, effect="writes"), file))


async def _awaited(begin: Callable[[Callable[["Future[T]"], None]], None]) -> T:
    """Begin something that a thread does, and wait for it."""
    done, found = anyio.Event(), list["Future[T]"]()

    def end(work: "Future[T]") -> None:
        found.append(work)
        done.set()

    begin(end)
    with anyio.CancelScope(shield=True):
        await done.wait()
    return found[0].result()


def _submit(
    thread: ThreadPoolExecutor, work: Callable[[], T], end: Callable[["Future[T]"], None]
) -> ThreadPoolExecutor:
    """Have a thread do something, after what it has to do already; `end` is told on the event loop.

    Gives the thread to use from now on: one that cannot be started would do later what was said to have failed.
    """
    loop = asyncio.get_running_loop()
    try:
        going = thread.submit(work)
    except RuntimeError as fault:
        going = Future[T]()
        going.set_exception(fault)
        thread.shutdown(wait=False, cancel_futures=True)
        thread = ThreadPoolExecutor(1, "journal")
    going.add_done_callback(lambda done: loop.call_soon_threadsafe(end, done))
    return thread
