"""What a process that tests code may reach, and the walls that hold it there. It puts them up around itself. Linux."""

import ctypes
import errno
import os
import signal
import sys
import sysconfig
from collections.abc import Sequence

from fusion_mcp.evaluation.grading.sandbox import landlock, namespaces, seccomp

_SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
_PR_SET_PDEATHSIG = 1
_DEVICES = ("/dev/zero", "/dev/urandom", "/dev/random")


_MEANS = {"landlock": landlock.wall_in, "namespaces": namespaces.wall_in}
"""Tried in this order."""


class CannotWallInError(Exception):
    """This machine has no means to keep code in; the text says which were tried."""


def wall_in(folder: str) -> str:
    """Close everything but Python's library, to be read, and `folder`, to be written. Names the means that were used.

    Raises CannotWallInError; then nothing that is not ours may be run.
    """
    readable, writable = [*_library(), *_DEVICES], [folder, os.devnull]
    try:
        instructions = seccomp.prepared()
        how = _close_files(readable, writable)
        _die_with_parent()
        seccomp.wall_in(instructions)
    except OSError as error:
        raise CannotWallInError(error.strerror or str(error)) from None
    return f"{how}, seccomp"


def _close_files(readable: Sequence[str], writable: Sequence[str]) -> str:
    """Raises OSError where no means is there."""
    tried: list[str] = []
    for name, close in _MEANS.items():
        try:
            close(readable, writable)
        except OSError as error:
            tried.append(error.strerror or str(error))
        else:
            return name
    raise OSError(errno.ENOSYS, "; ".join(tried))


def _die_with_parent() -> None:
    """Let nothing of the code outlive whoever limits its time, however that ends."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
    if os.getppid() != parent:  # it died before the line above, and nobody would send the signal
        os._exit(0)


def _library() -> list[str]:
    """Say where Python's own library is, and what it is linked with: no folder of the person's."""
    paths = sysconfig.get_paths()
    ours = (
        paths["stdlib"],
        paths["platstdlib"],
        sysconfig.get_config_var("LIBDIR"),
        sysconfig.get_config_var("DESTSHARED"),
    )
    found = [path for path in (*ours, f"{sys.base_prefix}/lib", *_SYSTEM) if isinstance(path, str)]
    return [path for path in dict.fromkeys(found) if os.path.isabs(path) and os.path.exists(path)]  # noqa: PTH110, PTH117
