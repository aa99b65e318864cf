"""What the retrieved pages say about the answers, pure: which of their quotations stand there, and which do not."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fusion_mcp.pipeline.answer import Given
from fusion_mcp.pipeline.quoting.checking import Finding, Shelf, check_quotations
from fusion_mcp.pipeline.run import Run
from fusion_mcp.pipeline.sources import all_pages
from fusion_mcp.types import MemberAnswer, MemberOutcome, Page


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The pages that a run rests on, and what was found of each answer's quotations, by who wrote it.

    `shelf` holds the same pages ready to be searched, and the addresses that the person wrote.
    """

    pages: tuple[Page, ...] = ()
    shelf: Shelf = field(default_factory=Shelf, repr=False, compare=False)
    findings: tuple[tuple[str, tuple[Finding, ...]], ...] = ()


def examine(
    run: Run, outcomes: Sequence[MemberOutcome], retrieved: Sequence[Page]
) -> tuple[list[MemberOutcome], Evidence]:
    """Check every member's answer against the pages that were retrieved for the panel."""
    answers = [outcome for outcome in outcomes if isinstance(outcome, MemberAnswer)]
    pages = all_pages(retrieved, answers)
    evidence = Evidence(pages=pages, shelf=Shelf(pages, given=run.given, asked=run.asked))
    examined: list[MemberOutcome] = []
    for outcome in outcomes:
        if isinstance(outcome, MemberAnswer):
            text, evidence = _checked(outcome.seat, outcome.content, evidence)
            examined.append(replace(outcome, content=text))
        else:
            examined.append(outcome)
    return examined, evidence


def examine_answer(given: Given, evidence: Evidence) -> tuple[Given, Evidence]:
    """Check the final answer against the same pages; a member's own words have been."""
    if given.seat is not None:
        return given, evidence
    text, evidence = _checked("the answer", given.text, evidence)
    return replace(given, text=text), evidence


def _checked(who: str, text: str, evidence: Evidence) -> tuple[str, Evidence]:
    """Mark the unsupported quotations in what `who` wrote; gives back the text and the evidence with them."""
    checked = check_quotations(text, evidence.shelf)
    return checked.text, replace(evidence, findings=(*evidence.findings, (who, checked.findings)))
