"""A text that is checked, made ready once: its words and figures, and which of its sentences says what. Pure.

Slow where the text is long, so it is made beside the event loop; of a very long one it is the beginning.
"""

from collections.abc import Iterator

from fusion_mcp.pipeline.verification.claims.sentences import Sentence, sentences_of
from fusion_mcp.pipeline.verification.claims.telling import significant_numbers, telling_words

MOST_CHECKED = 60_000
"""Characters of a text that are checked: what a dozen claims can be drawn from."""
_NONE = frozenset[str]()


class Said:
    """What a text says, up to `MOST_CHECKED` characters of it; `is_whole` if that is all."""

    def __init__(self, text: str) -> None:
        self.text = text[:MOST_CHECKED]
        self.is_whole = len(text) <= MOST_CHECKED
        # Each once: a model that is stuck says the same sentence hundreds of times.
        self.sentences = [Sentence(part) for part in dict.fromkeys(sentences_of(self.text))]
        self.words = _NONE.union(*(sentence.words for sentence in self.sentences))
        self.particulars = _NONE.union(*(sentence.particulars for sentence in self.sentences))
        self.figures = significant_numbers(self.text)
        self.telling = telling_words(self.text)

    def saying(self, claim: Sentence, sought: frozenset[str], least: float) -> Iterator[Sentence]:
        """Give the sentences that have such a share of the words `sought`, and do not deny what a claim says."""
        for sentence in self.sentences:
            if len(sought & sentence.words) >= least * len(sought) and sentence.is_as_positive_as(claim):
                yield sentence

    def subject_of(self, claim: Sentence) -> frozenset[str]:
        """Give a claim's words that stand in one sentence, the one that has most of them."""
        return max((claim.words & sentence.words for sentence in self.sentences), key=len, default=_NONE)
