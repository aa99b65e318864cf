"""Whose words a quotation is said to have: the rules by which a link nearby is its source. Pure.

The nearest counts: the sentence, the paragraph, what introduces it, what follows it and is nothing but an attribution.
Where there is no link in any of these, nobody is quoted.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from fusion_mcp.links import Link
from fusion_mcp.pipeline.quoting.blocks import Block
from fusion_mcp.pipeline.quoting.places import MOST, Places, last_sentence

_SECTION = 3
"""How many paragraphs behind a heading its link may be the source of."""
_DEEPEST = 6
"""How many introductions may introduce one another: an item in an item, under a heading."""
_WORD = re.compile(r"[^\W\d_]+")
ANNOUNCING = r"(?:sources?|from|via|see|cf|quelle|siehe|vgl|fuentes?|font[ei]|voir|bron)"
"""Words before the link of an attribution, for a pattern that ignores case."""
_ANNOUNCED = re.compile(
    rf"\s*+[*_~]{{0,3}}(?:[-\u2013\u2014\u2015(]|{ANNOUNCING}\b|\u51fa\u5178|\u6765\u6e90|\u4f86\u6e90)", re.IGNORECASE
)
_LINK = re.compile(r"\s*+[*_~]{0,3}(?:[<\[\u3010\u2070\u00b9\u00b2\u00b3\u2074-\u2079]|https?:|www\.)", re.IGNORECASE)
MOST_WORDS = 10
"""How many words beside its link an attribution has: a name, a title, a date."""
_MOST_UNANNOUNCED = 3
"""The same where the link itself comes first."""
_LONGEST_ATTRIBUTION = 5_000


class Surroundings:
    """The blocks of a text, each with what introduces it."""

    def __init__(self, text: str, blocks: Sequence[Block], links: Places) -> None:
        self._text = text
        self._blocks = blocks
        self._links = links
        self._leads = _leads(text, blocks)
        self._found: dict[tuple[int, int], Sequence[Link]] = {}
        self._openings: dict[int, int] = {}

    def beside(self, first: int, last: int) -> Sequence[Link]:
        """Give the links that a quotation's blocks, from `first` to `last`, have from those around them."""
        if (first, last) not in self._found:
            before, behind = self._before(first), self._behind(last)
            is_quotation = self._blocks[first].kind == "quotation"
            self._found[first, last] = (behind or before) if is_quotation else (before or behind)
        return self._found[first, last]

    def _before(self, index: int) -> Sequence[Link]:
        """The links of what introduces a block, or of what introduces that."""
        is_quotation = self._blocks[index].kind == "quotation"
        lead = self._leads[index]
        for _ in range(_DEEPEST):
            if lead is None:
                break
            block = self._blocks[lead]
            start = self._opening(lead) if is_quotation else block.start
            if found := self._links.last(start, block.end):
                return found
            if is_quotation and start != block.start:
                break
            lead = self._leads[lead]
        return ()

    def _opening(self, lead: int) -> int:
        """Where the sentence begins that introduces a block quotation; a colon makes it the whole paragraph."""
        if lead not in self._openings:
            block = self._blocks[lead]
            self._openings[lead] = block.start
            if block.kind == "paragraph" and not _ends_in_colon(self._text, block):
                spans = self._links.spans(block.start, block.end)
                self._openings[lead] = last_sentence(self._text, block.start, block.end, spans)
        return self._openings[lead]

    def _behind(self, index: int) -> Sequence[Link]:
        """The links of the next block, where that is nothing but an attribution."""
        if index + 1 == len(self._blocks):
            return ()
        block, following = self._blocks[index], self._blocks[index + 1]
        is_inner = block.kind == "quotation" or (block.kind == "item" and following.indent > block.indent)
        is_new_item = following.kind == "item" and not is_inner
        if following.kind in ("heading", "quotation") or is_new_item:
            return ()
        found = self._links.first(following.start, following.end, MOST)
        return found if found and self._is_attribution(following, found) else ()

    def _is_attribution(self, block: Block, links: Sequence[Link]) -> bool:
        if block.end - block.start > _LONGEST_ATTRIBUTION:
            return False
        if _ANNOUNCED.match(self._text, block.start, block.end):
            most = MOST_WORDS
        elif _LINK.match(self._text, block.start, block.end):
            most = _MOST_UNANNOUNCED
        else:
            return False
        spans = [(link.start, link.end) for link in links]
        return words_beside(self._text, block.start, block.end, spans) <= most


def words_beside(text: str, start: int, end: int, links: Iterable[tuple[int, int]]) -> int:
    """Count the words of a piece of the text that are in none of these links."""
    at, words = start, 0
    for link in (*links, (end, end)):
        words += len(_WORD.findall(text, at, max(at, link[0])))
        at = max(at, link[1])
    return words


def in_paragraph(start: int, end: int, block: tuple[int, int], links: Places, borders: Sequence[int]) -> Sequence[Link]:
    """Give the links in a quotation's sentence, those behind it first; without any, the nearest behind and before."""
    after = bisect_left(borders, end)
    opens = borders[bisect_left(borders, start) - 1] if borders and borders[0] < start else block[0]
    closes = borders[after] if after < len(borders) else block[1]
    chosen = (*links.first(end, closes), *links.last(opens, end))
    return chosen or (*links.first(end, block[1], 1), *links.last(block[0], start, 1))


def _leads(text: str, blocks: Sequence[Block]) -> list[int | None]:
    """What introduces each block: the item above it, a paragraph that ends in a colon, the heading of its section.

    Block quotations are introduced by whatever stands before them.
    """
    leads: list[int | None] = []
    items: list[int] = []
    colon: int | None = None
    heading: int | None = None
    before: int | None = None
    paragraphs = 0
    for index, block in enumerate(blocks):
        if block.kind == "quotation":
            leads.append(before)
            continue
        if block.kind == "heading":
            leads.append(None)
            heading, colon, paragraphs = index, None, 0
            items.clear()
        else:
            while items and blocks[items[-1]].indent >= block.indent:
                items.pop()
            section = heading if paragraphs < _SECTION else None
            leads.append(items[-1] if items else section if colon is None else colon)
            if block.kind == "item":
                items.append(index)
            else:
                paragraphs += 1
                colon = index if _ends_in_colon(text, block) else None
        before = index
    return leads


def _ends_in_colon(text: str, block: Block) -> bool:
    return text[block.start : block.end].rstrip(" \t\n*_").endswith((":", "\uff1a"))
