"""Runs that are deleted: because somebody asks for it, by age and size, or so that memory does not grow. SQL.

The day's money is never forgotten with them. All runs here are those of the dead swept, and so `running` is live. A few
are deleted at a time, so that others need not wait: a deletion is repeated until there is nothing more to delete.
"""

import sqlite3
from collections.abc import Sequence

from fusion_mcp.journal.money import day_of

_TABLES = {"runs": "id", "contents": "run_id", "steps": "run_id", "calls": "run_id"}
_AT_ONCE = 16
_DAY_S = 86_400.0
_REMEMBERED_S = 3600.0
_REMEMBERED = 64


def purge(connection: sqlite3.Connection, run_id: str | None) -> int:
    """Delete one run, or a few of all, but for live ones. Those in the file go even where nothing is stored now."""
    ended = "SELECT id FROM {} WHERE status != 'running' AND id = ifnull(?, id) LIMIT ?"
    doomed: set[str] = set()
    for runs in _copies(connection, "runs"):
        doomed.update(found for (found,) in connection.execute(ended.format(runs), (run_id, _AT_ONCE)))
    _delete(connection, sorted(doomed))
    return len(doomed)


def prune(connection: sqlite3.Connection, now: float, keep_days: float, most_bytes: int) -> int:
    """Delete a few runs that ended long ago, or of the oldest while the file is too large. Say how many."""
    before = float("inf") if _bytes(connection) > most_bytes else now - keep_days * _DAY_S
    oldest = "SELECT id FROM main.runs WHERE status != 'running' AND ended_at < ? ORDER BY ended_at LIMIT ?"
    doomed = [run_id for (run_id,) in connection.execute(oldest, (before, _AT_ONCE))]
    _delete(connection, doomed)
    # Bills outlive their runs by a day, so that one that comes late is not counted twice.
    orphaned = "DELETE FROM bills WHERE day < ? AND state != 'open' AND run_id NOT IN (SELECT id FROM main.runs)"
    connection.execute(orphaned, (day_of(now - _DAY_S),))
    connection.execute("DELETE FROM breakers WHERE open_until < ?", (now,))
    return len(doomed)


def trim(connection: sqlite3.Connection, now: float, tables: Sequence[str]) -> None:
    """Keep `tables`, which lie in memory, small: only the latest runs, and those of the last hour, stay there."""
    if not tables:
        return
    ended = "SELECT id FROM runs JOIN contents ON run_id = id WHERE status != 'running' ORDER BY ended_at DESC"
    doomed = {run_id for (run_id,) in connection.execute(f"{ended} LIMIT -1 OFFSET ?", (_REMEMBERED,))}
    past = f"SELECT id FROM ({ended}) JOIN runs USING (id) WHERE ended_at < ?"  # noqa: S608
    doomed |= {run_id for (run_id,) in connection.execute(past, (now - _REMEMBERED_S,))}
    for run_id in sorted(doomed):
        for table in tables:
            connection.execute(f"DELETE FROM {table} WHERE {_TABLES[table]} = ?", (run_id,))  # noqa: S608


def _delete(connection: sqlite3.Connection, run_ids: Sequence[str]) -> None:
    for table, column in _TABLES.items():
        for copy in _copies(connection, table):
            connection.executemany(f"DELETE FROM {copy} WHERE {column} = ?", [(run_id,) for run_id in run_ids])  # noqa: S608


def _copies(connection: sqlite3.Connection, table: str) -> list[str]:
    """Name a table in the file, and the one that hides it."""
    hidden = connection.execute("SELECT 1 FROM temp.sqlite_master WHERE name = ?", (table,)).fetchone()
    return [f"main.{table}", f"temp.{table}"] if hidden else [f"main.{table}"]


def _bytes(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        int(connection.execute(f"PRAGMA main.{name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size
