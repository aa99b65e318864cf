"""Opening the file or a stand-in in memory, with its tables. What is read and written is others' business."""

import errno
import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from fusion_mcp.config import Store
from fusion_mcp.journal.migrations import NewerFile, check, migrate

BUSY_S = 30.0
_MOST_COPIED_BYTES = 256_000_000  # what memory may take for it

_SHADOWED: dict[Store, tuple[str, ...]] = {
    "full": (),
    "metadata": ("contents", "steps"),
    "off": ("contents", "steps", "runs", "calls"),
}


def open_file(path: Path, store: Store, busy_s: float = BUSY_S) -> sqlite3.Connection:
    """Open the file, made for this person's eyes only where it is missing. Each statement waits so long for a lock.

    Raises OSError, sqlite3.Error and NewerFile.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise OSError(errno.EINVAL, "it is not a file")
    # One that is there is not opened: closing it would drop SQLite's own locks (sqlite.org/howtocorrupt.html, 2.2).
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closed_on_failure(sqlite3.connect(path, busy_s, isolation_level=None, check_same_thread=False)) as connection:
        check(connection)
        _prepare(connection)
        migrate(connection)
        _shadow(connection, store)
    return connection


def open_memory(copied: Path | sqlite3.Connection | None, store: Store) -> sqlite3.Connection:
    """Open a stand-in in memory, with what can still be read of the `copied` file."""
    try:
        with closed_on_failure(_memory()) as connection:
            if copied is not None:
                _copy(copied, connection)
            migrate(connection)
            _shadow(connection, store)
    except (OSError, sqlite3.Error, NewerFile):
        if copied is None:
            raise
        return open_memory(None, store)
    return connection


def shadowed(store: Store, *, in_memory: bool) -> tuple[str, ...]:
    """Name the tables of history that end with this process."""
    return _SHADOWED["off" if in_memory else store]


def carry_over(old: sqlite3.Connection, new: sqlite3.Connection, store: Store) -> None:
    """Copy what is in no file and not yet in `new`, as far as that can be done."""
    with suppress(sqlite3.Error):
        for table in _SHADOWED[store]:
            rows = old.execute(f"SELECT * FROM temp.{table}").fetchall()  # noqa: S608
            if rows:
                places = ", ".join("?" * len(rows[0]))
                new.executemany(f"INSERT OR IGNORE INTO temp.{table} VALUES ({places})", rows)  # noqa: S608


def _memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    if not connection.execute("PRAGMA page_count").fetchone()[0]:  # later it has no effect, and takes the write lock
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")  # whoever reads holds up nobody who writes
    connection.execute("PRAGMA synchronous = NORMAL")  # whoever has written syncs, beside what goes on
    connection.execute("PRAGMA wal_autocheckpoint = 0")  # and shortens the log, since both may take their time
    connection.execute("PRAGMA journal_size_limit = 0")  # so that the log's length tells what is in it
    connection.execute("PRAGMA secure_delete = FAST")  # what is purged is gone, as far as that costs nothing
    connection.execute("PRAGMA temp_store = MEMORY")


def _shadow(connection: sqlite3.Connection, store: Store) -> None:
    """Hide tables behind temporary ones of the same name, which die with the connection: all SQL stays the same."""
    for table in _SHADOWED[store]:
        statement = connection.execute("SELECT sql FROM main.sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        connection.execute(str(statement).replace("CREATE TABLE", "CREATE TEMP TABLE", 1))


def _copy(source: Path | sqlite3.Connection, into: sqlite3.Connection) -> None:
    if isinstance(source, sqlite3.Connection):
        source.backup(into)
    else:
        if source.stat().st_size > _MOST_COPIED_BYTES:
            raise OSError
        with closing(_readable(source)) as readable:
            readable.backup(into)
    if into.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError


def _readable(path: Path) -> sqlite3.Connection:
    try:
        return _opened(f"{path.resolve().as_uri()}?mode=ro")
    except sqlite3.Error:
        # In a folder that takes no new file, SQLite only reads what it may take for unchanging.
        return _opened(f"{path.resolve().as_uri()}?mode=ro&immutable=1")


def _opened(uri: str) -> sqlite3.Connection:
    with closed_on_failure(sqlite3.connect(uri, 1, uri=True, check_same_thread=False)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return connection


@contextmanager
def closed_on_failure(connection: sqlite3.Connection) -> Generator[sqlite3.Connection]:
    """Close the connection if the block fails, and only then."""
    try:
        yield connection
    except BaseException:
        connection.close()
        raise
