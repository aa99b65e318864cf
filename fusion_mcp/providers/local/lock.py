"""One process at a time: an advisory lock on a file, which the operating system drops when its holder dies."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_LOOK_AGAIN_S = 0.2


@contextmanager
def locked(path: Path, *, on_wait: Callable[[], None], within_s: float) -> Generator[None]:
    """Hold the lock, telling `on_wait` now and then while another holds it. Raises TimeoutError after `within_s`."""
    deadline = time.monotonic() + within_s
    with path.open("a+b") as file:
        while not _take(file):
            if time.monotonic() > deadline:
                raise TimeoutError
            on_wait()
            time.sleep(_LOOK_AGAIN_S)
        try:
            yield
        finally:
            _drop(file)


if sys.platform == "win32":
    import msvcrt

    def _take(file: BinaryIO) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _drop(file: BinaryIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _drop(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
