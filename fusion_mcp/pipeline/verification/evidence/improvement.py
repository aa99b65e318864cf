"""Whether a revision is better than the draft that it is to replace, pure: by what was found of the claims of either.

Something is known to be wrong with the draft, but a text that says less, or says what nobody can look up, is easily
contradicted less: so a revision must win in what is contradicted and lose nowhere else. What was contradicted may
become what one member alone says, but not what nobody does.
"""

from collections.abc import Sequence

from fusion_mcp.pipeline.verification.claims.said import Said
from fusion_mcp.pipeline.verification.claims.telling import significant_numbers, telling_words
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim
from fusion_mcp.result import Verdict

_LEAST_SHARE = 0.5
"""How many of a claim's own words a text must have kept to make it still."""

Claims = Sequence[CheckedClaim]


def fault(draft: Said, before: Claims, revision: Said, after: Claims, asked: Said) -> str | None:
    """Say what keeps a revision from being used, as the end of a sentence about it; None where it is better."""
    if not after:
        return "says nothing that could be looked up"
    if not any(claim.verdict != "unchecked" for claim in after):
        return "could not be checked"
    if _number(after, "contradicted") >= _number(before, "contradicted"):
        return "was contradicted no less"
    if _less_than_supported(after) > _less_than_supported(before) or _unfounded(after) > _unfounded(before):
        return "has more in it that is not borne out"
    supported = (claim for claim in before if claim.verdict == "supported")
    if not all(_is_kept(claim.claim, draft, revision, after, asked) for claim in supported):
        return "lost what was borne out"
    return None


def _number(claims: Claims, verdict: Verdict) -> int:
    return sum(claim.verdict == verdict for claim in claims)


def _less_than_supported(claims: Claims) -> int:
    """Count what is contradicted, too: one such claim that is put right by what one member knows is no loss."""
    return len(claims) - _number(claims, "supported")


def _unfounded(claims: Claims) -> int:
    return _number(claims, "unsupported") + _number(claims, "unchecked")


def _is_kept(claim: str, draft: Said, revision: Said, after: Claims, asked: Said) -> bool:
    """Whether what held still holds: found so again, or at least still said, where the claim is worded anew.

    Words of the question tell nothing, since every answer may have them.
    """
    again = next((each for each in after if each.claim.casefold() == claim.casefold()), None)
    if again is not None:
        return again.verdict == "supported"
    if not significant_numbers(claim) <= revision.figures | asked.figures:
        return False
    own = (telling_words(claim) & draft.telling) - asked.telling
    return len(own & revision.telling) >= _LEAST_SHARE * len(own)
