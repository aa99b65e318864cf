"""The journal as everybody else sees it: each method one transaction. The SQL is in the rooms beside."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Self

import anyio

from fusion_mcp.journal import forgetting, leases, money, runs, steps
from fusion_mcp.journal.archive import Archive
from fusion_mcp.journal.connection import BUSY_S, shadowed
from fusion_mcp.journal.records import (
    Claim,
    Ended,
    NewRun,
    RunStatus,
    Seen,
    Store,
)
from fusion_mcp.ledger import Line

LOOK_S = 0.5
_OURS = ("new", "resumed")


class Journal(Archive):
    """Runs, steps and money in the file at `path`, which other processes may use at the same time.

    Nothing is touched before the first method is called. What a method has written is on disk when it returns, also
    where its caller was cancelled. No method raises for a disk that fails: `trouble` then is a sentence for the person,
    and memory takes the file's place. `now` gives seconds since the epoch.
    """

    def __init__(
        self, path: Path, *, store: Store = "full", now: Callable[[], float] = time.time, busy_s: float = BUSY_S
    ) -> None:
        super().__init__(path, store=store, now=now, busy_s=busy_s)
        self._ours: set[str] = set()
        self._stirred = anyio.Event()

    async def __aenter__(self) -> Self:
        """Touch nothing yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()

    async def claim(
        self, new: NewRun, *, fresh_s: float = runs.FRESH_S, resumable_s: float = runs.RESUMABLE_S
    ) -> Claim:
        """Begin a run, or find the one of the same key that is live, finished lately, or interrupted lately."""

        def job(connection: sqlite3.Connection) -> Claim:
            self._sweep(connection)
            return runs.claim(
                connection, self.presence.me, self.presence.now(), new, fresh_s=fresh_s, resumable_s=resumable_s
            )

        return self._claimed(await self.database.write(job))

    async def is_known(self, key: str, *, fresh_s: float = runs.FRESH_S, resumable_s: float = runs.RESUMABLE_S) -> bool:
        """Whether a claim of this key would find a run instead of beginning one."""
        now = self.presence.now()
        look = partial(runs.is_known, now=now, key=key, fresh_s=fresh_s, resumable_s=resumable_s)
        return await self.database.read(look)

    async def take_over(self, run_id: str) -> Claim | None:
        """Continue an interrupted run, or say what has become of it; None where there is no such run."""

        def job(connection: sqlite3.Connection) -> Claim | None:
            self._sweep(connection)
            return runs.take_over(connection, self.presence.me, run_id)

        claim = await self.database.write(job)
        return claim and self._claimed(claim)

    async def finish(
        self,
        run_id: str,
        *,
        status: Ended,
        result: str | None = None,
        result_status: str | None = None,
        settled: Sequence[Line] = (),
        seconds: float | None = None,
    ) -> bool:
        """End a run: its hold is free, its open calls are in doubt. False where it is not ours; bills count anyway."""
        bills = [line for line in settled if line.settled]

        def job(connection: sqlite3.Connection) -> bool:
            now = self.presence.now()
            self._settle(connection, run_id, bills)
            money.release(connection, self.presence.me, run_id)
            if not self._may(connection, run_id):
                return False
            runs.end(
                connection, now, run_id, status=status, result=result, result_status=result_status, seconds=seconds
            )
            forgetting.trim(connection, now, shadowed(self.database.store, in_memory=self.database.in_memory))
            return True

        is_ended = await self.database.write(job)
        self._ours.discard(run_id)
        _mark_recorded(bills)
        return is_ended

    async def request_cancel(self, run_id: str) -> RunStatus | None:
        """Have a live run ended by its process, and end an interrupted one. Gives its status, None if there is none."""

        def job(connection: sqlite3.Connection) -> RunStatus | None:
            self.presence.sweep(connection)
            return runs.request_cancel(connection, self.presence.now(), run_id)

        return await self.database.write(job)

    async def keep_alive(self, *, on_cancel: Callable[[str], object], on_lost: Callable[[str], object]) -> None:
        """Renew our lease until cancelled. Says which of our runs are to be cancelled and which are ours no more."""
        told: set[str] = set()
        while True:
            with anyio.move_on_after(LOOK_S if self._ours else leases.RENEW_S):
                await self._stirred.wait()
                self._stirred = anyio.Event()
            seen = await self.look()
            for run_id in seen.lost:
                on_lost(run_id)
            for run_id in set(seen.cancelled) - told:
                on_cancel(run_id)
            told = set(seen.cancelled)

    async def look(self) -> Seen:
        """Renew our lease where that is due, and see what others did to our runs."""
        ours = set(self._ours)
        if self.presence.is_due:
            await self.database.write(self.presence.renew)
        if not ours or self.database.in_memory:
            return Seen()
        owned = await self.database.read(partial(leases.owned, me=self.presence.me))
        lost = tuple(sorted((ours & self._ours) - set(owned)))
        self._ours.difference_update(lost)
        return Seen(cancelled=tuple(sorted(run_id for run_id, cancel in owned.items() if cancel)), lost=lost)

    async def open_call(self, run_id: str, line: Line) -> bool:
        """Enter a call that is about to go out. False where the run is not ours any more: the call must not be made."""

        def job(connection: sqlite3.Connection) -> bool:
            if not self._may(connection, run_id):
                return False
            money.open_bill(connection, self.presence.me, self.presence.now(), run_id, line)
            steps.write_calls(connection, run_id, [line])
            return True

        return await self.database.write(job)

    async def keep(self, run_id: str, key: str, value: str, settled: Sequence[Line] = ()) -> bool:
        """Keep the outcome of a step, with the bills that are known by now. False where the run is not ours any more.

        The bills are kept in any case, each once.
        """
        bills = [line for line in settled if line.settled]

        def job(connection: sqlite3.Connection) -> bool:
            self._settle(connection, run_id, bills)
            is_ours = self._may(connection, run_id)
            if is_ours:
                steps.keep(connection, run_id, key, value)
            return is_ours

        is_ours = await self.database.write(job)
        _mark_recorded(bills)
        return is_ours

    async def settle(self, run_id: str, lines: Sequence[Line]) -> bool:
        """Keep bills, each once. False where the run is not ours any more."""
        bills = [line for line in lines if line.settled]

        def job(connection: sqlite3.Connection) -> bool:
            self._settle(connection, run_id, bills)
            return self._may(connection, run_id)

        is_ours = await self.database.write(job)
        _mark_recorded(bills)
        return is_ours

    async def reserve(self, run_id: str, amount: Decimal, day_limit: Decimal) -> None:
        """Hold what a run may spend from now on, in place of what it held before.

        Raises DayLimit where that, what all processes hold and what the day has cost (UTC) would exceed the limit.
        """

        def job(connection: sqlite3.Connection) -> None:
            self._sweep(connection)
            if not self._may(connection, run_id):
                return  # no call of it can be opened either
            money.reserve(
                connection, self.presence.me, self.presence.now(), run_id, money.units(amount), money.units(day_limit)
            )

        await self.database.write(job)

    async def close(self) -> None:
        """Leave our runs to be continued by others, and close the file."""
        with anyio.CancelScope(shield=True):
            if self.presence.has_begun:
                await self.database.write(self.presence.resign)
            self._ours.clear()
            await self.database.close()
            self.presence.owner.vanish()

    def _claimed(self, claim: Claim) -> Claim:
        if claim.how in _OURS:
            self._ours.add(claim.run_id)
            self._stirred.set()
        return claim

    def _sweep(self, connection: sqlite3.Connection) -> None:
        """Show that we live, and take everything from those who do not."""
        self.presence.renew(connection)
        self.presence.sweep(connection)

    def _may(self, connection: sqlite3.Connection, run_id: str) -> bool:
        """Whether a run is ours. In memory nobody else could have it, and it may have begun in the lost file."""
        return self.database.in_memory or self.presence.owns(connection, run_id)

    def _settle(self, connection: sqlite3.Connection, run_id: str, lines: Sequence[Line]) -> None:
        money.settle(connection, self.presence.me, self.presence.now(), run_id, lines)
        steps.write_calls(connection, run_id, lines)


def _mark_recorded(lines: Sequence[Line]) -> None:
    for line in lines:
        line.is_recorded = True
