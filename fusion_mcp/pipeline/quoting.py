"""The quotations of a text in Markdown, and the links that each is attributed to. Pure, and linear in the text.

Attributed are words between quotation marks to the links of their sentence, or the nearest of their paragraph where
that has none; a block quotation to the links in it, behind it or before it. Code quotes nothing.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fusion_mcp.links import Known, Link, links_in
from fusion_mcp.pipeline.wording import is_worth_checking

_LONGEST = 4_000
_MOST_SOURCES = 8
_AROUND_LINKS = " ([<*_>\n\t-\u2013\u2014"
"""What stands between a block quotation's last word and the link to its source."""
_QUOTED = re.compile(
    "|".join(
        rf"{opening}([^{stop}]{{1,{_LONGEST}}}+){closing}"
        for opening, stop, closing in (
            ("\u201c", "\u201c\u201d", "\u201d"),
            ("\u201e", "\u201c\u201d\u201e", "[\u201c\u201d]"),
            ("\u00ab", "\u00ab\u00bb", "\u00bb"),
            ("\u00bb", "\u00ab\u00bb", "\u00ab"),
            ("\u300c", "\u300c\u300d", "\u300d"),
            (r'(?<![\w"])"(?=\S)', '"', r'(?<=\S)"(?!\w)'),
        )
    )
)
_TICKS = re.compile(r"`++")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_OWN_BLOCK = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)]|#{1,6}|\|)\s")
_SENTENCE_END = re.compile(r"[.!?]++[\"\u201d\u2019\u00bb)\]]*+(?=\s)|[\u3002\uff01\uff1f]")
_ATTRIBUTION = re.compile(r"\s*(?:[-\u2013\u2014(\[<*_]|https?:|sources?\b|from\b|via\b)", re.IGNORECASE)
_QUOTE_PREFIX = re.compile(r"^\s{0,3}>\s?", re.MULTILINE)
_DASH_LINE = re.compile(r"(?:\n|^)\s*[-\u2013\u2014]{1,2}\s[^\n]*\Z")


@dataclass(frozen=True, kw_only=True)
class Quotation:
    """The words of a quotation, where it ends in its text, and the addresses that it is attributed to: one at least."""

    text: str
    end: int
    urls: tuple[str, ...]


class _Block(NamedTuple):
    start: int
    end: int
    is_quotation: bool


def quotations(text: str, known: Known) -> Iterator[Quotation]:
    """Find what `text` quotes from somewhere, in order. `known` tells how far an address reaches that stands bare."""
    links = _Links([link for link in links_in(text, known) if link.urls])
    blocks = list(_blocks(text)) if links else []
    for index, block in enumerate(blocks):
        if block.is_quotation:
            yield from _block_quotation(text, blocks, index, links)
        else:
            yield from _in_prose(text, block, links)


class _Links:
    """Links in the order of their beginnings, found by their place."""

    def __init__(self, links: Sequence[Link]) -> None:
        self._links = links
        self._starts = [link.start for link in links]

    def __len__(self) -> int:
        return len(self._links)

    def between(self, start: int, end: int) -> Sequence[Link]:
        """Give the links that begin within a piece of the text."""
        return self._links[bisect_left(self._starts, start) : bisect_left(self._starts, end)]


def _blocks(text: str) -> Iterator[_Block]:
    """Cut a text into paragraphs, items, rows and block quotations; code is left out."""
    start, end, was_quotation, fence = 0, 0, False, ""
    at = 0
    for line in text.splitlines(keepends=True):
        begins, at = at, at + len(line)
        mark = _FENCE.match(line)
        is_quotation = line.lstrip()[:1] == ">"
        if fence or mark or not line.strip() or is_quotation != was_quotation or _OWN_BLOCK.match(line):
            if end > start:
                yield _Block(start, end, was_quotation)
            start = end = begins
        if mark and (not fence or mark[1] == fence):
            fence = "" if fence else mark[1]
            continue
        if not fence and line.strip():
            end, was_quotation = at, is_quotation
    if end > start:
        yield _Block(start, end, was_quotation)


def _in_prose(text: str, block: _Block, links: _Links) -> Iterator[Quotation]:
    near = links.between(block.start, block.end)
    if not near:
        return
    code = _code(text, block)
    found = [quote for quote in _QUOTED.finditer(text, block.start, block.end) if not _is_inside(quote.start(), code)]
    borders = _sentence_borders(text, block, [*(quote.span() for quote in found), *((x.start, x.end) for x in near)])
    for quote in found:
        words = next(words for words in quote.groups() if words is not None)
        if is_worth_checking(words) and not _is_title(text, quote.start(), block, links):
            urls = _attributed(quote.start(), quote.end(), block, links, borders)
            yield Quotation(text=words, end=quote.end(), urls=urls)


def _code(text: str, block: _Block) -> list[tuple[int, int]]:
    """Where code stands within a paragraph: between two runs of backticks of one length."""
    runs = [run.span() for run in _TICKS.finditer(text, block.start, block.end)]
    closing: dict[int, int] = {}
    partner: list[int | None] = [None] * len(runs)
    for index in range(len(runs) - 1, -1, -1):
        length = runs[index][1] - runs[index][0]
        partner[index] = closing.get(length)
        closing[length] = index
    spans: list[tuple[int, int]] = []
    index = 0
    while index < len(runs):
        end = partner[index]
        if end is not None:
            spans.append((runs[index][0], runs[end][1]))
        index = index + 1 if end is None else end + 1
    return spans


def _sentence_borders(text: str, block: _Block, opaque: Sequence[tuple[int, int]]) -> list[int]:
    """Where sentences end, but for the ends that stand within a quotation or a link."""
    spans = sorted(opaque)
    borders: list[int] = []
    next_span = 0
    for end in _SENTENCE_END.finditer(text, block.start, block.end):
        while next_span < len(spans) and spans[next_span][1] <= end.start():
            next_span += 1
        if next_span == len(spans) or end.start() < spans[next_span][0]:
            borders.append(end.start())
    return borders


def _attributed(start: int, end: int, block: _Block, links: _Links, borders: Sequence[int]) -> tuple[str, ...]:
    """The addresses in a quotation's sentence, those behind it first; without any, the nearest behind and before."""
    after = bisect_left(borders, end)
    opens = borders[bisect_left(borders, start) - 1] if borders and borders[0] < start else block.start
    closes = borders[after] if after < len(borders) else block.end
    chosen = (*links.between(end, closes), *links.between(opens, end))
    if not chosen:
        chosen = (*links.between(end, block.end)[:1], *links.between(block.start, start)[-1:])
    return _addresses(chosen)


def _block_quotation(text: str, blocks: Sequence[_Block], index: int, links: _Links) -> Iterator[Quotation]:
    block = blocks[index]
    own = links.between(block.start, block.end)
    quoted = text[block.start : own[0].start if own else block.end].rstrip(_AROUND_LINKS)
    words = _DASH_LINE.sub("", _QUOTE_PREFIX.sub("", quoted))
    near = own or _links_beside(text, blocks, index, links)
    if near and is_worth_checking(words):
        yield Quotation(text=words, end=block.start + len(quoted), urls=_addresses(near))


def _links_beside(text: str, blocks: Sequence[_Block], index: int, links: _Links) -> Sequence[Link]:
    """The links of an attribution right behind a block quotation, or of a sentence before it that ends in a colon."""
    if index + 1 < len(blocks) and _ATTRIBUTION.match(text, blocks[index + 1].start):
        behind = links.between(blocks[index + 1].start, blocks[index + 1].end)
        if behind:
            return behind
    if index and text[blocks[index - 1].start : blocks[index - 1].end].rstrip().endswith(":"):
        return links.between(blocks[index - 1].start, blocks[index - 1].end)
    return ()


def _addresses(links: Sequence[Link]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(url for link in links[:_MOST_SOURCES] for url in link.urls))


def _is_title(text: str, at: int, block: _Block, links: _Links) -> bool:
    """Whether a quotation mark belongs to a link's own syntax, as in [text](address "title")."""
    return any(at < link.end and "](" in text[link.start : at] for link in links.between(block.start, at)[-2:])


def _is_inside(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a place lies within one of these spans, which are in order and apart."""
    index = bisect_right(spans, (at, len(spans) + at)) - 1
    return index >= 0 and at < spans[index][1]
