"""The tables, and how older files get them. A script that was released is never changed: a new one is appended."""

import sqlite3
from collections.abc import Sequence

Script = tuple[str, ...]


class NewerFile(Exception):
    """The file was written by a later version, whose tables this one does not know."""


MIGRATIONS: tuple[Script, ...] = (
    (
        # What a run is. `owner` is the process that carries it out, NULL when nobody does.
        """CREATE TABLE runs (
            id TEXT PRIMARY KEY, key TEXT NOT NULL, kind TEXT NOT NULL, preset TEXT NOT NULL, status TEXT NOT NULL,
            owner TEXT, life INTEGER NOT NULL, created_at REAL NOT NULL, ended_at REAL, result_status TEXT,
            seconds REAL, cancel INTEGER NOT NULL DEFAULT 0)""",
        "CREATE INDEX runs_by_key ON runs (key, created_at)",
        "CREATE INDEX runs_by_time ON runs (created_at)",
        "CREATE INDEX runs_by_owner ON runs (owner) WHERE owner IS NOT NULL",
        # Its words: apart, since they need not be stored.
        "CREATE TABLE contents (run_id TEXT PRIMARY KEY, question TEXT NOT NULL, plan TEXT NOT NULL, result TEXT)",
        "CREATE TABLE steps (run_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run_id, key))",
        # What its calls were. A process that lost its run and does not know it yet has the lines of its own life.
        # Money is exact text here, for people ...
        """CREATE TABLE calls (
            run_id TEXT NOT NULL, id INTEGER NOT NULL, stage TEXT NOT NULL, seat TEXT NOT NULL, model TEXT NOT NULL,
            step TEXT NOT NULL, life INTEGER NOT NULL, usage TEXT NOT NULL, cost TEXT, reserved TEXT,
            PRIMARY KEY (run_id, life, id)) WITHOUT ROWID""",
        # ... and whole units of 1e-12 USD in all that follows, for sums. `state`: open, settled or doubt.
        """CREATE TABLE bills (
            run_id TEXT NOT NULL, life INTEGER NOT NULL, id INTEGER NOT NULL, owner TEXT NOT NULL, day TEXT NOT NULL,
            reserved INTEGER NOT NULL, is_assumed INTEGER NOT NULL, state TEXT NOT NULL,
            PRIMARY KEY (run_id, life, id)) WITHOUT ROWID""",
        "CREATE INDEX bills_open ON bills (owner) WHERE state = 'open'",
        """CREATE TABLE holds (
            run_id TEXT PRIMARY KEY, owner TEXT NOT NULL, reserved INTEGER NOT NULL,
            settled INTEGER NOT NULL DEFAULT 0)""",
        """CREATE TABLE days (
            day TEXT PRIMARY KEY, spent INTEGER NOT NULL DEFAULT 0, doubt INTEGER NOT NULL DEFAULT 0)""",
        # `is_locked`: the process holds a lock on its file too, so that its death shows at once.
        "CREATE TABLE owners (token TEXT PRIMARY KEY, lease_until REAL NOT NULL, is_locked INTEGER NOT NULL)",
        """CREATE TABLE breakers (
            provider TEXT NOT NULL, model TEXT NOT NULL, open_until REAL NOT NULL, why TEXT NOT NULL,
            PRIMARY KEY (provider, model))""",
    ),
    # Whether another process than the owner waits for the run, in its present life.
    ("ALTER TABLE runs ADD COLUMN shared INTEGER NOT NULL DEFAULT 0",),
    (
        # Runs that have a place: for every process on this home to see, whatever is kept of history.
        "CREATE TABLE live_runs (run_id TEXT PRIMARY KEY, owner TEXT NOT NULL, nonce TEXT NOT NULL)",
        # What a question from below such a run would be known by; NULL where none can come.
        "ALTER TABLE runs ADD COLUMN likeness TEXT",
        "CREATE INDEX runs_by_likeness ON runs (likeness) WHERE likeness IS NOT NULL AND status = 'running'",
        # Whether a call was part of what a subscription pays for.
        "ALTER TABLE calls ADD COLUMN on_subscription INTEGER NOT NULL DEFAULT 0",
    ),
)


def migrate(connection: sqlite3.Connection, scripts: Sequence[Script] = MIGRATIONS) -> None:
    """Bring the tables up to date, all at once or not at all. Raises NewerFile for tables of a later version."""
    if version(connection) == len(scripts):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        check(connection, scripts)
        for script in scripts[version(connection) :]:  # another process may have been quicker
            for statement in script:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(scripts)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def check(connection: sqlite3.Connection, scripts: Sequence[Script] = MIGRATIONS) -> None:
    """Raise NewerFile for tables of a later version. Changes nothing."""
    if version(connection) > len(scripts):
        raise NewerFile


def version(connection: sqlite3.Connection) -> int:
    """Say how many scripts the tables have been through."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
