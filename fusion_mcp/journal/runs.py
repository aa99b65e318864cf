"""Who carries out which run: claiming, taking over, ending. SQL on a connection; the dead have been swept before."""

import sqlite3
from dataclasses import dataclass

from fusion_mcp.cleaning import with_whole_characters
from fusion_mcp.codes import Kind
from fusion_mcp.records import Claim, Ended, How, NewRun, RunStatus

FRESH_S = 3600.0
"""How long a finished run answers the same question."""

RESUMABLE_S = 86_400.0
"""How long the same question goes on from what an interrupted run has finished."""


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


def claim(connection: sqlite3.Connection, me: str, now: float, new: NewRun) -> Claim:
    """Find the live, finished or interrupted run of the same key, or begin `new`.

    One that failed goes on as an interrupted one does, if its steps were kept. A run whose words are not within our
    reach, since they are not stored, is none that we could join or give back. Where the question would make calls, a
    live run that it may come from is joined instead, although it was asked under another key.
    """
    found = _latest(connection, new.key)
    how = _how(found, now, is_sample=new.is_sample) if found else None
    alike = _alike(connection, new.kind, new.likeness) if new.joins_alike and how in (None, "resumed") else None
    if alike:
        # Not counted among those who wait for it: what is a part of the run must not keep it alive.
        return Claim(run_id=alike.id, how="joined", life=alike.life, owner_is_us=alike.owner == me, is_alike=True)
    if found and how == "resumed":
        return _resume(connection, me, found)
    if found and how:
        return _as_is(connection, me, found, how)
    _insert(connection, me, now, new)
    return Claim(run_id=new.id, how="new", life=0, owner_is_us=True)


def is_known(connection: sqlite3.Connection, now: float, key: str, *, is_sample: bool) -> bool:
    """Whether a claim of this key would find a run."""
    found = _latest(connection, key)
    return found is not None and _how(found, now, is_sample=is_sample) is not None


def is_shared(connection: sqlite3.Connection, run_id: str) -> bool:
    """Whether somebody in another process waits for the run in its present life, or has its id."""
    return connection.execute("SELECT 1 FROM runs WHERE id = ? AND shared", (run_id,)).fetchone() is not None


def leave(connection: sqlite3.Connection, run_id: str) -> None:
    """Take back one claim that had joined the run."""
    connection.execute("UPDATE runs SET shared = max(shared - 1, 0) WHERE id = ?", (run_id,))


def take_over(connection: sqlite3.Connection, me: str, run_id: str) -> Claim | None:
    """Continue an interrupted run, or say what has become of it; None where there is no such run."""
    row = connection.execute(f"{_FOUND} WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        return None
    found = _Found(*row)
    if found.status == "interrupted" and found.has_plan:
        return _resume(connection, me, found)
    return _as_is(connection, me, found, "joined" if found.status == "running" else found.status)


def end(
    connection: sqlite3.Connection,
    now: float,
    run_id: str,
    *,
    status: Ended,
    result_status: str | None,
    seconds: float | None,
) -> None:
    """Write down how a run ended."""
    connection.execute(
        """UPDATE runs SET status = ?, owner = NULL, cancel = 0, ended_at = ?, result_status = ?, seconds = ?
        WHERE id = ?""",
        (status, now, result_status, seconds, run_id),
    )


def write_result(connection: sqlite3.Connection, run_id: str, result: str) -> None:
    """Write down what a run brought."""
    connection.execute("UPDATE contents SET result = ? WHERE run_id = ?", (with_whole_characters(result), run_id))


def request_cancel(connection: sqlite3.Connection, now: float, run_id: str) -> RunStatus | None:
    """Ask a live run's process to end it; end an interrupted one here. Give its status now, None if there is none."""
    connection.execute("UPDATE runs SET cancel = 1 WHERE id = ? AND status = 'running'", (run_id,))
    connection.execute(
        "UPDATE runs SET status = 'cancelled', ended_at = ? WHERE id = ? AND status = 'interrupted'", (now, run_id)
    )
    row = connection.execute("SELECT status FROM runs WHERE id = ?", (run_id,)).fetchone()
    return row[0] if row else None


def _latest(connection: sqlite3.Connection, key: str) -> _Found | None:
    goes_on = "(status != 'failed' OR EXISTS (SELECT 1 FROM steps WHERE steps.run_id = runs.id))"
    same = f"{_FOUND} WHERE key = ? AND plan IS NOT NULL AND {goes_on} ORDER BY created_at DESC, runs.rowid DESC"
    row = connection.execute(f"{same} LIMIT 1", (key,)).fetchone()
    return _Found(*row) if row else None


def _alike(connection: sqlite3.Connection, kind: Kind, likeness: str) -> _Found | None:
    """Find the live run that a question of this likeness may come from.

    One that is to be answered has all that a comparison has; a comparison holds no answer.
    """
    if not likeness:
        return None
    live = f"{_FOUND} WHERE likeness = ? AND kind IN ('ask', ?) AND status = 'running' AND plan IS NOT NULL"
    row = connection.execute(f"{live} ORDER BY created_at LIMIT 1", (likeness, kind)).fetchone()
    return _Found(*row) if row else None


def _how(found: _Found, now: float, *, is_sample: bool) -> How | None:
    """What asking the same again comes to; None for a new run. A sample of an evaluation is never asked anew."""
    age = 0.0 if is_sample else now - found.since
    if found.status == "running":
        return "joined"
    if found.status == "finished":
        return "finished" if found.has_result and age <= FRESH_S else None
    return "resumed" if age <= RESUMABLE_S else None


def _insert(connection: sqlite3.Connection, me: str, now: float, new: NewRun) -> None:
    preset = with_whole_characters(new.preset)
    connection.execute(
        """INSERT INTO runs (id, key, kind, preset, status, owner, life, created_at, likeness)
        VALUES (?, ?, ?, ?, 'running', ?, 0, ?, ?)""",
        (new.id, new.key, new.kind, preset, me, now, (new.may_call_back and new.likeness) or None),
    )
    contents = "INSERT INTO contents (run_id, question, plan) VALUES (?, ?, ?)"
    connection.execute(contents, (new.id, with_whole_characters(new.question), with_whole_characters(new.plan)))


def _resume(connection: sqlite3.Connection, me: str, found: _Found) -> Claim:
    connection.execute(
        """UPDATE runs SET status = 'running', owner = ?, life = life + 1, cancel = 0, ended_at = NULL,
        result_status = NULL, seconds = NULL, shared = 0 WHERE id = ?""",
        (me, found.id),
    )
    connection.execute("UPDATE contents SET result = NULL WHERE run_id = ?", (found.id,))
    had_failed = found.status == "failed"
    return Claim(run_id=found.id, how="resumed", life=found.life + 1, owner_is_us=True, had_failed=had_failed)


def _as_is(connection: sqlite3.Connection, me: str, found: _Found, how: How) -> Claim:
    if how == "joined" and found.owner != me:
        connection.execute("UPDATE runs SET shared = shared + 1 WHERE id = ?", (found.id,))
    return Claim(run_id=found.id, how=how, life=found.life, owner_is_us=found.owner == me)
