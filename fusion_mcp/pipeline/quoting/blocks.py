"""A text in Markdown as blocks: paragraphs, headings, items and rows, block quotations. Pure; code is left out.

Roughly as https://spec.commonmark.org/0.31.2/ has it: whose words a quotation has does not hang on the finer points.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["paragraph", "heading", "item", "quotation"]

_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s")
# A row of a table is an item, too, and so is an entry of a list of sources: each has links of its own.
_ITEM = re.compile(r"[ \t]*+(?:[-*+]\s|\d{1,3}[.)]\s|\||\[\^?[\w-]{1,40}\]:?[ \t]++\S)")
_INDENT = re.compile(r"[ \t]*+")
HTML_OPENING, HTML_CLOSING = r"<blockquote(?:\s[^<>]{0,2000}+)?>", r"</blockquote\s{0,9}>"
_HTML = re.compile(rf"{HTML_OPENING}(?:[^<]|<(?!/?blockquote\b)){{1,8000}}+{HTML_CLOSING}", re.IGNORECASE)
_HTML_START = re.compile(r"<blockquote[\s>]", re.IGNORECASE)


class Block(NamedTuple):
    """A piece of a text, and how far its first line is set in."""

    start: int
    end: int
    kind: Kind
    indent: int = 0


def blocks(text: str) -> Iterator[Block]:
    """Cut a text into blocks, in order."""
    open_block: Block | None = None
    fence = ""
    for start, end, is_html in _lines(text):
        line = text[start:end]
        mark = None if is_html else _FENCE.match(line)
        kind = None if fence or mark or not line.strip() else "quotation" if is_html else _kind(line)
        if open_block and not _goes_on(open_block, kind, is_html=is_html):
            yield open_block
            open_block = None
        if mark and (not fence or mark[1] == fence):
            fence = "" if fence else mark[1]
        if kind and open_block is None:
            indent = _INDENT.match(line)
            open_block = Block(start, end, kind, len(indent[0].expandtabs(4)) if indent else 0)
        elif kind and open_block:
            open_block = open_block._replace(end=end)
        if is_html and open_block:
            yield open_block
            open_block = None
    if open_block:
        yield open_block


def _lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """Every line, and every block quotation in HTML as one; that is code where it stands in a line with backticks."""
    at = 0
    while at < len(text):
        newline = text.find("\n", at)
        end = len(text) if newline < 0 else newline + 1
        html = next(
            (each for found in _HTML_START.finditer(text, at, end) if (each := _HTML.match(text, found.start()))), None
        )
        if html and "`" not in text[at : html.start()]:
            if html.start() > at:
                yield at, html.start(), False
            yield html.start(), html.end(), True
            at = html.end()
        else:
            yield at, end, False
            at = end


def _kind(line: str) -> Kind:
    if line.lstrip()[:1] == ">":
        return "quotation"
    if _HEADING.match(line):
        return "heading"
    return "item" if _ITEM.match(line) else "paragraph"


def _goes_on(block: Block, kind: Kind | None, *, is_html: bool) -> bool:
    """Whether a line belongs to the block above it."""
    if kind is None or is_html or block.kind == "heading":
        return False
    return kind == block.kind == "quotation" or (kind == "paragraph" and block.kind in ("paragraph", "item"))
