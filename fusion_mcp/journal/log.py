"""SQLite's log of what was written and is not in the file proper yet (sqlite.org/walformat.html)."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

_LONG_BYTES = 8_000_000


class Log:
    """The log of an open connection. It may be synced beside whatever is written."""

    def __init__(self, connection: sqlite3.Connection, fsync: Callable[[int], None]) -> None:
        """Find it, wherever a link has led its file."""
        self.fault: OSError | None = None
        """What the disk said when it lost something."""
        self._path = Path(f"{connection.execute('PRAGMA database_list').fetchone()[2]}-wal")
        self._fsync = fsync

    def sync(self) -> bool:
        """Have the disk take what is in it. Says whether it has become long."""
        try:
            log = self._path.open("r+b", buffering=0)
        except OSError:  # all is in the file proper; or too many files are open, and a later sync makes up for it
            return False
        with log:
            try:
                self._fsync(log.fileno())
            except OSError as fault:
                self.fault = fault
            return os.fstat(log.fileno()).st_size > _LONG_BYTES
