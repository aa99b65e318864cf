"""What is made of a verifier's quotations about one claim, without a verifier."""

from fusion_mcp.pipeline.verification.evidence import reply
from fusion_mcp.pipeline.verification.evidence.exhibits import exhibits, weighed
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim, judged
from fusion_mcp.types import Page
from scripted.desks import labelled

LONG, OTHER = "The bridge is 1991 metres long.", "The bridge is 1800 metres long."
CLAIM = "The bridge is 1,991 metres long."
Said = tuple[str, str]


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
    return judged(claim, *weighed(finding, claim, exhibits(shown, pages, given), shown))
