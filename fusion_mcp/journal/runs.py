"""Who carries out which run: claiming, taking over, ending. SQL on a connection; the dead have been swept before."""

import sqlite3
from dataclasses import dataclass

from fusion_mcp.journal.records import Claim, Ended, How, NewRun, RunStatus
from fusion_mcp.journal.texts import whole

FRESH_S = 3600.0
RESUMABLE_S = 86_400.0


@dataclass(frozen=True)
class _Found:
    id: str
    status: RunStatus
    owner: str | None
    life: int
    since: float
    has_plan: bool
    has_result: bool


_FOUND = """SELECT id, status, owner, life, coalesce(ended_at, created_at), plan IS NOT NULL, result IS NOT NULL
    FROM runs LEFT JOIN contents ON run_id = id"""


def claim(
    connection: sqlite3.Connection, me: str, now: float, new: NewRun, *, fresh_s: float, resumable_s: float
) -> Claim:
    """Find the live, finished or interrupted run of the same key, or begin `new`.

    A run whose words are not within our reach, since they are not stored, is none that we could join or give back.
    """
    found = _latest(connection, new.key)
    match found and _how(found, now, fresh_s, resumable_s):
        case "joined" | "finished" as how if found:
            return _as_is(found, how, me)
        case "resumed" if found:
            return _resume(connection, me, found)
        case _:
            pass
    _insert(connection, me, now, new)
    return Claim(run_id=new.id, how="new", life=0, owner_is_us=True)


def is_known(connection: sqlite3.Connection, now: float, key: str, *, fresh_s: float, resumable_s: float) -> bool:
    """Whether a claim of this key would find a run."""
    found = _latest(connection, key)
    return found is not None and _how(found, now, fresh_s, resumable_s) is not None


def take_over(connection: sqlite3.Connection, me: str, run_id: str) -> Claim | None:
    """Continue an interrupted run, or say what has become of it; None where there is no such run."""
    row = connection.execute(f"{_FOUND} WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        return None
    found = _Found(*row)
    if found.status == "interrupted" and found.has_plan:
        return _resume(connection, me, found)
    return _as_is(found, "joined" if found.status == "running" else found.status, me)


def end(
    connection: sqlite3.Connection,
    now: float,
    run_id: str,
    *,
    status: Ended,
    result: str | None,
    result_status: str | None,
    seconds: float | None,
) -> None:
    """Write down how a run ended. The steps of one that cannot be taken up again are not needed any more."""
    connection.execute(
        """UPDATE runs SET status = ?, owner = NULL, cancel = 0, ended_at = ?, result_status = ?, seconds = ?
        WHERE id = ?""",
        (status, now, result_status, seconds, run_id),
    )
    if result is not None:
        connection.execute("UPDATE contents SET result = ? WHERE run_id = ?", (whole(result), run_id))
    if status in ("finished", "failed"):
        connection.execute("DELETE FROM steps WHERE run_id = ?", (run_id,))


def request_cancel(connection: sqlite3.Connection, now: float, run_id: str) -> RunStatus | None:
    """Ask a live run's process to end it; end an interrupted one here. Give its status now, None if there is none."""
    connection.execute("UPDATE runs SET cancel = 1 WHERE id = ? AND status = 'running'", (run_id,))
    connection.execute(
        "UPDATE runs SET status = 'cancelled', ended_at = ? WHERE id = ? AND status = 'interrupted'", (now, run_id)
    )
    row = connection.execute("SELECT status FROM runs WHERE id = ?", (run_id,)).fetchone()
    return row[0] if row else None


def _latest(connection: sqlite3.Connection, key: str) -> _Found | None:
    same = (
        f"{_FOUND} WHERE key = ? AND status != 'failed' AND plan IS NOT NULL ORDER BY created_at DESC, runs.rowid DESC"
    )
    row = connection.execute(f"{same} LIMIT 1", (key,)).fetchone()
    return _Found(*row) if row else None


def _how(found: _Found, now: float, fresh_s: float, resumable_s: float) -> How | None:
    """What asking the same again comes to; None for a new run."""
    age = now - found.since
    if found.status == "running":
        return "joined"
    if found.status == "finished":
        return "finished" if found.has_result and age <= fresh_s else None
    return "resumed" if age <= resumable_s else None


def _insert(connection: sqlite3.Connection, me: str, now: float, new: NewRun) -> None:
    connection.execute(
        """INSERT INTO runs (id, key, kind, preset, status, owner, life, created_at)
        VALUES (?, ?, ?, ?, 'running', ?, 0, ?)""",
        (new.id, new.key, new.kind, whole(new.preset), me, now),
    )
    contents = "INSERT INTO contents (run_id, question, plan) VALUES (?, ?, ?)"
    connection.execute(contents, (new.id, whole(new.question), whole(new.plan)))


def _resume(connection: sqlite3.Connection, me: str, found: _Found) -> Claim:
    connection.execute(
        """UPDATE runs SET status = 'running', owner = ?, life = life + 1, cancel = 0, ended_at = NULL,
        result_status = NULL, seconds = NULL WHERE id = ?""",
        (me, found.id),
    )
    return Claim(run_id=found.id, how="resumed", life=found.life + 1, owner_is_us=True)


def _as_is(found: _Found, how: How, me: str) -> Claim:
    return Claim(run_id=found.id, how=how, life=found.life, owner_is_us=found.owner == me)
