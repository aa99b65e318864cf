"""Removing what a program has left in its folder, whatever it made of it. The program has ended by then.

Nothing is followed: a link is removed as a link. Nothing grows with the tree: a folder's own folders are moved to the
top before it is removed, so that two are open at a time, and no path is longer than a name.
"""

import os
import secrets
import stat
import time
from collections.abc import Iterator
from itertools import count
from shutil import rmtree

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_ALL_RIGHTS = 0o700
_BY_NAMES = os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd and os.listdir in os.supports_fd


def removed(folder: str, *, within_s: float = 60.0) -> str:
    """Remove a folder with all that is in it. Gives a reason where something is left of it; never raises OSError."""
    try:
        if not _BY_NAMES:
            rmtree(folder)
            return ""
        os.chmod(folder, _ALL_RIGHTS)  # noqa: PTH101 - a folder may have been made so that its owner cannot look into it
        _empty(folder, time.monotonic() + within_s)
        os.rmdir(folder)  # noqa: PTH106
    except OSError as error:
        return error.strerror or str(error)
    except RecursionError:
        return "it is too deep"
    return ""


def _empty(folder: str, end: float) -> None:
    unused = secrets.token_hex(16)
    fresh = (f"{unused}{number}" for number in count())
    top = os.open(folder, _FOLDER)
    try:
        while names := os.listdir(top):  # noqa: PTH208 - a path has no room for all trees
            for name in names:
                if time.monotonic() > end:
                    raise TimeoutError(None, "there was too much in it for the time")
                if _is_folder(name, top):
                    _hollow(name, top, fresh)
                    os.rmdir(name, dir_fd=top)
                else:
                    os.unlink(name, dir_fd=top)
    finally:
        os.close(top)


def _hollow(name: str, top: int, fresh: Iterator[str]) -> None:
    """Remove the files of a folder, and move its folders up to the top."""
    os.chmod(name, _ALL_RIGHTS, dir_fd=top)
    folder = os.open(name, _FOLDER, dir_fd=top)
    try:
        for each in os.listdir(folder):  # noqa: PTH208 - as above
            if _is_folder(each, folder):
                os.chmod(each, _ALL_RIGHTS, dir_fd=folder)  # its owner may have to write in it, for it to be moved
                os.rename(each, next(fresh), src_dir_fd=folder, dst_dir_fd=top)
            else:
                os.unlink(each, dir_fd=folder)
    finally:
        os.close(folder)


def _is_folder(name: str, folder: int) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
