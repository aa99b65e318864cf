"""What is made of a verifier's quotations about one claim, without a verifier."""

from fusion_mcp.pipeline.verification.evidence import reply
from fusion_mcp.pipeline.verification.evidence.exhibits import exhibits
from fusion_mcp.pipeline.verification.evidence.quotes import counted
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim, judged
from fusion_mcp.types import Page
from scripted.desks import labelled
from scripted.verifying import Said

CLAIM = "The bridge is 1,991 metres long."


def checked(
    answers: tuple[str, ...],
    supports: list[Said] | None = None,
    contradicts: list[Said] | None = None,
    pages: tuple[Page, ...] = (),
    claim: str = CLAIM,
    given: tuple[str, ...] = (),
) -> CheckedClaim:
    """Hold quotations, each with its source, against these answers and pages."""
    shown = labelled(*answers, pages=pages)
    finding = reply.Finding(
        claim=1,
        supports=[reply.Pointed(source=source, quote=quote) for source, quote in supports or []],
        contradicts=[reply.Pointed(source=source, quote=quote) for source, quote in contradicts or []],
    )
    return judged(claim, *counted(finding, claim, exhibits(shown, pages, given), shown))
