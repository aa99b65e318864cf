"""The nouns: a link in a text, and the edits that take it out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

MARK = "[link removed]"

_WOULD_BIND = "([:"
"""What after a closing bracket would make a link, or the definition of one, of the two."""


class Span(NamedTuple):
    """A piece of a text."""

    start: int
    end: int


class Edit(NamedTuple):
    """A piece of a text, and what stands there instead."""

    start: int
    end: int
    new: str = ""


@dataclass(frozen=True, kw_only=True)
class Link:
    """One link, from `start` to `end` with its text.

    `urls` are the absolute addresses it leads to, decoded; none where it leads to a place nearby. `edits` take it out
    and leave its text; `if_kept` happens to one that may stay, such as an image, which may not. `covers` is where the
    link's own address stands, which is no further link.
    """

    start: int
    end: int
    urls: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    if_kept: tuple[Edit, ...] = ()
    covers: tuple[Span, ...] = ()


def marked(text: str, start: int, end: int) -> Edit:
    """Put the mark in the place of a piece of `text`, so that it makes no link with what stands around it."""
    before = " " if start and text[start - 1] in "]!" else ""
    return Edit(start, end, before + closed(text, end, MARK))


def closed(text: str, end: int, new: str) -> str:
    """Keep `new`, which ends in a bracket, from making a link with what follows at `end`."""
    return f"{new} " if text[end : end + 1] and text[end] in _WOULD_BIND else new


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Carry out `edits`; of two that overlap, the one that begins first, or the longer one."""
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if edit.start >= at:
            pieces += (text[at : edit.start], edit.new)
            at = edit.end
    return "".join((*pieces, text[at:]))
