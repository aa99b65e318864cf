"""Jobs on the database that need something done first: the dead swept, or bills entered."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeVar

from fusion_mcp.journal import money, steps
from fusion_mcp.journal.database import Database
from fusion_mcp.journal.presence import Presence
from fusion_mcp.ledger import Line

T = TypeVar("T")


class Jobs:
    """Each is one transaction, with what has to come before it."""

    def __init__(self, database: Database, presence: Presence) -> None:
        self._database = database
        self._presence = presence

    async def with_bills(self, run_id: str, settled: Sequence[Line], job: Callable[[sqlite3.Connection], T]) -> T:
        """Do a job after the bills that are known were entered."""
        bills = [line for line in settled if line.settled]

        def booked(connection: sqlite3.Connection) -> T:
            if bills:
                money.settle(connection, self._presence.me, self._presence.now(), run_id, bills)
                steps.write_costs(connection, run_id, bills)
            return job(connection)

        result = await self._database.write(booked)
        for line in bills:
            line.is_recorded = True
        return result

    async def swept(self, job: Callable[[sqlite3.Connection], T], *, joins: bool = False, is_long: bool = False) -> T:
        """Do a job that needs to know who has died; `joins`: one that needs us to be known to live."""
        since = self._presence.now()

        def swept(connection: sqlite3.Connection) -> T:
            self._presence.sweep(connection, since=since, joins=joins)
            return job(connection)

        return await self._database.write(swept, is_long=is_long)
