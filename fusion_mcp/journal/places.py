"""Which runs have a place now, in all processes on this home. SQL on a connection; the dead have been swept before."""

import sqlite3
from collections.abc import Collection

from fusion_mcp.records import GuardedRun


def enter(connection: sqlite3.Connection, me: str, run: GuardedRun, most: int) -> bool:
    """Give a run a place if `most` are not taken. Where another process has taken it up, that has the place."""
    entered = """INSERT OR IGNORE INTO live_runs (run_id, owner, nonce)
        SELECT ?, ?, ? WHERE (SELECT count(*) FROM live_runs) < ?"""
    if connection.execute(entered, (run.run_id, me, run.nonce, most)).rowcount:
        return True
    return connection.execute("SELECT 1 FROM live_runs WHERE run_id = ?", (run.run_id,)).fetchone() is not None


def depart(connection: sqlite3.Connection, me: str, run_id: str) -> None:
    """Give a run's place back, unless another process has taken the run up meanwhile."""
    connection.execute("DELETE FROM live_runs WHERE run_id = ? AND owner = ?", (run_id, me))


def taken(connection: sqlite3.Connection, living: Collection[str]) -> tuple[GuardedRun, ...]:
    """List the runs that have places, but for those of the dead."""
    rows = connection.execute("SELECT run_id, nonce, owner FROM live_runs ORDER BY rowid").fetchall()
    return tuple(GuardedRun(run_id=run_id, nonce=nonce) for run_id, nonce, owner in rows if owner in living)
