"""This process among those that share the file: its lease, its lock, and its eye on the others."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from fusion_mcp.journal import leases
from fusion_mcp.journal.owner import Owner, has_vanished, remove_forgotten


class Presence:
    """Begins with the first renewal and ends with `resign`. All but `now` and `is_due` belong into a write job."""

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        self.now = now
        self.owner = Owner(folder)
        self.me = self.owner.token
        """Our name in the file."""
        self._folder = folder
        self._renewed_at: float | None = None

    @property
    def has_begun(self) -> bool:
        """Whether we have a lease."""
        return self._renewed_at is not None

    @property
    def is_due(self) -> bool:
        """Whether the lease should be renewed by now; also when somebody has set the clock."""
        return self._renewed_at is not None and abs(self.now() - self._renewed_at) >= leases.RENEW_S

    def renew(self, connection: sqlite3.Connection) -> None:
        """Begin the lease, or make it last from now on."""
        now = self.now()
        leases.renew(connection, self.me, now, is_locked=self.owner.show())
        self._renewed_at = now

    def sweep(self, connection: sqlite3.Connection, *, since: float, joins: bool = False) -> None:
        """Take everything from the dead. Where we have a lease, or get one since we join, it is renewed if that is due.

        `since` is when we wanted to: if we had to wait for the file, so had the others.
        """
        if self.now() - since > leases.RENEW_S:
            leases.wait_for(connection, self.now(), self._has_vanished)
        known = leases.leases(connection)
        is_new = self.me not in known
        if (joins or self.has_begun) and leases.is_due(known, self.me, self.now()):
            self.renew(connection)
            known = leases.leases(connection)
        gone = self._dead(known)
        if gone or is_new:  # who has swept before has left nothing of those who were dead then
            leases.sweep(connection, self.now(), gone)

    def living(self, connection: sqlite3.Connection) -> set[str]:
        """Name the processes that carry out their runs, ours once it has a lease. Changes nothing in the file."""
        known = leases.leases(connection)
        return set(known) - set(self._dead(known))

    def owns(self, connection: sqlite3.Connection, run_id: str, life: int | None) -> bool:
        """Whether a life of a run is ours; None: any. Changes nothing in the file."""
        return leases.owns(connection, self.me, run_id, life)

    def resign(self, connection: sqlite3.Connection) -> None:
        """Leave everything that is ours to others."""
        leases.resign(connection, self.me, self.now())
        self._renewed_at = None

    def tidy(self) -> None:
        """Remove what processes left that died long ago."""
        remove_forgotten(self._folder)

    def _dead(self, known: leases.Leases) -> list[str]:
        return leases.dead(known, self.me, self.now(), self._has_vanished)

    def _has_vanished(self, token: str) -> bool:
        return has_vanished(self._folder, token)
