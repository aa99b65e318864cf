"""Sentences that a run must not see, and whether a text holds one of them. Pure.

A benchmark's own answers stand on the web. Texts are compared by their letters and digits alone, so that it does not
matter how a page, a data file or a search's excerpt sets them, with whatever marks, line breaks and escapes.
"""

import html
import re
import unicodedata
from collections.abc import Iterable

FEWEST_WORDS = 6
"""A shorter sentence is not looked for: it stands on pages that have nothing to do with it."""

_WITHOUT_SPACES = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of scripts without spaces: two of them count as a word."""
_WORD = re.compile(r"[^\W_]+")
_LINK_TARGET = re.compile(
    r"\]\(<?(?:https?:|mailto:|[/#])[^\s()]{0,4000}+(?:\([^\s()]{0,300}+\)[^\s()]{0,1000}+){0,3}+\)"
)
_ESCAPED_CHARACTER = re.compile(r"(?<!\\)\\++u([0-9a-fA-F]{4})")
_ESCAPED_SPACE = re.compile(r"(?<!\\)\\++[nrt]")
_TIMES_ESCAPED = 2


class Withheld:
    """Sentences to be looked for in whatever comes from the web."""

    def __init__(self, sentences: Iterable[str] = ()) -> None:
        """Take the sentences; those of fewer than six words are left out."""
        told = (_bare(sentence) for sentence in sentences if _length(sentence) >= FEWEST_WORDS)
        self._sought = tuple(dict.fromkeys(filter(None, told)))

    def holds_any(self, *texts: str) -> bool:
        """Whether one of the texts holds one of the sentences, whole and in order."""
        return any(self.count_in(text) for text in texts)

    def count_in(self, text: str) -> int:
        """How many of the sentences stand in the text."""
        bare = _bare(text) if self._sought else ""
        return sum(sought in bare for sought in self._sought)


def _length(sentence: str) -> int:
    return len(_WORD.findall(sentence)) + len(_WITHOUT_SPACES.findall(sentence)) // 2


def _bare(text: str) -> str:
    """Leave letters and digits alone, in one spelling."""
    for _ in range(_TIMES_ESCAPED if "&" in text else 0):
        text = html.unescape(text)
    if "](" in text:
        text = _LINK_TARGET.sub("", text)
    if "\\" in text:
        text = _ESCAPED_SPACE.sub(" ", _ESCAPED_CHARACTER.sub(lambda found: chr(int(found[1], 16)), text))
    return "".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))
