"""Texts as sequences of words, so that a quotation is found whatever marks, dashes and spaces a page sets. Pure.

Nothing but whole words counts, each of them and in order: one that is left out or put in, a "not" above all, makes
another sentence.
"""

import re
import unicodedata

_WORDS = re.compile(
    r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"  # scripts without spaces: each letter
    r"|(?<!\w)[-\u2212](?=\d)"  # a number's own minus
    r"|\d++(?:[.,:/]\d++)*+"  # a number with what parts it: 1.5 is not 15
    r"|[^\W\d_]++"
    r"|[%\u2030$\u20ac\u00a3\u00a5\u00b0+<>=]"
)
_WITHOUT_SPACES = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEFT_OUT = re.compile(r"\[[^\[\]\n]{0,80}\]|\.\s?\.\s?\.|\u2026")
"""What an author puts where words of the source are left out or replaced."""
_FEWEST_WORDS = 3
_FEWEST_LETTERS = 8


class Wording:
    """The words of a text, ready to be searched."""

    def __init__(self, text: str) -> None:
        self._words = f" {' '.join(words(text))} "

    def find(self, part: list[str], start: int) -> int:
        """Give the place behind `part`, looked for from the place `start` on; -1 where it does not stand."""
        sought = f" {' '.join(part)} "
        at = self._words.find(sought, start)
        return -1 if at < 0 else at + len(sought) - 1


def words(text: str) -> list[str]:
    """Split a text into its words, numbers and the signs that change them, all in one spelling."""
    plain = unicodedata.normalize("NFKC", text.replace("\u00ad", "")).casefold()
    return _WORDS.findall(plain.replace("\u2212", "-"))


def is_worth_checking(quote: str) -> bool:
    """Whether this is a sentence's worth of words: single words between quotation marks are rarely quotations."""
    found = words(quote)
    letters = sum(_WITHOUT_SPACES.match(word) is not None for word in found)
    return len(found) - letters >= _FEWEST_WORDS or letters >= _FEWEST_LETTERS


def is_quoted_in(quote: str, source: Wording) -> bool:
    """Whether all parts of a quotation stand in the source, in order, with only what an ellipsis covers between."""
    at = 0
    for part in filter(None, map(words, _LEFT_OUT.split(quote))):
        at = source.find(part, at)
        if at < 0:
            return False
    return True
