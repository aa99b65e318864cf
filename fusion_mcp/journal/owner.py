"""The lock that shows whether a process still lives: a file of its own, held for as long as it carries out runs."""

import os
import secrets
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from fusion_mcp import locks

_FORGOTTEN_S = 86_400.0


class Owner:
    """This process, as other processes see it: a random token, and a locked file of that name."""

    def __init__(self, folder: Path) -> None:
        self.token = secrets.token_hex(8)
        self._folder = folder
        self._file: BinaryIO | None = None

    def show(self) -> bool:
        """Make and lock the file; false where that cannot be done, so that only the lease tells of our death."""
        if self._file is not None:
            return True
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = open(_path(self._folder, self.token), "a+b", opener=partial(os.open, mode=0o600))  # noqa: SIM115
        except OSError:
            return False
        try:
            is_locked = locks.take(file)
        except OSError:
            is_locked = False
        if is_locked:
            self._file = file
        else:
            file.close()
        return is_locked

    def vanish(self) -> None:
        """Give the lock back and remove the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
            with suppress(OSError):
                _path(self._folder, self.token).unlink(missing_ok=True)


def has_vanished(folder: Path, token: str) -> bool:
    """Whether the process that locked the file of this token is gone; what it left is removed."""
    path = _path(folder, token)
    try:
        with path.open("r+b") as file:
            if not locks.take(file):
                return False
            locks.drop(file)
    except FileNotFoundError:
        return True
    except OSError:
        return False  # its lease will tell
    with suppress(OSError):
        path.unlink(missing_ok=True)
    return True


def remove_forgotten(folder: Path) -> None:
    """Remove the files of processes that died a day and longer ago, and that nobody has asked after since."""
    with suppress(OSError):
        for path in folder.glob("*.lock"):
            if time.time() - path.stat().st_mtime > _FORGOTTEN_S:
                has_vanished(folder, path.stem)


def _path(folder: Path, token: str) -> Path:
    return folder / f"{token}.lock"
