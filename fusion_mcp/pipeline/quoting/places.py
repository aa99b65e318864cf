"""Links by their places in a text, and the sentences that they stand in. Pure."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from fusion_mcp.links import Link

_SENTENCE_END = re.compile(r"(?<![.!?])[.!?]++[\"\u201d\u2019\u00bb)\]]*+(?=\s)|[\u3002\uff01\uff1f]")
_CLOSING = " \t\n.!?*_\"'\u2026\u201d\u2019\u00bb)]:\u3002\uff01\uff1f"

MOST = 8
"""How many links may be the source of one quotation."""


class Places:
    """Links in the order of their beginnings, each with an address."""

    def __init__(self, links: Iterable[Link]) -> None:
        self.all = sorted((link for link in links if link.urls), key=lambda link: link.start)
        self._starts = [link.start for link in self.all]

    def first(self, start: int, end: int, most: int = MOST) -> Sequence[Link]:
        """Give the first links that begin within a piece of the text."""
        low = bisect_left(self._starts, start)
        return self.all[low : min(bisect_left(self._starts, end), low + most)]

    def last(self, start: int, end: int, most: int = MOST) -> Sequence[Link]:
        """Give the last links that begin within a piece of the text."""
        high = bisect_left(self._starts, end)
        return self.all[max(bisect_left(self._starts, start), high - most) : high]

    def spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """Where all links lie that begin within a piece of the text."""
        found = self.all[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
        return [(link.start, link.end) for link in found]


def addresses(links: Iterable[Link]) -> tuple[str, ...]:
    """Name what links lead to, each address once."""
    return tuple(dict.fromkeys(url for link in links for url in link.urls))[:MOST]


def sentence_borders(text: str, start: int, end: int, opaque: Iterable[tuple[int, int]]) -> list[int]:
    """Where sentences end, but for the ends that stand within a quotation or a link."""
    spans = sorted(opaque)
    borders: list[int] = []
    next_span = 0
    for found in _SENTENCE_END.finditer(text, start, end):
        while next_span < len(spans) and spans[next_span][1] <= found.start():
            next_span += 1
        if next_span == len(spans) or found.start() < spans[next_span][0]:
            borders.append(found.start())
    return borders


def last_sentence(text: str, start: int, end: int, opaque: Iterable[tuple[int, int]]) -> int:
    """Where the last sentence of a piece of the text begins."""
    stop = start + len(text[start:end].rstrip(_CLOSING))
    borders = sentence_borders(text, start, stop, opaque)
    return borders[-1] if borders else start
