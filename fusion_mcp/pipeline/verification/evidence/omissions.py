"""What a list of a revision's claims must not leave out, pure.

That is what was contradicted and is said still, and what is said for the first time. A verifier that is lazy, or was
talked into it, would else make a revision pass by keeping silent about it.
"""

from collections.abc import Iterator, Sequence

from fusion_mcp.cleaning import one_line
from fusion_mcp.pipeline.quoting.wording import words
from fusion_mcp.pipeline.verification.claims.listing import LONGEST_CLAIM
from fusion_mcp.pipeline.verification.claims.said import Said, Sentence
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim

_MOST_NEW = 4


def left_out(
    listed: Sequence[str], contradicted: Sequence[CheckedClaim], draft: Said, revision: Said, asked: Said
) -> tuple[str, ...]:
    """Name what is to be looked up besides the listed claims: contradicted claims, then sentences as they stand."""
    known = {claim.casefold() for claim in listed}
    kept = (each.claim for each in contradicted if _is_still_said(each, draft, revision, asked))
    quotes = (quote.text for each in contradicted for quote in (*each.supports, *each.contradicts))
    new = tuple(_new((*listed, *quotes), draft, revision, asked))[:_MOST_NEW]
    return tuple(claim for claim in dict.fromkeys((*kept, *new)) if claim.casefold() not in known)


def _is_still_said(contradicted: CheckedClaim, draft: Said, revision: Said, asked: Said) -> bool:
    """Whether a sentence of the revision has all the words that the claim has from the draft, and does not deny it.

    One that has taken up what speaks against the claim is another: it may tell of both.
    """
    claim = Sentence(contradicted.claim)
    own = (claim.words & draft.words) - asked.words or claim.words
    against = {word for quote in contradicted.contradicts for word in words(quote.text)} - draft.words
    return any(not against & sentence.words for sentence in revision.saying(claim, own, 1.0))


def _new(known_from: Sequence[str], draft: Said, revision: Said, asked: Said) -> Iterator[str]:
    """The sentences with figures or names that are in the draft, the question and these texts nowhere."""
    known = draft.words | asked.words | {word for text in known_from for word in words(text)}
    return (one_line(each.text, LONGEST_CLAIM) for each in revision.sentences if each.particulars - known)
