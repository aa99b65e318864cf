"""Advisory locks on open files, which the operating system drops when their holder dies. Nothing here waits."""

import sys
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt

    def take(file: BinaryIO) -> bool:
        """Take the lock at once; false where another open file holds it. OSError where there are no locks."""
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def drop(file: BinaryIO) -> None:
        """Give the lock back."""
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl  # `flock`, since a lock by `lockf` ends when its process closes the file through any other handle

    def take(file: BinaryIO) -> bool:
        """Take the lock at once; false where another open file holds it. OSError where there are no locks."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def drop(file: BinaryIO) -> None:
        """Give the lock back."""
        fcntl.flock(file, fcntl.LOCK_UN)
