"""Which processes live, and what becomes of what the dead held. SQL on a connection whose transaction others hold."""

import sqlite3
from collections.abc import Callable, Iterable

from fusion_mcp.journal import money

LEASE_S = 15.0
"""How long a process counts as alive after its last sign: some renewals may be late before its runs are another's."""

RENEW_S = 3.0

Leases = dict[str, tuple[float, bool]]
"""How long each process counts as alive, and whether its lock would tell sooner."""


def leases(connection: sqlite3.Connection) -> Leases:
    """Give every lease, those that are over too."""
    rows = connection.execute("SELECT token, lease_until, is_locked FROM owners")
    return {token: (until, bool(is_locked)) for token, until, is_locked in rows}


def is_due(known: Leases, me: str, now: float) -> bool:
    """Whether we have to renew our lease, or to begin one; also where somebody has set the clock."""
    return me not in known or abs(known[me][0] - LEASE_S - now) >= RENEW_S


def renew(connection: sqlite3.Connection, me: str, now: float, *, is_locked: bool) -> None:
    """Begin our lease, or make it last `LEASE_S` from now on.

    Where others had to take us for dead meanwhile, what we carried out is not ours any more.
    """
    until = (now + LEASE_S, is_locked, me)
    _be_lenient(connection, me, now)
    if connection.execute("UPDATE owners SET lease_until = ?, is_locked = ? WHERE token = ?", until).rowcount == 0:
        _interrupt(connection, "runs", "owner = ?", (now, me))
        connection.execute("INSERT INTO owners (lease_until, is_locked, token) VALUES (?, ?, ?)", until)


def sweep(connection: sqlite3.Connection, now: float, gone: Iterable[str]) -> None:
    """Take everything from the dead: their runs can be taken up, their holds are free, their open calls in doubt.

    So with what is left of those who died before.
    """
    connection.executemany("DELETE FROM owners WHERE token = ?", [(token,) for token in gone])
    money.doubt(connection, "owner NOT IN (SELECT token FROM owners)", ())
    connection.execute("DELETE FROM holds WHERE owner NOT IN (SELECT token FROM owners)")
    connection.execute("DELETE FROM live_runs WHERE owner NOT IN (SELECT token FROM owners)")
    # "IS NOT NULL" lets it use the index of those that have an owner: history is long.
    _interrupt(connection, "main.runs", "owner IS NOT NULL AND owner NOT IN (SELECT token FROM owners)", (now,))


def wait_for(connection: sqlite3.Connection, now: float, has_vanished: Callable[[str], bool]) -> None:
    """Let leases last anew where their locks are held: nobody could have the file, they as little as we."""
    expired = "SELECT token FROM owners WHERE is_locked AND lease_until < ?"
    for (token,) in connection.execute(expired, (now,)).fetchall():
        if not has_vanished(token):
            connection.execute("UPDATE owners SET lease_until = ? WHERE token = ?", (now + LEASE_S, token))


def dead(known: Leases, me: str, now: float, has_vanished: Callable[[str], bool]) -> list[str]:
    """List the other processes whose lease is over, or whose lock is free."""
    others = ((token, lease) for token, lease in known.items() if token != me)
    return [token for token, (until, is_locked) in others if until < now or (is_locked and has_vanished(token))]


def resign(connection: sqlite3.Connection, me: str, now: float) -> None:
    """Leave everything that is ours to others."""
    connection.execute("DELETE FROM owners WHERE token = ?", (me,))
    money.doubt(connection, "owner = ?", (me,))
    connection.execute("DELETE FROM holds WHERE owner = ?", (me,))
    connection.execute("DELETE FROM live_runs WHERE owner = ?", (me,))
    _interrupt(connection, "runs", "owner = ?", (now, me))


def owns(connection: sqlite3.Connection, me: str, run_id: str, life: int | None) -> bool:
    """Whether we carry out this `life` of a run (None: any), and nobody has taken us for dead since."""
    return (
        connection.execute(
            """SELECT 1 FROM runs WHERE id = ? AND owner = ? AND status = 'running' AND life = coalesce(?, life)
            AND EXISTS (SELECT 1 FROM owners WHERE token = runs.owner)""",
            (run_id, me, life),
        ).fetchone()
        is not None
    )


def owned(connection: sqlite3.Connection, me: str) -> dict[str, bool]:
    """Give the runs that we carry out, and whether somebody wants each cancelled."""
    rows = connection.execute(
        """SELECT id, cancel FROM runs WHERE owner = ? AND status = 'running'
        AND EXISTS (SELECT 1 FROM owners WHERE token = runs.owner)""",
        (me,),
    )
    return {run_id: bool(cancel) for run_id, cancel in rows}


def _be_lenient(connection: sqlite3.Connection, me: str, now: float) -> None:
    """Let leases last anew where we are late ourselves: the file was locked or the machine asleep, and nobody hung."""
    if connection.execute("SELECT 1 FROM owners WHERE token = ? AND lease_until < ?", (me, now)).fetchone():
        connection.execute("UPDATE owners SET lease_until = ? WHERE lease_until < ?", (now + LEASE_S, now))


def _interrupt(connection: sqlite3.Connection, table: str, whose: str, values: tuple[float | str, ...]) -> None:
    connection.execute(
        f"""UPDATE {table} SET status = CASE WHEN cancel THEN 'cancelled' ELSE 'interrupted' END,
        ended_at = ?, owner = NULL, cancel = 0 WHERE status = 'running' AND {whose}""",  # noqa: S608  # our own words
        values,
    )
