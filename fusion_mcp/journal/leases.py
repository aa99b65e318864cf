"""Which processes live, and what becomes of what the dead held. SQL on a connection whose transaction others hold."""

import sqlite3
from collections.abc import Callable

from fusion_mcp.journal import money

LEASE_S = 15.0
"""How long a process counts as alive after its last sign: some renewals may be late before its runs are another's."""

RENEW_S = 3.0


def renew(connection: sqlite3.Connection, me: str, now: float, *, is_locked: bool) -> None:
    """Begin our lease, or make it last `LEASE_S` from now on.

    Where others had to take us for dead meanwhile, what we carried out is not ours any more.
    """
    until = (now + LEASE_S, is_locked, me)
    _be_lenient(connection, me, now)
    if connection.execute("UPDATE owners SET lease_until = ?, is_locked = ? WHERE token = ?", until).rowcount == 0:
        _interrupt(connection, "runs", "owner = ?", (now, me))
        connection.execute("INSERT INTO owners (lease_until, is_locked, token) VALUES (?, ?, ?)", until)


def sweep(
    connection: sqlite3.Connection, me: str, now: float, has_vanished: Callable[[str], bool], *, is_thorough: bool
) -> None:
    """Take everything from the dead: their runs can be taken up, their holds are free, their open calls in doubt.

    Nothing is left of those who died before; a thorough sweep looks all the same.
    """
    gone = dead(connection, me, now, has_vanished)
    if not (gone or is_thorough):
        return
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


def dead(connection: sqlite3.Connection, me: str, now: float, has_vanished: Callable[[str], bool]) -> list[str]:
    """List the other processes whose lease is over, or whose lock is free."""
    rows = connection.execute("SELECT token, lease_until, is_locked FROM owners WHERE token != ?", (me,)).fetchall()
    return [token for token, until, is_locked in rows if until < now or (is_locked and has_vanished(token))]


def living(connection: sqlite3.Connection, me: str, now: float, has_vanished: Callable[[str], bool]) -> set[str]:
    """List the processes that carry out their runs, ourselves included once we have a lease."""
    owners = {token for (token,) in connection.execute("SELECT token FROM owners")}
    return owners - set(dead(connection, me, now, has_vanished))


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
