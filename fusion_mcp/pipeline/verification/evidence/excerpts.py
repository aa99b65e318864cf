"""Which parts of the retrieved pages a verifier reads, pure: those that share most words with the claims.

The same for the same pages and claims. A page of which nothing matches is not shown; a quotation from it counts all
the same, since the whole page is looked up.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fusion_mcp.cleaning import one_line
from fusion_mcp.pipeline.verification.claims.telling import significant_numbers, telling_words
from fusion_mcp.pipeline.verification.evidence.exhibits import Exhibit

MOST_CHARACTERS = 24_000
COMPACT_CHARACTERS = 4_000
_WINDOW = 700
"""Characters: a paragraph, so that what is said before and after a figure is shown with it."""
_FIGURE_COUNTS = 2
"""What a shared figure counts, where a word counts one."""
_LEAST_SCORE = 2
"""One word in common is chance, unless the claim has hardly more."""
_URL = 300
_GAP = "\n[…]\n"


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """Parts of one page, in its order."""

    label: str
    url: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Window:
    """A piece of a page, and the words that tell what it is about."""

    exhibit: Exhibit
    place: tuple[int, int]
    text: str
    words: frozenset[str]


def windows_of(row: Sequence[Exhibit]) -> tuple[Window, ...]:
    """Cut the pages among these exhibits into windows. Slow where there is much to read, so do it once."""
    return tuple(_windows([exhibit for exhibit in row if exhibit.kind == "page"]))


def excerpts(windows: Sequence[Window], claims: Sequence[str], most: int) -> tuple[Excerpt, ...]:
    """Choose windows for the claims in turn, each claim's best one first, until `most` characters are reached."""
    ranked = [_ranked(claim, windows) for claim in claims]
    chosen: dict[tuple[int, int], Window] = {}
    used = 0
    for turn in range(max(map(len, ranked), default=0)):
        for ranking in ranked:
            window = ranking[turn] if turn < len(ranking) else None
            if window is None or window.place in chosen:
                continue
            needed = len(window.text) + len(_GAP) + _URL
            if used + needed <= most:
                chosen[window.place] = window
                used += needed
    return tuple(_joined([chosen[place] for place in sorted(chosen)]))


def _windows(pages: Sequence[Exhibit]) -> Iterator[Window]:
    for number, page in enumerate(pages):
        for place, part in enumerate(_parts(page.text)):
            yield Window(exhibit=page, place=(number, place), text=part, words=telling_words(part))


def _parts(text: str) -> Iterator[str]:
    """Cut a text into windows, where a line or a sentence ends if there is one."""
    at = 0
    while at < len(text):
        end = min(at + _WINDOW, len(text))
        if end < len(text):
            # Only in the second half, so that no window is nearly empty.
            ends = [found.end() for found in re.finditer(r"\n+|[.!?。！？]\s", text[at + _WINDOW // 2 : end])]
            end = at + _WINDOW // 2 + ends[-1] if ends else end
        if part := text[at:end].strip():
            yield part
        at = end


def _ranked(claim: str, windows: Sequence[Window]) -> list[Window]:
    """The windows that share words with a claim, the best first; figures tell more than words."""
    sought, figures = telling_words(claim), significant_numbers(claim)

    def score(window: Window) -> int:
        shared = sought & window.words
        return len(shared) + (_FIGURE_COUNTS - 1) * len(shared & figures)

    scored = [(score(window), window) for window in windows]
    least = 1 if len(sought) <= _LEAST_SCORE else _LEAST_SCORE
    matching = [each for each in scored if each[0] >= least]
    return [window for _, window in sorted(matching, key=lambda each: (-each[0], each[1].place))]


def _joined(windows: Sequence[Window]) -> Iterator[Excerpt]:
    pages = dict.fromkeys(window.exhibit.label for window in windows)
    for label in pages:
        mine = [window for window in windows if window.exhibit.label == label]
        text = "".join(
            part if index == 0 else f"{_separator(mine[index - 1], mine[index])}{part}"
            for index, part in enumerate(window.text for window in mine)
        )
        yield Excerpt(label=label, url=one_line(mine[0].exhibit.url, _URL), text=text)


def _separator(before: Window, after: Window) -> str:
    return "\n" if after.place[1] == before.place[1] + 1 else _GAP
