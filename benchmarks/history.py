"""A long history without asking for it: one real run, copied in the database as often as is wanted."""

import sqlite3
from contextlib import closing
from pathlib import Path

_SPACED_S = 1.0
"""How long each copy was before the one after it."""

_NAMED = {"id", "run_id", "key"}
"""Columns of text that tell runs apart."""

_TIMED = {"created_at", "ended_at"}


def multiply(file: Path, count: int) -> None:
    """Copy the only finished run `count` times, each a little older and with a name and a question of its own.

    Whatever the tables have: every row of it that names the run is copied with its columns as they are.
    """
    with closing(sqlite3.connect(file)) as connection, connection:
        ((run_id,),) = connection.execute("SELECT id FROM runs").fetchall()
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            _copy(connection, table, run_id, count)


def _copy(connection: sqlite3.Connection, table: str, run_id: str, count: int) -> None:
    columns = [(row[1], row[2]) for row in connection.execute(f'PRAGMA table_info("{table}")')]
    names = [name for name, _ in columns]
    which = "id" if table == "runs" else "run_id"
    if which not in names:
        return
    values = ", ".join(_value(name, kind) for name, kind in columns)
    written = ", ".join(f'"{name}"' for name in names)
    connection.execute(
        f"""WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < ?)
        INSERT INTO "{table}" ({written}) SELECT {values} FROM copies, "{table}" WHERE "{which}" = ?""",  # noqa: S608 its own names
        (count, run_id),
    )


def _value(name: str, kind: str) -> str:
    if name in _NAMED and kind == "TEXT":
        return f"\"{name}\" || '-' || n"
    return f'"{name}" - n * {_SPACED_S}' if name in _TIMED else f'"{name}"'
