"""Whether words that stand in a source are about a claim, pure: only then they can speak for it or against it.

So a verifier that was talked into a verdict cannot reach it with whatever stands elsewhere. What is compared is the
sentence that the words are from, since few words may be quoted of it. What it means is not decided here.
"""

from fusion_mcp.pipeline.verification.claims.telling import significant_numbers, telling_words

_SHORT_ANSWER = 200
"""Characters of an answer that leave no room for a second topic."""
_MOST_OF_ONE_THING = 3
_MOST_OF_A_NAME = 2
_FIGURES_THAT_TELL = 2
_PAIR = 2


def is_terse(sentence: str) -> bool:
    """Whether a sentence says one thing, so that a word or figure out of it says the same: "It is 17."."""
    return _words_of(sentence) <= _MOST_OF_ONE_THING


def is_closed_answer(sentence: str, answer: str) -> bool:
    """Whether a sentence of a short answer is a name or a figure, and can be about nothing but the question."""
    return len(answer) <= _SHORT_ANSWER and _words_of(sentence) <= _MOST_OF_A_NAME


def can_speak_for(sentence: str, claim: str) -> bool:
    """Whether a sentence shares a word with a claim, or two figures, or one where the claim has no words.

    One figure alone stands in many sentences: a year, a percentage.
    """
    figures, telling = significant_numbers(claim), telling_words(claim)
    shared = telling_words(sentence) & telling
    if shared - figures or len(shared) >= _FIGURES_THAT_TELL:
        return True
    return telling == figures and bool(shared or not figures)


def can_speak_against(sentence: str, claim: str) -> bool:
    """Whether a sentence shares a word or a figure with a claim, if that has any."""
    telling = telling_words(claim)
    return not telling or bool(telling & telling_words(sentence))


def has_other_figures(quote: str, claim: str) -> bool:
    """Whether both have figures, and none in common."""
    ours, theirs = significant_numbers(claim), significant_numbers(quote)
    return bool(ours and theirs) and not ours & theirs


def _words_of(sentence: str) -> float:
    """Count the telling words; in a script without spaces, letters overlap in pairs, and two are a word."""
    telling = telling_words(sentence) - significant_numbers(sentence)
    return sum(1 / _PAIR if len(word) == _PAIR else 1 for word in telling)
