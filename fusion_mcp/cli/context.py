"""Reads text that was named on the command line: a file, or stdin. Size and encoding are checked here."""

import os
import sys
from pathlib import Path

from fusion_mcp.cli.arguments import UsageError
from fusion_mcp.cli.streams import say
from fusion_mcp.request import MAX_CHARACTERS

STDIN = "-"
_MOST_BYTES = 4 * MAX_CHARACTERS  # UTF-8 takes at most four bytes for a character
_TOO_LONG = f"too long; question and context together may have {MAX_CHARACTERS:,} characters"


def read_context(name: str) -> str:
    """Read the text that a question is to be answered from: the file `name`, or stdin for `-`. Raises UsageError."""
    where = "stdin" if name == STDIN else f"context file {name}"
    text = read_given(name, where, what="the context", most_bytes=_MOST_BYTES, too_long=_TOO_LONG)
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"{where}: {_TOO_LONG}")
    return text


def read_given(name: str, where: str, *, what: str, most_bytes: int, too_long: str) -> str:
    """Read the file `name`, or stdin for `-`. Raises UsageError, beginning with `where`, with what is wrong with it.

    `what` is what it should be, as in "the context"; `too_long` is said of more than `most_bytes`.
    """
    raw = _stdin(what, most_bytes) if name == STDIN else _file(Path(name), where, most_bytes)
    if len(raw) > most_bytes:
        raise UsageError(f"{where}: {too_long}")
    return _decoded(raw, where)


def _stdin(what: str, most_bytes: int) -> bytes:
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - so it is when started without one
        raise UsageError(f"stdin: there is none to read {what} from; name a file instead")
    if sys.stdin.isatty():
        say(f"Reading {what} from the terminal; end it with {'Ctrl-Z Return' if os.name == 'nt' else 'Ctrl-D'}.")
    return sys.stdin.buffer.read(most_bytes + 1)


def _file(file: Path, where: str, most_bytes: int) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(most_bytes + 1)
    except FileNotFoundError:
        raise UsageError(f"{where}: there is no such file") from None
    except (OSError, ValueError) as error:
        if isinstance(error, IsADirectoryError) or _is_folder(file):
            raise UsageError(f"{where}: this is a folder; name one text file") from None
        reason = error.strerror if isinstance(error, OSError) else None
        raise UsageError(f"{where}: cannot be read ({reason or 'not a path'})") from None


def _is_folder(file: Path) -> bool:
    """Whether it is one; Windows does not say so when a folder is opened."""
    try:
        return file.is_dir()
    except (OSError, ValueError):
        return False


def _decoded(raw: bytes, where: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: byte {error.start + 1} is not UTF-8 text; give text, saved as UTF-8") from None
    if "\0" in text:
        raise UsageError(f"{where}: this is not text (it has a zero byte)")
    return text
