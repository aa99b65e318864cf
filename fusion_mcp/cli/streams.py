"""The process's own streams: results to stdout, everything else to stderr, neither ever with a traceback.

A reader that went away (`fusion-mcp presets | head -1`) is not an error: what is left is dropped.
"""

import contextlib
import errno
import io
import os
import sys
from typing import TextIO

_GONE = (errno.EPIPE, errno.EINVAL)  # Windows reports a closed pipe as EINVAL


def prepare() -> None:
    """Make the streams take every character: UTF-8 for programs, a terminal's own encoding where there is one."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")


def show(text: str) -> None:
    """Write a result to stdout, whole."""
    _write(sys.stdout, text if text.endswith("\n") else f"{text}\n")


def say(text: str) -> None:
    """Write a line for the person to stderr; where that cannot be, nothing can."""
    with contextlib.suppress(OSError):
        _write(sys.stderr, f"{text}\n")


def finish() -> None:
    """Flush what argparse wrote, so that the interpreter has nothing left to complain about at its end."""
    _write(sys.stdout, "")


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # started without it, as `>&-` does
        return
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        _mute(stream)
        if error.errno not in _GONE:
            raise OSError(error.errno, error.strerror, "stdout" if stream is sys.stdout else "stderr") from None


def _mute(stream: TextIO) -> None:
    """Send what is still buffered nowhere: the interpreter would try again at its end, and complain."""
    with contextlib.suppress(OSError), open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 not a path
        os.dup2(nowhere.fileno(), stream.fileno())
