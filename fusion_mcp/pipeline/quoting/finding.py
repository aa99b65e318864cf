"""Finds the quotations of a text that are attributed to a source, in order. Pure.

Block quotations are quotations whatever marks they have; elsewhere quotation marks are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fusion_mcp.links import Known, links_in
from fusion_mcp.pipeline.quoting.attribution import Surroundings, in_paragraph
from fusion_mcp.pipeline.quoting.block_quotations import is_callout, without_signs, words_of
from fusion_mcp.pipeline.quoting.blocks import Block, blocks
from fusion_mcp.pipeline.quoting.mark import MARKS
from fusion_mcp.pipeline.quoting.places import Places, addresses, sentence_borders
from fusion_mcp.pipeline.quoting.quoted import SIGN, quoted
from fusion_mcp.pipeline.quoting.references import with_references
from fusion_mcp.pipeline.quoting.wording import is_worth_checking

_SIGN = re.compile(rf"{SIGN}|>")
"""Stands in every text that quotes; a block quotation begins with the last of these."""


@dataclass(frozen=True, kw_only=True)
class Quotation:
    """The words of a quotation, where it ends in its text, and the addresses that it is attributed to: one at least."""

    text: str
    end: int
    urls: tuple[str, ...]


def quotations(text: str, known: Known) -> Iterator[Quotation]:
    """Find what `text` quotes from somewhere, in order. `known` tells how far an address reaches that stands bare."""
    if not _SIGN.search(text):
        return
    links = Places(links_in(text, known))
    if links.all:
        yield from _Finder(text, with_references(text, links)).all()


class _Finder:
    def __init__(self, text: str, links: Places) -> None:
        self._text = text
        self._links = links
        self._blocks = list(blocks(text))
        self._around = Surroundings(text, self._blocks, links)

    def all(self) -> Iterator[Quotation]:
        index = 0
        while index < len(self._blocks):
            stop = index + 1
            if self._blocks[index].kind == "quotation":
                yield from self._block_quotation(index)
            else:
                stop = self._passage_end(index)
                yield from self._in_passage(range(index, stop))
            index = stop

    def _passage_end(self, index: int) -> int:
        """The end of the paragraphs that follow one another: a quotation may go over the end of one."""
        stop = index + 1
        if self._blocks[index].kind == "paragraph":
            while stop < len(self._blocks) and self._follows(stop):
                stop += 1
        return stop

    def _follows(self, index: int) -> bool:
        """Whether a block is a paragraph with nothing but blank lines above it: code is in no block."""
        between = self._text[self._blocks[index - 1].end : self._blocks[index].start]
        return self._blocks[index].kind == "paragraph" and not between.strip()

    def _in_passage(self, indices: range) -> Iterator[Quotation]:
        passage = (self._blocks[indices[0]].start, self._blocks[indices[-1]].end)
        found = list(quoted(self._text, *passage))
        # What ends within a quotation or an address is no sentence of the answer.
        opaque = [*((start, end) for start, end, _ in found), *self._links.spans(*passage)]
        borders = sentence_borders(self._text, *passage, opaque)
        first = indices[0]
        for start, end, between in found:
            while self._blocks[first].end <= start:
                first += 1
            last = first
            while self._blocks[last].end < end:
                last += 1
            words = _unmarked(between)
            if is_worth_checking(words) and not self._is_title(start, self._blocks[first]):
                urls = self._sources(start, end, first, last, borders)
                if urls:
                    yield Quotation(text=words, end=start + len(_unmarked(self._text[start:end])), urls=urls)

    def _sources(self, start: int, end: int, first: int, last: int, borders: Sequence[int]) -> tuple[str, ...]:
        paragraph = (self._blocks[first].start, self._blocks[last].end)
        near = in_paragraph(start, end, paragraph, self._links, borders)
        return addresses(near or self._around.beside(first, last))

    def _block_quotation(self, index: int) -> Iterator[Quotation]:
        block = self._blocks[index]
        own = self._links.first(block.start, block.end)
        if is_callout(self._text, block):
            return
        near = own or self._around.beside(index, index)
        if not near:
            return
        start, end = words_of(self._text, block, self._links.spans(block.start, block.end))
        said = _unmarked(self._text[start:end])
        words = without_signs(said)
        if is_worth_checking(words):
            yield Quotation(text=words, end=start + len(said), urls=addresses(near))

    def _is_title(self, at: int, block: Block) -> bool:
        """Whether a quotation mark belongs to a link's own syntax, as in [text](address "title")."""
        links = self._links.last(block.start, at, 2)
        return any(at < link.end and "](" in self._text[link.start : at] for link in links)


def _unmarked(words: str) -> str:
    """Leave out the mark of an earlier check."""
    mark = next((mark for mark in MARKS.values() if words.endswith(mark)), "")
    return words.removesuffix(mark).rstrip() if mark else words
