"""Whether runs can be written down where there is no file of them yet. Leaves nothing behind."""

import errno
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile

_SAMPLE = b"\0" * 65_536

_CAUSES: Mapping[int, tuple[str, str]] = {
    errno.EACCES: ("{folder} may not be written to by this user", "Make it writable"),
    errno.EPERM: ("{folder} may not be written to by this user", "Make it writable"),
    errno.EROFS: ("{folder} is on a read-only file system", "Make that writable"),
    errno.ENOSPC: ("the disk of {folder} is full", "Free some space there"),
    errno.EDQUOT: ("this user's share of the disk of {folder} is used up", "Free some space there"),
    errno.ENOTDIR: ("{folder} is a file where a folder should be", "Move it out of the way"),
}


def why_not_written(folder: Path) -> str | None:
    """Say why nothing can be written into `folder`, which need not be there yet, and what to do; None where it can."""
    there = folder
    while not _exists(there) and there != there.parent:
        there = there.parent
    fault = _fault(there)
    if fault is None:
        return None
    cause, advice = _CAUSES.get(fault.errno or 0, (f"{{folder}} cannot be written to ({fault.strerror})", "Check it"))
    return (
        f"Runs cannot be written down: {cause.format(folder=there)}. {advice}, or name another folder with "
        "FUSION_MCP_HOME; without it they are lost when the process ends, and no other one counts their cost."
    )


def _fault(folder: Path) -> OSError | None:
    try:
        with TemporaryFile(dir=folder) as sample:
            sample.write(_SAMPLE)
            sample.flush()
    except OSError as error:
        return error
    return None


def _exists(folder: Path) -> bool:
    """Whether it is there; what may not even be looked at is."""
    try:
        return folder.exists()
    except OSError:
        return True
