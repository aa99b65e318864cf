"""Where the tables are: in the file, or in memory while it cannot be used. Used by one thread at a time."""

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from fusion_mcp.config import Store
from fusion_mcp.journal.connection import carry_over, closed_on_failure, open_file, open_memory
from fusion_mcp.journal.log import Log
from fusion_mcp.journal.migrations import NewerFile, version
from fusion_mcp.journal.trouble import FileGone, is_lock, sentence

_log = logging.getLogger(__name__)

Job = Callable[[sqlite3.Connection], Any]

Effect = Literal["reads", "writes"]

_PLACES = 3  # the file, what could be copied of it, and empty memory
_PATIENCE_S = 1.0  # how long a lock is waited for where there is no time, or nothing is lost
_GLANCE_S = 0.05
_LOOK_AGAIN_S = 0.001
_LOOK_AGAIN_AT_LAST_S = 0.02
_MOST_MEANWHILE = 5_000
_SLOW_S = 0.02
_SLOW_FOR_S = 1.0  # how long a disk that was slow is not tried on the event loop: it may cost that 2 % of its time
_PAGES_AT_ONCE = 256
_BROKEN = (sqlite3.Error, OSError, NewerFile, FileGone)


class FileOrMemory:
    """The connection to whatever has the tables now, opened by the first work.

    A lock of another program is waited for, for `busy_s`. Any other fault of the disk, and a lock that stays, puts
    memory in the file's place; what happens there while the file is locked is entered once it is not. `trouble` is a
    sentence for the person meanwhile. The file itself is never deleted or renamed.
    """

    def __init__(self, path: Path, store: Store, busy_s: float, fsync: Callable[[int], None] = os.fsync) -> None:
        self.trouble: str | None = None
        self.is_hurried = False
        self._path = path
        self._store: Store = store
        self._busy_s = busy_s
        self._fsync = fsync
        self._connection: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None
        self._meanwhile: list[Job] | None = None
        self._log: Log | None = None
        self._slow_until = 0.0

    @property
    def is_locked_out(self) -> bool:
        """Whether memory serves only until the file is not locked any more."""
        return self._meanwhile is not None

    def attempt(self, work: Job, effect: Effect) -> bool:
        """Do `work` in one transaction if that holds nobody up. False where it may: then nothing was done."""
        start = time.monotonic()
        if self._connection is None or start < self._slow_until:
            return False
        try:
            self._transact(work, effect)
        except _BROKEN:
            return False
        finally:
            end = time.monotonic()
            if end - start > _SLOW_S:
                self._slow_until = end + _SLOW_FOR_S
        return True

    def carry_out(self, work: Job, effect: Effect) -> bool:
        """Do `work` in one transaction, wherever that is possible. Raises what goes wrong even in empty memory."""
        for _ in range(_PLACES - 1):
            try:
                self._carry_out_patiently(work, effect)
            except _BROKEN as fault:
                self._fall_back(fault)
            else:
                return True
        self._transact(work, effect)
        return True

    def sync(self) -> bool:
        """Have the disk take what was written, beside whatever else is done. Says whether the log has become long.

        Where the disk has lost some of it, the next work finds the file broken.
        """
        log = self._log
        return log is not None and log.sync()

    def remember(self, job: Job) -> None:
        """Have a job that was done in memory done again in the file, should that be possible later on."""
        if self._meanwhile is not None:
            self._meanwhile.append(job)
            if len(self._meanwhile) > _MOST_MEANWHILE:
                self._meanwhile = None

    def go_back(self, do_again: Callable[[Job, sqlite3.Connection], object]) -> None:
        """Use the file again if its lock has passed, with all that happened meanwhile: all of it or nothing."""
        if self._meanwhile is None or self.is_hurried:
            return
        trouble, self.trouble = self.trouble, None  # jobs look whether others share the file, which they do again
        try:
            with closed_on_failure(open_file(self._path, self._store, _GLANCE_S)) as file:
                file.execute("BEGIN IMMEDIATE")
                for job in self._meanwhile:
                    do_again(job, file)
                file.execute("COMMIT")
        except _BROKEN:
            self.trouble = trouble
            return
        if self._connection is not None:
            carry_over(self._connection, file, self._store)
        self.close()
        self._connection, self._meanwhile = file, None
        self._use(file)
        _log.info("The journal %s is written again, with what has happened meanwhile.", self._path)

    def vacuum(self) -> bool:
        """Give some of the room of what was deleted back to the disk. Says whether there is more."""
        if self._connection is None:
            return False
        try:
            before = _free_pages(self._connection)
            with _patient(self._connection):
                # As a script, since `execute` ends after one page.
                self._connection.executescript(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
            return 0 < _free_pages(self._connection) < before
        except sqlite3.Error:
            return False  # others may be busy

    def shorten_log(self) -> None:
        """Put into the file proper what is in the log, which begins anew where nobody reads in it."""
        if self._connection is not None:
            with suppress(sqlite3.Error):  # others may be reading or writing
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                # Whoever writes first in a log that begins anew waits for the disk: here that holds nobody up.
                self._connection.execute(f"PRAGMA user_version = {version(self._connection)}")

    def empty_log(self) -> None:
        """Leave nothing of what was deleted in the log, unless somebody goes on reading in it."""
        if self._connection is not None:
            with suppress(sqlite3.Error), _patient(self._connection):
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def close(self) -> None:
        """Close the connection; later work would open it again."""
        if self._connection is not None:
            self.sync()  # closing syncs only where nobody else has the file open
            self._connection.close()
            self._connection = self._inode = self._log = None

    def _carry_out_patiently(self, work: Job, effect: Effect) -> None:
        start, pause_s = time.monotonic(), _LOOK_AGAIN_S
        while True:
            try:
                return self._transact(work, effect)
            except sqlite3.Error as fault:
                patience_s = min(self._busy_s, _PATIENCE_S) if self.is_hurried else self._busy_s
                if not is_lock(fault) or time.monotonic() - start > patience_s:
                    raise
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LOOK_AGAIN_AT_LAST_S)

    def _transact(self, work: Job, effect: Effect) -> None:
        connection = self._connection = self._connection or self._open()
        if self._is_gone():
            raise FileGone
        if self._log is not None and self._log.fault is not None:
            raise self._log.fault
        # A transaction that read first and then writes is refused at once if others wrote (SQLITE_BUSY_SNAPSHOT).
        connection.execute("BEGIN" if effect == "reads" else "BEGIN IMMEDIATE")
        try:
            work(connection)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _open(self) -> sqlite3.Connection:
        if self.trouble is not None:
            return open_memory(None, self._store)
        with closed_on_failure(open_file(self._path, self._store, min(self._busy_s, _PATIENCE_S))) as connection:
            self._use(connection)
        return connection

    def _use(self, connection: sqlite3.Connection) -> None:
        """Note which file is open now, for work that waits for no lock: it may hold up the event loop."""
        self._inode = _inode(self._path)
        self._log = Log(connection, self._fsync)
        connection.execute("PRAGMA busy_timeout = 0")

    def _fall_back(self, fault: Exception) -> None:
        """Put memory in the file's place, with what can be read of it; empty memory where even that has failed."""
        source, lost, self._meanwhile = None, None, None
        if self.trouble is None:
            self.trouble = sentence(self._path, fault)
            _log.warning("%s", self.trouble)
            self._meanwhile = [] if is_lock(fault) else None
            lost = self._connection
            source = lost if isinstance(fault, FileGone) else self._path
        memory = open_memory(None if self.is_hurried else source, self._store)
        if lost is not None:
            carry_over(lost, memory, self._store)
        self.close()
        self._connection = memory

    def _is_gone(self) -> bool:
        """Whether the path leads to another file than the one that is open, or to none."""
        try:
            return self._inode is not None and self._inode != _inode(self._path)
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False


@contextmanager
def _patient(connection: sqlite3.Connection) -> Generator[None]:
    """Have each statement wait for locks for a while."""
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_S * 1000:.0f}")
    try:
        yield
    finally:
        connection.execute("PRAGMA busy_timeout = 0")


def _inode(path: Path) -> tuple[int, int] | None:
    """Tell a file from others; None where one that is open cannot be deleted."""
    if os.name == "nt":
        return None
    found = path.stat()
    return found.st_dev, found.st_ino


def _free_pages(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA main.freelist_count").fetchone()[0])
