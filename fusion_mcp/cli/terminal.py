"""A terminal to draw on: lines redrawn in place with plain ANSI sequences, cut to its width, whatever they say."""

import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TextIO

from fusion_mcp.cli.rows import Colour, Painted

_COLOURS: Mapping[Colour, str] = {"dim": "\x1b[2m", "green": "\x1b[32m", "red": "\x1b[31m", "plain": ""}
_RESET = "\x1b[0m"
_CLEAR_LINE = "\x1b[2K"


def terminal_on(stream: TextIO | None, environ: Mapping[str, str]) -> "Terminal | None":
    """Give the terminal behind `stream`, or None where redrawing would only make a mess.

    `NO_COLOR` (https://no-color.org) takes the colours away, not the terminal.
    """
    if stream is None or not stream.isatty() or environ.get("TERM", "") == "dumb":
        return None
    if sys.platform == "win32" and "WT_SESSION" not in environ:  # the old console shows the sequences as text
        return None
    return Terminal(stream, coloured=not environ.get("NO_COLOR"))


class Terminal:
    """The rows at the end of a terminal."""

    def __init__(self, stream: TextIO, *, coloured: bool) -> None:
        """Draws on `stream` from where its cursor is."""
        self._stream: TextIO | None = stream
        self._coloured = coloured
        self._drawn = 0

    def redraw(self, lines: Sequence[Painted]) -> None:
        """Put `lines` where the last ones stood; of more than fit, the last. Raises nothing."""
        if self._stream is None or not (lines or self._drawn):
            return
        columns, rows = self._size()
        fitting = lines[-max(rows - 1, 1) :]
        up = f"\x1b[{self._drawn}A" if self._drawn else ""
        body = "".join(f"{_CLEAR_LINE}{self._painted(line, columns - 1)}\n" for line in fitting)
        self._drawn = len(fitting)
        try:
            self._stream.write(f"{up}\r{body}")
            self._stream.flush()
        except OSError:
            self._stream = None

    def print_above(self, text: str) -> None:
        """Write a line that stays, above what is drawn; wrapped by the terminal if it is long. Raises nothing."""
        if self._stream is None:
            return
        up = f"\x1b[{self._drawn}A\r\x1b[J" if self._drawn else ""
        self._drawn = 0
        try:
            self._stream.write(f"{up}{text}\n")
            self._stream.flush()
        except OSError:
            self._stream = None

    def leave(self) -> None:
        """Let what follows stand apart from what was drawn. Raises nothing."""
        if self._drawn:
            self._drawn = 0
            self.print_above("")

    def _size(self) -> os.terminal_size:
        try:
            size = os.get_terminal_size(self._stream.fileno() if self._stream else 2)
        except (OSError, ValueError):
            return os.terminal_size((80, 24))
        return os.terminal_size((size.columns or 80, size.lines or 24))

    def _painted(self, line: Painted, columns: int) -> str:
        pieces: list[str] = []
        for text, colour in line:
            cut = fitting(text, columns)
            columns -= width(cut)
            start = _COLOURS[colour] if self._coloured else ""
            pieces.append(f"{start}{cut}{_RESET}" if start and cut else cut)
        return "".join(pieces)


def width(text: str) -> int:
    """Count the columns that `text` takes: wide characters two, combining ones none."""
    return sum(_columns(character) for character in text)


def fitting(text: str, columns: int) -> str:
    """Cut `text` to what fits into `columns`."""
    if text.isascii():
        return text[: max(columns, 0)]
    for index, character in enumerate(text):
        columns -= _columns(character)
        if columns < 0:
            return text[:index]
    return text


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
