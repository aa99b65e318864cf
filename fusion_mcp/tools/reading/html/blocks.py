"""Paragraphs put together out of words, with what stands before their lines. Pure."""

import re
from dataclasses import dataclass

from fusion_mcp.cleaning import clean

_DEEPEST = 8
"""Lists and quotations that are nested deeper are shown at this depth."""
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_RUNS = re.compile(r" {2,}")
_LONGEST_NUMBER = 9


@dataclass(slots=True)
class _Margin:
    """What stands before the first line of an item or quotation, and before its others."""

    first: str
    others: str
    begun: bool = False


class Blocks:
    """The text as it grows: words are added to a block, and a block is ended.

    `words` are those of the block that is being written, `length` counts the characters so far. What is plain, in ASCII
    and without two spaces in a row, may be put there as it is, and counted.
    """

    def __init__(self) -> None:
        self.words: list[str] = []
        self.length = 0
        self._done: list[str] = []
        self._mark = ""
        self._margins: list[_Margin] = []
        self._lists: list[int | None] = []
        self._link = ""
        self._link_begins = 0
        self._last_was_item = False

    def add(self, text: str) -> None:
        """Add words of the page; their white space counts as one space."""
        if not text.strip(" \n\t"):
            if text:
                self.length += 1
                if self.words:
                    self.words.append(" ")
            return
        on_one_line = text.replace("\n", " ").replace("\t", " ")
        if not (on_one_line.isascii() and on_one_line.isprintable()):
            on_one_line = _BLANKS.sub(" ", clean(text).replace("\xa0", " "))
        elif "  " in on_one_line:
            on_one_line = _RUNS.sub(" ", on_one_line)
        self.words.append(on_one_line)
        self.length += len(on_one_line)

    def add_raw(self, text: str) -> None:
        """Add a mark of ours, or the end of a line."""
        if text:
            self.words.append(text)
            self.length += len(text)

    def begin(self, mark: str) -> None:
        """Let the block that begins here be one line behind `mark`."""
        self._mark = mark

    def end(self) -> None:
        """End the block, if there is anything in it."""
        if self.words:
            if self._link:
                self._close_link()  # of several blocks in a link, the first carries it
            self._end_words()
        self._mark = ""

    def _end_words(self) -> None:
        text = "".join(self.words)
        self._link_begins = 0
        self.words.clear()
        if "  " in text:
            text = _RUNS.sub(" ", text)
        lines = [line for part in text.split("\n") if (line := part.strip())] if "\n" in text else [text.strip()]
        if lines and lines[0]:
            self._put([self._mark + " ".join(lines)] if self._mark else lines)

    def verbatim(self, text: str) -> None:
        """Put code, or other text whose lines and spaces count, between fences."""
        self.end()
        lines = [line.rstrip() for line in text.strip("\n").rstrip().split("\n")]
        if any(lines):
            fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
            self.length += len(text)
            self._put([fence, *lines, fence])

    def table(self, rows: list[list[str]]) -> None:
        """Put a table whose first row is its head."""
        self.end()
        width = max(len(row) for row in rows)
        lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
        lines.insert(1, "|" + " --- |" * width)
        self.length += sum(map(len, lines))
        self._put(lines)

    def push(self, first: str, others: str) -> None:
        """Begin an item or a quotation."""
        self._margins.append(_Margin(first, others))

    def pop(self) -> None:
        """End it."""
        self._margins.pop()

    def begin_list(self, *, numbered: bool, first: str) -> None:
        """Begin a list, whose items are counted from `first` on if they are numbered."""
        start = int(first) if first.isascii() and first.isdigit() and len(first) <= _LONGEST_NUMBER else 1
        self._lists.append(start if numbered else None)

    def bullet(self) -> str:
        """Give the mark of the next item."""
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "

    def end_list(self) -> None:
        """End a list."""
        self._lists.pop()

    def begin_link(self, address: str) -> None:
        """Let the words that follow lead to `address`."""
        if self._link:
            self._close_link()
        self._link, self._link_begins = address, len(self.words)

    def end_link(self) -> None:
        """End the words that lead somewhere."""
        if self._link:
            self._close_link()
        self._link = ""

    def text(self) -> str:
        """Give everything so far."""
        self.end()
        return "".join(self._done)

    def _close_link(self) -> None:
        """Turn the words since the beginning of a link into one; where there are none yet, it goes on."""
        words = "".join(self.words[self._link_begins :])
        if not (shown := words.strip()):
            return
        if "](" not in words and "\n" not in shown and _balanced(self._link):
            self.words[self._link_begins :] = [words.replace(shown, f"[{shown}]({self._link})", 1)]
            self.length += len(self._link)
        self._link = ""

    def _put(self, lines: list[str]) -> None:
        if not self._margins:
            self._done += ["\n\n" if self._done else "", "\n".join(lines)]
            self._last_was_item = False
            return
        margins = self._margins[:_DEEPEST]
        is_item = any(not margin.begun and margin.first != margin.others for margin in margins)
        between = "" if not self._done else "\n" if is_item and self._last_was_item else "\n\n"
        rows = [("".join(map(_before, margins)) + line).rstrip() for line in lines]
        self._done += [between, "\n".join(rows)]
        self._last_was_item = margins[-1].first != margins[-1].others


def _before(margin: _Margin) -> str:
    before = margin.others if margin.begun else margin.first
    margin.begun = True
    return before


def _balanced(address: str) -> bool:
    """Whether Markdown finds the end of `address` where it is."""
    return ("(" not in address and ")" not in address) or (
        address.count("(") == address.count(")") and address.find("(") < address.find(")")
    )
