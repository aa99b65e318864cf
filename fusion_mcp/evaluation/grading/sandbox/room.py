"""The room that a program takes on the disk: what lies in its folder, and what it has written. It removes nothing.

Neither is enough alone. A file that is unlinked while it is open or mapped lies in no folder; a name without a byte is
not written to a file.
"""

import errno
import os
import re
from contextlib import suppress
from pathlib import Path

_OF_A_NAME = 4096
"""What a name takes on the disk at least, for so many empty files would fill one, too."""
_DEEPEST = 64
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_WRITTEN = re.compile(rb"^(?:wchar|write_bytes): (\d+)$", re.MULTILINE)
_CHANGED = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


class _TooDeepError(Exception):
    """Folders within folders, beyond what is looked through."""


def excess(folder: str, process: int, most: int) -> str:
    """Say in which way a running program takes more than `most` bytes, or hides what it takes; else nothing."""
    try:
        taken = _in_folder(folder, most)
    except _TooDeepError:
        return f"its folders were nested more than {_DEEPEST} deep"
    except PermissionError:
        return "it made a folder that cannot be looked into"
    if taken > most:
        return f"its files took more than {most:,} bytes"
    return f"it wrote more than {most:,} bytes" if _written(process) > most else ""


def _in_folder(folder: str, most: int) -> int:
    """Add up a folder, until it is more than `most`. Paths may be too long to be opened: each step is one name."""
    if os.scandir not in os.supports_fd:
        return _by_paths(folder)
    opened = os.open(folder, _FOLDER)
    try:
        return _in_opened(opened, most, _DEEPEST)
    finally:
        os.close(opened)


def _in_opened(folder: int, most: int, deeper: int) -> int:
    if not deeper:
        raise _TooDeepError
    total = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            total += _OF_A_NAME + _of_entry(entry)
            if total > most:
                break
            if entry.is_dir(follow_symlinks=False):
                total += _in_folder_of(folder, entry.name, most - total, deeper - 1)
    return total


def _in_folder_of(folder: int, name: str, most: int, deeper: int) -> int:
    try:
        opened = os.open(name, _FOLDER, dir_fd=folder)
    except OSError as error:
        if error.errno in _CHANGED:  # the program goes on meanwhile; the next look finds what it has become
            return 0
        raise
    try:
        return _in_opened(opened, most, deeper)
    finally:
        os.close(opened)


def _by_paths(folder: str) -> int:
    """Add up a folder where the platform opens nothing by a name within it."""
    total = 0
    for place, folders, files in os.walk(folder):
        total += _OF_A_NAME * (len(folders) + len(files))
        for name in files:
            with suppress(OSError):  # it is gone
                total += Path(place, name).lstat().st_size
    return total


def _of_entry(entry: "os.DirEntry[str]") -> int:
    with suppress(FileNotFoundError):  # it is gone
        return getattr(entry.stat(follow_symlinks=False), "st_blocks", 0) * 512
    return 0


def _written(process: int) -> int:
    """Give the bytes that a process has written, by calls or through memory; 0 where the platform does not count."""
    try:
        counted = Path(f"/proc/{process}/io").read_bytes()
    except OSError:
        return 0
    return max((int(number) for number in _WRITTEN.findall(counted)), default=0)
