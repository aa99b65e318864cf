"""Texts as sequences of words, so that a quotation is found whatever marks, dashes and spaces a page sets. Pure.

Nothing but whole words counts, each of them and in order. Where an author leaves words out or puts others in, the
source must go on soon after, and no "not" may get lost on the way.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from fusion_mcp.pipeline.quoting.markup import without_markup
from fusion_mcp.pipeline.quoting.negations import CONTRACTED, NEGATIONS
from fusion_mcp.values import worked_out

LETTER = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Of a script without spaces: Thai, Japanese, Chinese, Korean. Each is a word here."""
_WORDS = re.compile(
    r"[a-z]++(?![^\W\d_])"  # what most words are, and what is seen soonest
    rf"|{LETTER.pattern}"
    r"|(?<!\w)[-\u2212](?=\d)"  # a number's own minus
    r"|\d++(?:[.,:/]\d++)*+"  # a number with what parts it: 1.5 is not 15
    r"|[^\W\d_]++"
    r"|[%\u2030$\u20ac\u00a3\u00a5\u00b0+<>=]"
)
_GROUPED = re.compile(r"\d{1,3}+(?:,\d{3}(?!\d))++(?:[.:/]\d++)*+")
# It begins with its sign, behind which is looked back: so the rest of the text is passed over fast.
HYPHEN = re.compile(r"-(?<=[^\W\d_]-)[ \t]?\n[ \t]*(?=[^\W\d_])")
"""Where a typeset page breaks a word at the end of a line."""
_GAP = re.compile(r"\[([^\[\]]{0,80}+)\]|\.\s?\.\s?\.|[\u2026\u22ef]")
"""What an author puts where words of the source are left out or replaced."""
_CAPITAL = re.compile(r"\[([^\W\d_])\](?=[^\W\d_])")
"""A first letter made small or large, as in [t]he."""
_FEWEST_WORDS, _FEWEST_LETTERS = 3, 8
"""Of what is worth looking up; letters count in scripts without spaces."""
_FEWEST_WORDS_OF_PART, _FEWEST_LETTERS_OF_PART = 2, 4
"""Of what stands between two gaps: one word stands nearly anywhere."""
_WIDEST_GAP = 60
"""Words that may be left out in one place: a few sentences."""
_WIDEST_GAP_CHARACTERS = 1_000
_MOST_TRIES, _MOST_PARTS = 100, 20
"""Places where a part may stand, and parts of a quotation: texts are somebody else's, and the search has to end."""


class Wording:
    """The words of a text, ready to be searched. Places are counted in a spelling of its own."""

    def __init__(self, text: str) -> None:
        plain = without_markup(text)
        whole = HYPHEN.sub("", plain)  # typeset pages break words at the ends of lines, and compounds, too
        self._words = _joined([*words(plain), *(words(whole) if whole != plain else ())])

    def ends(self, part: Sequence[str], most: int) -> list[int]:
        """Give the places behind `part` wherever it stands, the first ones."""
        sought, found = _joined(part), list[int]()
        at = self._words.find(sought)
        while at >= 0 and len(found) < most:
            found.append(at + len(sought) - 1)
            at = self._words.find(sought, at + 1)
        return found

    def ends_behind(self, places: Sequence[int], part: Sequence[str], *, negated: bool) -> list[int]:
        """Give the places behind `part` where it follows soon after one of `places`.

        What stands between must have a negation in it where `negated`, and none where not.
        """
        found: dict[int, None] = {}
        for place in places:
            if len(found) < _MOST_TRIES:
                found.update(dict.fromkeys(self._next(place, _joined(part), negated=negated)))
        return list(found)

    def _next(self, place: int, sought: str, *, negated: bool) -> list[int]:
        limit = place + _WIDEST_GAP_CHARACTERS + len(sought)
        first = bisect_left(self._negations, (place, 0))
        negation = self._negations[first][1] if first < len(self._negations) else len(self._words)
        found: list[int] = []
        at = self._words.find(sought, place, limit)
        while at >= 0 and self._words.count(" ", place, at) <= _WIDEST_GAP:
            if (negation <= at + 1) == negated:
                found.append(at + len(sought) - 1)
            at = self._words.find(sought, at + 1, limit)
        return found

    @worked_out
    def _negations(self) -> list[tuple[int, int]]:
        return [(found.start(), found.end() + 1) for found in _NEGATION.finditer(self._words)]


def words(text: str) -> list[str]:
    """Split a text into its words, numbers and the signs that change them, all in one spelling."""
    # A soft hyphen is invisible within its word, and a minus is no hyphen to Unicode, though authors type one.
    plain = unicodedata.normalize("NFKC", text.replace("\u00ad", "")).casefold().replace("\u2212", "-")
    found = _WORDS.findall(plain)
    return [word.replace(",", "") if "," in word and _GROUPED.fullmatch(word) else word for word in found]


def is_worth_checking(quote: str) -> bool:
    """Whether this is a sentence's worth of words: single words between quotation marks are rarely quotations."""
    return _is_enough(words(without_markup(quote)), _FEWEST_WORDS, _FEWEST_LETTERS)


def is_quoted_in(quote: str, source: Wording) -> bool:
    """Whether the words of a quotation stand in the source, in order, and what is left out changes nothing.

    What an author puts in brackets is no word of the source; too few words between two gaps are nobody's.
    """
    plain = unicodedata.normalize("NFKC", _CAPITAL.sub(r"\1", without_markup(quote)))
    if source.ends(words(plain), 1):
        return True
    parts = _parts(plain)
    if parts is None:
        return False
    places = source.ends(parts[0].words, _MOST_TRIES)
    for part in parts[1:]:
        places = source.ends_behind(places, part.words, negated=part.negated)
    return bool(places)


class _Part(NamedTuple):
    """Words that must follow one another, and whether the author says "not" in brackets before them."""

    words: list[str]
    negated: bool


def _parts(quote: str) -> list[_Part] | None:
    """Cut a quotation where something is left out; None where too little is left to be anybody's words."""
    pieces = _GAP.split(quote)
    parts: list[_Part] = []
    inserted: list[str] = []
    for said, bracket in zip(pieces[::2], [*pieces[1::2], None], strict=True):
        if found := words(said):
            parts.append(_Part(found, negates(inserted)))
            inserted = []
        inserted += words(bracket or "")
    if not parts or len(parts) > _MOST_PARTS or parts[0].negated or negates(inserted):
        return None
    if not all(_is_enough(part.words, _FEWEST_WORDS_OF_PART, _FEWEST_LETTERS_OF_PART) for part in parts):
        return None
    whole = [word for part in parts for word in part.words]
    return parts if _is_enough(whole, _FEWEST_WORDS, _FEWEST_LETTERS) else None


def _is_enough(found: Sequence[str], fewest_words: int, fewest_letters: int) -> bool:
    letters = sum(LETTER.match(word) is not None for word in found)
    return len(found) - letters >= fewest_words or letters >= fewest_letters


def negates(found: Sequence[str]) -> bool:
    """Whether one of these words is a negation."""
    return _NEGATION.search(_joined(found)) is not None


def _joined(found: Sequence[str]) -> str:
    return f" {' '.join(found)} "


# Below the functions, since the list goes through the same spelling as the texts.
_NEGATION = re.compile(
    rf" (?:{'|'.join({' '.join(words(each)): None for line in NEGATIONS for each in line.split()})})(?= )"
    rf"|{' '.join(words(CONTRACTED))}(?= )"
)
"""A negation among words that are joined by spaces."""
