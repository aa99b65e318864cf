"""The journal as everybody else sees it: each method one transaction. The SQL is in the files beside."""

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Self

import anyio

from fusion_mcp.config import Store
from fusion_mcp.journal import breakers, forgetting, history, money, places, runs, steps
from fusion_mcp.journal.connection import BUSY_S
from fusion_mcp.journal.database import Database
from fusion_mcp.journal.jobs import Jobs
from fusion_mcp.journal.presence import Presence
from fusion_mcp.journal.watch import Watch
from fusion_mcp.ledger import Line
from fusion_mcp.records import BreakerRow, Claim, DayRow, Ended, GuardedRun, NewRun, RunRow, RunStatus

_OURS = ("new", "resumed")
_NOTHING = Decimal(0)
_NO_STEPS: Mapping[str, str] = MappingProxyType({})


class Journal:
    """What `protocols.RunJournal` promises, by the file at `path`, which other processes may use at the same time.

    Nothing is touched before the first method is called. Where the disk fails, `trouble` is a sentence for the person,
    and memory takes the file's place. `now` gives seconds since the epoch.
    """

    def __init__(
        self, path: Path, *, store: Store = "full", now: Callable[[], float] = time.time, busy_s: float = BUSY_S
    ) -> None:
        self.database = Database(path, store, busy_s)
        self.presence = Presence(path.parent / "owners", now)
        self.watch = Watch(self.database, self.presence)
        self._jobs = Jobs(self.database, self.presence)

    @property
    def trouble(self) -> str | None:
        """What is wrong with the file and what to do, None while it serves."""
        return self.database.trouble

    async def __aenter__(self) -> Self:
        """Touch nothing yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()

    async def claim(self, new: NewRun) -> Claim:
        """Begin a run, or find that of the same key that is live or ended lately; for a sample, whenever."""
        await self.database.go_back()
        job = partial(runs.claim, me=self.presence.me, now=self.presence.now(), new=new)
        return self._claimed(await self._jobs.swept(job, joins=True))

    async def is_known(self, key: str, *, is_sample: bool = False) -> bool:
        """Whether a claim of this key would find a run instead of beginning one."""
        known = partial(runs.is_known, now=self.presence.now(), key=key, is_sample=is_sample)
        return await self.database.read(known)

    async def enter(
        self, run_id: str, nonce: str, *, most: int, amount: Decimal = _NOTHING, day_limit: Decimal = _NOTHING
    ) -> bool:
        """Give a run of ours one of `most` places that all processes on this home share, and hold an `amount` for it.

        False where all are taken. Raises DayLimit, and then the run has no place.
        """
        run = GuardedRun(run_id=run_id, nonce=nonce)

        def job(connection: sqlite3.Connection) -> bool:
            has_place = places.enter(connection, self.presence.me, run, most)
            if has_place and amount:
                self._reserve(connection, run_id, amount, day_limit)
            return has_place

        return await self._jobs.swept(job, joins=True)

    async def guarded(self) -> tuple[GuardedRun, ...]:
        """List the runs that have places and whose processes live."""
        return await self.database.read(lambda file: places.taken(file, self.presence.living(file)))

    async def is_shared(self, run_id: str) -> bool:
        """Whether somebody waits for a run of ours in another process, or has its id from there."""
        return await self.database.read(partial(runs.is_shared, run_id=run_id))

    async def leave(self, run_id: str) -> None:
        """Wait no longer for a run of another process that a claim had joined."""
        await self.database.write(partial(runs.leave, run_id=run_id))

    async def take_over(self, run_id: str) -> Claim | None:
        """Continue an interrupted run, or say what has become of it; None where there is no such run."""
        claim = await self._jobs.swept(partial(runs.take_over, me=self.presence.me, run_id=run_id), joins=True)
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
        is_excused: bool = False,
        keep_steps: bool = False,
        unkept: Mapping[str, str] = _NO_STEPS,
        life: int | None = None,
    ) -> bool:
        """End a run: its place and its hold are free, its open calls are in doubt. False where it is not ours."""

        def job(connection: sqlite3.Connection) -> bool:
            now = self.presence.now()
            if is_excused:
                steps.excuse(connection, self.presence.me, run_id, all_lives=status == "failed")
            places.depart(connection, self.presence.me, run_id)
            money.release(connection, self.presence.me, run_id)
            if not self._may(connection, run_id, life):
                return False
            runs.end(connection, now, run_id, status=status, result_status=result_status, seconds=seconds)
            if result is not None:
                runs.write_result(connection, run_id, result)
            if status in ("finished", "failed") and not keep_steps:
                steps.drop(connection, run_id)
            else:
                steps.keep(connection, run_id, unkept)
            forgetting.trim(connection, now, self.database.shadowed)
            return True

        is_ended = await self._jobs.with_bills(run_id, settled, job)
        if is_ended:
            self.watch.end(run_id)
        return is_ended

    async def request_cancel(self, run_id: str) -> RunStatus | None:
        """Have a live run ended by its process, and end an interrupted one. Gives its status, None if there is none."""
        return await self._jobs.swept(lambda connection: runs.request_cancel(connection, self.presence.now(), run_id))

    async def keep_alive(self, *, on_cancel: Callable[[str], object], on_lost: Callable[[str], object]) -> None:
        """Renew our lease until cancelled. Says which of our runs are ours no more, and which are to be cancelled."""
        await self.watch.keep(on_cancel=on_cancel, on_lost=on_lost)

    async def open_calls(
        self, run_id: str, lines: Sequence[Line], finished: Mapping[str, str] = _NO_STEPS, settled: Sequence[Line] = ()
    ) -> bool:
        """Enter calls that are about to go out, with what they may depend on. False where the run is not ours."""

        def job(connection: sqlite3.Connection) -> bool:
            if not self._may(connection, run_id, lines[0].life):
                return False
            steps.keep(connection, run_id, finished)
            money.open_bills(connection, self.presence.me, self.presence.now(), run_id, lines)
            steps.write_calls(connection, run_id, lines)
            return True

        return await self._jobs.with_bills(run_id, settled, job)

    async def keep(
        self, run_id: str, finished: Mapping[str, str], settled: Sequence[Line] = (), life: int | None = None
    ) -> bool:
        """Keep the outcomes of steps, with the bills that are known by now. False where the run is not ours."""

        def job(connection: sqlite3.Connection) -> bool:
            is_ours = self._may(connection, run_id, life)
            if is_ours:
                steps.keep(connection, run_id, finished)
            return is_ours

        return await self._jobs.with_bills(run_id, settled, job)

    async def reserve(self, run_id: str, amount: Decimal, day_limit: Decimal) -> None:
        """Hold what a run may spend from now on, in place of what it held before. Raises DayLimit."""
        await self._jobs.swept(partial(self._reserve, run_id=run_id, amount=amount, day_limit=day_limit))

    async def close(self) -> None:
        """Leave our runs to be continued by others, and close the file."""
        self.hurry()
        with anyio.CancelScope(shield=True):
            if self.presence.has_begun:
                await self.database.write(self.presence.resign)
            self.watch.end_all()
            await self.database.close()
            self.presence.owner.vanish()

    async def steps(self, run_id: str) -> dict[str, str]:
        """Give every step that was kept, by its key."""
        return await self.database.read(partial(steps.kept, run_id=run_id))

    async def lines(self, run_id: str) -> list[Line]:
        """Give every call of a run, those of earlier lives too."""
        return await self.database.read(partial(steps.lines, run_id=run_id))

    async def plan(self, run_id: str) -> str | None:
        """Give what continuing the run needs, None where it is not stored."""
        return (await self.database.read(partial(history.content, run_id=run_id)))[0]

    async def result(self, run_id: str) -> str | None:
        """Give the run's result, None where there is none or it is not stored."""
        return (await self.database.read(partial(history.content, run_id=run_id)))[1]

    async def find(self, run_id: str) -> RunRow | None:
        """Give one run, None where there is none."""
        return await self.database.read(lambda file: history.find(file, run_id, self.presence.living(file)))

    async def recent(self, limit: int = 50) -> list[RunRow]:
        """List runs, the latest first, with the beginnings of their questions."""
        return await self.database.read(lambda file: history.recent(file, limit, self.presence.living(file)))

    async def today(self) -> DayRow:
        """Give the day's money."""
        return await self._jobs.swept(lambda connection: money.today(connection, self.presence.now()))

    async def purge(self, run_id: str | None = None) -> int:
        """Delete one run, or all; live ones stay, and so does the day's money. Says how many were deleted."""
        return await self._forget(partial(forgetting.purge, run_id=run_id))

    async def prune(self, keep_days: float, max_bytes: int) -> int:
        """Delete runs that ended before `keep_days`, then the oldest until all fits in `max_bytes`. Says how many."""
        now = self.presence.now()
        await self.database.write(lambda _: self.presence.tidy())
        return await self._forget(partial(forgetting.prune, now=now, keep_days=keep_days, most_bytes=max_bytes))

    async def note_breaker(self, provider: str, model: str, open_for_s: float, why: str) -> None:
        """Let all processes know that a model is left alone for so long from now on."""
        breaker = BreakerRow(provider=provider, model=model, for_s=open_for_s, why=why)
        await self.database.write(partial(breakers.note, now=self.presence.now(), breaker=breaker))

    async def clear_breaker(self, provider: str, model: str) -> None:
        """Let all processes know that a model answers again."""
        await self.database.write(partial(breakers.clear, provider=provider, model=model))

    async def breakers(self) -> list[BreakerRow]:
        """List the models that are left alone now."""
        return await self.database.read(partial(breakers.still_open, now=self.presence.now()))

    def hurry(self) -> None:
        """Let a locked file hold nobody up any more, since this process is about to end."""
        self.database.hurry()

    def _claimed(self, claim: Claim) -> Claim:
        if claim.how in _OURS:
            self.watch.begin(claim.run_id)
        return claim

    async def _forget(self, some: Callable[[sqlite3.Connection], int]) -> int:
        """Delete a few runs at a time, until there are no more to delete."""
        count = 0
        while deleted := await self._jobs.swept(some, is_long=True):
            count += deleted
        await self.database.shrink()
        return count

    def _reserve(self, connection: sqlite3.Connection, run_id: str, amount: Decimal, day_limit: Decimal) -> None:
        if self._may(connection, run_id):  # else no call of it can be opened either
            now, most = self.presence.now(), money.units(day_limit)
            money.reserve(connection, self.presence.me, now, run_id, money.units(amount), most)

    def _may(self, connection: sqlite3.Connection, run_id: str, life: int | None = None) -> bool:
        """Whether a run is ours. In memory nobody else could have it, and it may have begun in the lost file."""
        return self.database.in_memory or self.presence.owns(connection, run_id, life)
