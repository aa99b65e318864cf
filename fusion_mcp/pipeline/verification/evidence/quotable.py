"""Whether a source is quoted fairly: its words in order, and not out of a sentence that denies them. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from fusion_mcp.pipeline.quoting.markup import without_markup
from fusion_mcp.pipeline.quoting.wording import HYPHEN, Wording, is_quoted_in, negates, words
from fusion_mcp.pipeline.verification.claims.sentences import sentences_of

_OMISSION = re.compile(r"\[\s*(?:\.\.\.|…)\s*\]|\.\s?\.\s?\.|[…⋯]")
_MOST_PLACES = 20
"""Places of one piece that are looked at: a page may repeat it for ever."""
_FARTHEST = 600
"""Characters on either side in which a negation is looked for, where a text has no sentences."""


class Quotable:
    """A text, ready to be asked whether somebody's quotation of it is fair."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __contains__(self, quote: str) -> bool:
        """Whether these words stand here, in order, and no negation of their sentence was left out.

        Of every piece between two omissions, some place must have no "not" around it in the sentence that it is from.
        """
        if not words(quote) or not is_quoted_in(quote, self._wording):
            return False
        return all(any(self._fair(piece)) for piece in _pieces(quote))

    def around(self, quote: str) -> Iterator[str]:
        """Give the sentences that a quotation is from, as words, at the first places where it stands fairly."""
        for piece in _pieces(quote):
            yield from self._fair(piece)

    def says_only(self, quote: str) -> bool:
        """Whether these words are all that stands here."""
        return words(without_markup(quote)) == words(without_markup(self._text)) != []

    @cached_property
    def _wording(self) -> Wording:
        return Wording(self._text)

    @cached_property
    def _sentences(self) -> list[str]:
        """Each as its words, with a space behind every one; those of broken words joined follow."""
        whole = HYPHEN.sub("", self._text)
        texts = (self._text,) if whole == self._text else (self._text, whole)
        found = (words(without_markup(sentence)) for text in texts for sentence in sentences_of(text))
        return [f"{' '.join(sentence)} " for sentence in found if sentence]

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for sentence in self._sentences:
            starts.append(starts[-1] + len(sentence))
        return starts

    @cached_property
    def _words(self) -> str:
        return f" {''.join(self._sentences)}"

    def _fair(self, piece: str) -> Iterator[str]:
        """Give the sentences around the first places of these words, but for those that would deny them."""
        sought = f" {' '.join(words(without_markup(piece)))} "
        at, tries = self._words.find(sought), 0
        while at >= 0 and tries < _MOST_PLACES:
            before, after = self._around(at, at + len(sought) - 1)
            if not negates([*before.split(), *after.split()]):
                yield f"{before}{sought}{after}"
            at, tries = self._words.find(sought, at + 1), tries + 1

    def _around(self, start: int, end: int) -> tuple[str, str]:
        """The other words of the sentences from which the words between two places are, before and behind these."""
        first = bisect_right(self._starts, start) - 1
        last = min(bisect_right(self._starts, end - 1) - 1, len(self._sentences) - 1)
        before = self._words[max(self._starts[first], start - _FARTHEST) : start]
        return before, self._words[end : min(self._starts[last + 1] + 1, end + _FARTHEST)]


def _pieces(quote: str) -> list[str]:
    """What stands between the omissions of a quotation. Words that it puts in brackets stay: the source has none."""
    return [piece for piece in _OMISSION.split(quote) if words(piece)]
