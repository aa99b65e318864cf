"""The check of an answer as the result tells it, pure: names for labels, addresses for pages, and what is in doubt."""

from collections.abc import Iterator, Sequence

from fusion_mcp.cleaning import one_line
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer, restore_names
from fusion_mcp.pipeline.verification.evidence.quotes import Quote
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim
from fusion_mcp.pipeline.verification.verify import Checked
from fusion_mcp.result import Claim, ClaimEvidence, Verdict, Verification

_DOUBTS: dict[Verdict, str] = {
    "contradicted": "is contradicted",
    "unsupported": "is borne out by nothing that was found",
}
"""What is worth naming claim by claim; most claims for which something speaks are true."""
_MOST_TOLD = 8
_SHOWN = 160


def with_names(checked: Checked, labelled: Sequence[LabelledAnswer]) -> Verification | None:
    """Tell what was checked, by members' names; None where nobody could check anything.

    Where nobody got as far as a verdict, the last who tried is the verifier.
    """
    if checked.verifier is None and not (checked.claims and checked.failures):
        return None
    return Verification(
        claims=[_claim(claim, labelled) for claim in checked.claims],
        verifier=str(checked.verifier or checked.failures[-1][0]),
        second_judge=None if checked.second_judge is None else str(checked.second_judge),
        revised=checked.is_revised,
    )


def doubts(verification: Verification) -> Iterator[str]:
    """Tell the person what is not borne out: each claim for which nothing speaks, or less than against it.

    Of others it is said how many there are.
    """
    doubtful = [claim for claim in verification.claims if claim.verdict in _DOUBTS]
    for claim in doubtful[:_MOST_TOLD]:
        yield f"The answer's claim “{one_line(claim.claim, _SHOWN)}” {_DOUBTS[claim.verdict]}."
    if len(doubtful) > _MOST_TOLD:
        yield f"{len(doubtful) - _MOST_TOLD} more of the answer's claims are not borne out."
    if disputed := _number(verification, "disputed"):
        yield f"Disputed: {disputed} of the answer's claims, as what was found does not decide (see verification)."
    if unchecked := _number(verification, "unchecked"):
        yield f"Not checked: {unchecked} of the answer's claims."


def _number(verification: Verification, verdict: Verdict) -> int:
    return sum(claim.verdict == verdict for claim in verification.claims)


def _claim(claim: CheckedClaim, labelled: Sequence[LabelledAnswer]) -> Claim:
    against = claim.contradicts if claim.verdict in ("contradicted", "disputed") else ()
    shown = against if claim.verdict == "contradicted" else (*against, *claim.supports)
    return Claim(
        claim=restore_names(claim.claim, labelled),
        verdict=claim.verdict,
        evidence=[_evidence(quote) for quote in shown],
        reason=restore_names(claim.reason, labelled),
    )


def _evidence(quote: Quote) -> ClaimEvidence:
    exhibit = quote.exhibit
    return ClaimEvidence(source=exhibit.url if exhibit.kind == "page" else exhibit.seats[0], quote=quote.text)
