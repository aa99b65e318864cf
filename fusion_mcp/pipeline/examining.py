"""What the retrieved pages say about the answers, pure: which of their quotations stand there, and which do not."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from fusion_mcp.pipeline.answer import Given
from fusion_mcp.pipeline.quoting.checking import CheckedText, Finding, Shelf, check_quotations
from fusion_mcp.pipeline.run import Run
from fusion_mcp.pipeline.sources import all_pages
from fusion_mcp.types import MemberAnswer, MemberOutcome, Page
from fusion_mcp.values import value


@value
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
    shelf = Shelf(pages, given=run.given, asked=run.asked)
    checked = {answer.seat: check_quotations(answer.content, shelf) for answer in answers}
    findings = tuple((seat, each.findings) for seat, each in checked.items())
    return [_marked(outcome, checked) for outcome in outcomes], Evidence(pages=pages, shelf=shelf, findings=findings)


def examine_answer(given: Given, evidence: Evidence) -> tuple[Given, Evidence]:
    """Check the final answer against the same pages; a member's own words have been."""
    if given.seat is not None:
        return given, evidence
    checked = check_quotations(given.text, evidence.shelf)
    if not checked.findings:
        return given, evidence
    findings = (*evidence.findings, ("the answer", checked.findings))
    return replace(given, text=checked.text), replace(evidence, findings=findings)


def _marked(outcome: MemberOutcome, checked: Mapping[str, CheckedText]) -> MemberOutcome:
    """Mark the unsupported quotations in an answer that has some."""
    if not isinstance(outcome, MemberAnswer) or checked[outcome.seat].text == outcome.content:
        return outcome
    return replace(outcome, content=checked[outcome.seat].text)
