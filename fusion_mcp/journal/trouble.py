"""What to tell the person when the journal's file cannot be used."""

import errno
import sqlite3
from pathlib import Path

from fusion_mcp.journal.migrations import NewerFile


class FileGone(Exception):
    """The file that is open is not at its path any more."""


_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_CAUSES: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: ("the disk is full", "Free some space there"),
    sqlite3.SQLITE_READONLY: ("it is read-only", "Make the file and its folder writable"),
    sqlite3.SQLITE_PERM: ("access is denied", "Make the file and its folder writable"),
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened",
        "Make sure that this is a file, in a folder that you may write to",
    ),
    sqlite3.SQLITE_NOTADB: ("it is not a database", "Move it out of the way"),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "Move it out of the way"),
    sqlite3.SQLITE_IOERR: ("the disk cannot be read or written", "Check the disk and its free space"),
}
_SYSTEM: dict[int, tuple[str, str]] = {
    errno.EACCES: ("access is denied", "Make its folder writable, or name another with FUSION_MCP_HOME"),
    errno.EPERM: ("access is denied", "Make its folder writable, or name another with FUSION_MCP_HOME"),
    errno.EROFS: ("its disk is read-only", "Make that writable, or name another folder with FUSION_MCP_HOME"),
    errno.ENOSPC: _CAUSES[sqlite3.SQLITE_FULL],
    errno.EDQUOT: _CAUSES[sqlite3.SQLITE_FULL],
    errno.EEXIST: ("a file stands where its folder should be", "Move that file out of the way"),
    errno.ENOTDIR: ("a file stands where its folder should be", "Move that file out of the way"),
    errno.ENOENT: ("its folder cannot be made", "Name another folder with FUSION_MCP_HOME"),
}


def is_lock(fault: Exception) -> bool:
    """Whether nothing is wrong but that somebody else has the file just now."""
    return getattr(fault, "sqlite_errorcode", 0) & 0xFF in _LOCKED


def sentence(path: Path, fault: Exception) -> str:
    """Say what is wrong with the file, what that means, and what to do."""
    then = "then start fusion-mcp again"
    if is_lock(fault):
        cause, advice = "another program keeps it locked", "Close what has it open (fusion-mcp doctor names it)"
        then = "and it is used again from the next question on"
    elif isinstance(fault, FileGone):
        cause, advice = "it was deleted or replaced while in use", "Make sure that nothing else does that"
    elif isinstance(fault, NewerFile):
        cause, advice = "it was written by a later version", "Update fusion-mcp (the package fusion-mcp-server)"
    elif isinstance(fault, OSError):
        unknown = (fault.strerror or "it cannot be opened").lower()
        advice = "Make sure that this is a file, in a folder that you may write to"
        cause, advice = _SYSTEM.get(fault.errno or 0, (unknown, advice))
    else:
        code = getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        cause, advice = _CAUSES.get(code, ("it cannot be used", "Move it out of the way"))
    return (
        f"The journal {path} is not written: {cause}. Runs are carried out, but what happens from now on is lost when "
        f"this process ends, and other processes do not count its spending. {advice}, {then}."
    )
