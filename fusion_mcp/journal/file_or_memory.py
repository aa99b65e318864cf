"""Where the tables are: in the file, or in memory while it cannot be used. Used by one thread at a time."""

import logging
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from fusion_mcp.config import Store
from fusion_mcp.journal.connection import carry_over, closed_on_failure, open_file, open_memory
from fusion_mcp.journal.migrations import NewerFile
from fusion_mcp.journal.trouble import FileGone, is_lock, sentence

_log = logging.getLogger(__name__)

Job = Callable[[sqlite3.Connection], Any]

Effect = Literal["reads", "writes", "lasts"]
"""What a transaction leaves behind: nothing, what outlives this process, or what survives a power cut, too."""

_PLACES = 3  # the file, what could be copied of it, and empty memory
_PATIENCE_S = 1.0  # how long one attempt waits for a lock, and so how soon it is noticed that there is no more time
_GLANCE_S = 0.05
_LOOK_AGAIN_S = 0.02
_MOST_MEANWHILE = 5_000
_PAGES_AT_ONCE = 256
_BROKEN = (sqlite3.Error, OSError, NewerFile, FileGone)


class FileOrMemory:
    """The connection to whatever has the tables now, opened by the first work.

    A lock of another program is waited for, for `busy_s`. Any other fault of the disk, and a lock that stays, puts
    memory in the file's place; what happens there while the file is locked is entered once it is not. `trouble` is a
    sentence for the person meanwhile. The file itself is never deleted or renamed.
    """

    def __init__(self, path: Path, store: Store, busy_s: float) -> None:
        self.trouble: str | None = None
        self.is_hurried = False
        self._path = path
        self._store: Store = store
        self._busy_s = busy_s
        self._connection: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None
        self._meanwhile: list[Job] | None = None

    @property
    def is_locked_out(self) -> bool:
        """Whether memory serves only until the file is not locked any more."""
        return self._meanwhile is not None

    def carry_out(self, work: Job, effect: Effect) -> None:
        """Do `work` in one transaction, wherever that is possible. Raises what goes wrong even in empty memory."""
        for _ in range(_PLACES - 1):
            try:
                return self._carry_out_patiently(work, effect)
            except _BROKEN as fault:
                self._fall_back(fault)
        return self._transact(work, effect)

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
                inode = _inode(self._path)
                file.execute("BEGIN IMMEDIATE")
                for job in self._meanwhile:
                    do_again(job, file)
                file.execute("COMMIT")
                file.execute(f"PRAGMA busy_timeout = {self._attempt_s * 1000:.0f}")
        except _BROKEN:
            self.trouble = trouble
            return
        if self._connection is not None:
            carry_over(self._connection, file, self._store)
        self.close()
        self._connection, self._inode, self._meanwhile = file, inode, None
        _log.info("The journal %s is written again, with what has happened meanwhile.", self._path)

    def vacuum(self) -> bool:
        """Give some of the room of what was deleted back to the disk. Says whether there is more."""
        if self._connection is None:
            return False
        try:
            before = _free_pages(self._connection)
            # As a script, since `execute` ends after one page.
            self._connection.executescript(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
            return 0 < _free_pages(self._connection) < before
        except sqlite3.Error:
            return False  # others may be busy

    def checkpoint(self) -> None:
        """Leave nothing of what was deleted in the file's log."""
        if self._connection is not None:
            with suppress(sqlite3.Error):  # others may be reading
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def close(self) -> None:
        """Close the connection; later work would open it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = self._inode = None

    @property
    def _attempt_s(self) -> float:
        return min(self._busy_s, _PATIENCE_S)

    def _carry_out_patiently(self, work: Job, effect: Effect) -> None:
        deadline = time.monotonic() + self._busy_s
        while True:
            try:
                return self._transact(work, effect)
            except sqlite3.Error as fault:
                if not is_lock(fault) or self.is_hurried or time.monotonic() > deadline:
                    raise
            time.sleep(_LOOK_AGAIN_S)  # some locks are reported at once, whatever the time limit

    def _transact(self, work: Job, effect: Effect) -> None:
        connection = self._connection = self._connection or self._open()
        if self._is_gone():
            raise FileGone
        if effect != "reads":
            # The log is synced as a whole: what lasts makes all last that was written before it.
            # As a script, since `execute` may keep the statement, and its effect comes with its compilation.
            connection.executescript(f"PRAGMA main.synchronous = {'FULL' if effect == 'lasts' else 'NORMAL'}")
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
        with closed_on_failure(open_file(self._path, self._store, self._attempt_s)) as connection:
            self._inode = _inode(self._path)
        return connection

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


def _inode(path: Path) -> tuple[int, int] | None:
    """Tell a file from others; None where one that is open cannot be deleted."""
    if os.name == "nt":
        return None
    found = path.stat()
    return found.st_dev, found.st_ino


def _free_pages(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA main.freelist_count").fetchone()[0])
