"""What of the journal concerns no live run of ours: past runs, the day's money, breakers."""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fusion_mcp.journal import breakers, forgetting, history, money, steps
from fusion_mcp.journal.database import Database
from fusion_mcp.journal.presence import Presence
from fusion_mcp.journal.records import BreakerRow, DayRow, RunRow, Store
from fusion_mcp.ledger import Line


class Archive:
    """The half of `Journal` for looking and forgetting."""

    def __init__(self, path: Path, *, store: Store, now: Callable[[], float], busy_s: float) -> None:
        self.database = Database(path, store, busy_s)
        self.presence = Presence(path.parent / "owners", now)

    @property
    def trouble(self) -> str | None:
        """What is wrong with the file and what to do, None while it serves."""
        return self.database.trouble

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

    async def today(self) -> DayRow:
        """Give the day's money."""

        def job(connection: sqlite3.Connection) -> DayRow:
            self.presence.sweep(connection)
            return money.today(connection, self.presence.now())

        return await self.database.write(job)

    async def find(self, run_id: str) -> RunRow | None:
        """Give one run, None where there is none."""
        return await self.database.read(
            lambda connection: history.find(connection, run_id, self.presence.living(connection))
        )

    async def find_key(self, key: str) -> RunRow | None:
        """Give the latest run of a key, None where there is none."""
        return await self.database.read(
            lambda connection: history.find_key(connection, key, self.presence.living(connection))
        )

    async def recent(self, limit: int = 50, offset: int = 0) -> list[RunRow]:
        """List runs, the latest first, with the beginnings of their questions."""
        return await self.database.read(
            lambda connection: history.recent(connection, limit, offset, self.presence.living(connection))
        )

    async def purge(self, run_id: str | None = None) -> int:
        """Delete one run, or all; live ones stay, and so does the day's money. Says how many were deleted."""

        def job(connection: sqlite3.Connection) -> int:
            self.presence.sweep(connection)
            return forgetting.purge(connection, run_id)

        count = await self.database.write(job)
        await self.database.shrink()
        return count

    async def prune(self, keep_days: float, max_bytes: int) -> int:
        """Delete runs that ended before `keep_days`, then the oldest until all fits in `max_bytes`. Says how many."""

        def job(connection: sqlite3.Connection) -> int:
            self.presence.sweep(connection)
            self.presence.tidy()
            return forgetting.prune(connection, self.presence.now(), keep_days, max_bytes)

        count = await self.database.write(job)
        await self.database.shrink()
        return count

    async def note_breaker(self, provider: str, model: str, open_until: float, why: str) -> None:
        """Let all processes know that a model is left alone until then (seconds since the epoch)."""
        breaker = BreakerRow(provider=provider, model=model, open_until=open_until, why=why)
        await self.database.write(partial(breakers.note, breaker=breaker))

    async def clear_breaker(self, provider: str, model: str) -> None:
        """Let all processes know that a model answers again."""
        await self.database.write(partial(breakers.clear, provider=provider, model=model))

    async def breakers(self) -> list[BreakerRow]:
        """List the models that are left alone now."""
        return await self.database.read(lambda connection: breakers.still_open(connection, self.presence.now()))
