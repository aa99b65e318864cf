"""A text that is checked, made ready once: its words and figures, and which of its sentences says what. Pure.

Slow where the text is long, so it is made beside the event loop; of a very long one it is the beginning. What a
sentence means is not decided here: only which words it has, and whether it denies them.
"""

import re
from collections.abc import Iterator

from fusion_mcp.pipeline.quoting.wording import negates, words
from fusion_mcp.pipeline.verification.claims.sentences import sentences_of
from fusion_mcp.pipeline.verification.claims.telling import names, significant_numbers, telling_words

MOST_CHECKED = 60_000
"""Characters of a text that are checked: what a dozen claims can be drawn from."""
_NONE = frozenset[str]()
_CLAUSE_END = re.compile(r"[,;:()]\s|[，；：（）、|]|\s[–—-]\s|\s(?:and|but|while|und|aber|et|mais|pero|ma|mas|и|но)\s")


class Sentence:
    """A sentence, or a claim: `particulars` are its figures and names, what somebody could look up."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        clauses = [found for part in _CLAUSE_END.split(text) if (found := words(part))]
        self._clauses = [(frozenset(found), negates(found)) for found in clauses]
        self.words = _NONE.union(*(found for found, _ in self._clauses))
        self.figures = frozenset(word for word in self.words if word[0].isdigit())
        self.particulars = names(text) | self.figures

    @property
    def is_negated(self) -> bool:
        """Whether there is a negation in it."""
        return any(is_negated for _, is_negated in self._clauses)

    def is_as_positive_as(self, claim: "Sentence") -> bool:
        """Whether it denies what a claim denies, and does not deny what it says, in the part that is nearest to it."""
        if claim.is_negated:
            denied = [found for found, is_negated in self._clauses if is_negated]
            return any(not claim.figures or claim.figures & found for found in denied)
        nearest = max((len(claim.words & found) for found, _ in self._clauses), default=0)
        return any(not is_negated for found, is_negated in self._clauses if len(claim.words & found) == nearest)


class Said:
    """What a text says, up to `MOST_CHECKED` characters of it; `is_whole` if that is all."""

    def __init__(self, text: str) -> None:
        self.text = text[:MOST_CHECKED]
        self.is_whole = len(text) <= MOST_CHECKED
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
