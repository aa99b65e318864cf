"""The sentences of a text, pure: which words each has, and whether it denies them.

What it means is not decided here.
"""

import re
from collections.abc import Iterator

from fusion_mcp.pipeline.quoting.wording import negates, words

# Items and rows count as sentences here; within a paragraph, where links are at stake, `quoting.places` looks.
_END = re.compile(
    r"(?<=[.!?])[\"'”’»)\]*_]*+\s++(?=[^a-z])"  # what goes on with a small letter has not ended
    r"|(?<=[。！？])"
    r"|\n[ \t]*+\n\s*+"
    r"|\n(?=[ \t]*+(?:\||(?:[-*•+#>]|\d{1,3}[.)])[ \t]))"  # items and lines of tables
)
_CLAUSE_END = re.compile(r"[,;:()]\s|[，；：（）、|]|\s[–—-]\s|\s(?:and|but|while|und|aber|et|mais|pero|ma|mas|и|но)\s")
_WORD = re.compile(r"[^\W\d_]{2,}+")


def sentences_of(text: str) -> Iterator[str]:
    """Cut a text where a sentence, an item or a line of a table ends."""
    return (sentence for sentence in _END.split(text) if sentence.strip())


class Sentence:
    """A sentence, or a claim.

    `figures` are spelled as in the text; with the names they are its `particulars`, what somebody could look up.
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        clauses = [found for part in _CLAUSE_END.split(text) if (found := words(part))]
        self._clauses = [(frozenset(found), negates(found)) for found in clauses]
        self.words = frozenset[str]().union(*(found for found, _ in self._clauses))
        self.figures = frozenset(word for word in self.words if word[0].isdigit())
        self.particulars = _names(text) | self.figures

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


def _names(sentence: str) -> frozenset[str]:
    """Give the words of a sentence that have a capital, but for its first: mostly names."""
    return frozenset(word.casefold() for word in _WORD.findall(sentence)[1:] if word[0].isupper())
