"""Reads the text that a question is to be answered from: a file, or stdin. Size and encoding are checked here."""

import os
import sys
from pathlib import Path

from fusion_mcp.cli.arguments import UsageError
from fusion_mcp.cli.streams import say
from fusion_mcp.request import MAX_CHARACTERS

STDIN = "-"
_MOST_BYTES = 4 * MAX_CHARACTERS  # UTF-8 takes at most four bytes for a character


def read_context(name: str) -> str:
    """Read the file `name`, or stdin for `-`. Raises UsageError with what is wrong with it."""
    where = "stdin" if name == STDIN else f"context file {name}"
    return _decoded(_stdin() if name == STDIN else _file(Path(name), where), where)


def _stdin() -> bytes:
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - so it is when started without one
        raise UsageError("stdin: there is none to read the context from; name a file instead")
    if sys.stdin.isatty():
        say(f"Reading the context from the terminal; end it with {'Ctrl-Z Return' if os.name == 'nt' else 'Ctrl-D'}.")
    return sys.stdin.buffer.read(_MOST_BYTES + 1)


def _file(file: Path, where: str) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"{where}: there is no such file") from None
    except (OSError, ValueError) as error:
        if file.is_dir():
            raise UsageError(f"{where}: this is a folder; name one text file") from None
        reason = error.strerror if isinstance(error, OSError) else None
        raise UsageError(f"{where}: cannot be read ({reason or 'not a path'})") from None


def _decoded(raw: bytes, where: str) -> str:
    if len(raw) > _MOST_BYTES:
        raise UsageError(_too_long(where))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: byte {error.start + 1} is not UTF-8 text; give text, saved as UTF-8") from None
    if "\0" in text:
        raise UsageError(f"{where}: this is not text (it has a zero byte)")
    if len(text) > MAX_CHARACTERS:
        raise UsageError(_too_long(where))
    return text


def _too_long(where: str) -> str:
    return f"{where}: too long; question and context together may have {MAX_CHARACTERS:,} characters"
