"""What two texts have in common, roughly: their figures and their longer words. Pure.

For choosing and for ruling out; what a text says is never decided by it.
"""

import re
from itertools import pairwise

from fusion_mcp.pipeline.quoting.wording import LETTER, words

_LETTERS = 4
_STEM = 5
"""Letters by which longer words are compared, so that "bridges" is "bridge" in most languages, without a stemmer."""


def significant_numbers(text: str) -> frozenset[str]:
    """Give the figures of a text by their significant digits, so that 1,500,000 is 1.5 million, and 0.5 is .50."""
    return frozenset(_significant(word) for word in words(text) if word[0].isdigit())


def telling_words(text: str) -> frozenset[str]:
    """Give the words that say what a text is about: figures, and the beginnings of words of four letters and more.

    In a script without spaces, each two letters that stand together are one.
    """
    found = words(text)
    telling = {word[:_STEM] for word in found if len(word) >= _LETTERS and not word[0].isdigit()}
    telling |= {first + second for first, second in pairwise(found) if LETTER.match(first) and LETTER.match(second)}
    return frozenset(telling) | significant_numbers(text)


def _significant(number: str) -> str:
    return re.sub(r"\D", "", number).strip("0") or "0"
