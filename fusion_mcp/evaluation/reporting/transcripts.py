"""One answer as it came about, for the page: the text, what was made of it, and who said what. Pure.

Everything here was written by models and pages. It is shown as text, in boxes of its own.
"""

from collections.abc import Iterator, Mapping, Sequence

from fusion_mcp.evaluation.records import Answer, CriterionVerdict, Grade
from fusion_mcp.evaluation.reporting import figures
from fusion_mcp.evaluation.reporting.markup import box, bullets, details, isolated, shown, table
from fusion_mcp.evaluation.tasks import Criterion
from fusion_mcp.result import Analysis, Claim, FusionResult, Response, Verification

_REQUIREMENT = 160


def transcript(answer: Answer, grades: Sequence[Grade], criteria: Mapping[str, Criterion]) -> str:
    """Show one answer with its grades and everything that it was made of, each part a click away."""
    parts = [_facts(answer), _contaminated(answer)]
    if answer.result is None:
        parts.append(f"<p><strong>No answer:</strong> {isolated(answer.reason)} {isolated(answer.error)}</p>")
    else:
        parts += _result(answer.result)
    parts.append(_grades(grades, criteria))
    if answer.result is not None:
        parts += _origins(answer.result)
    return "".join(part for part in parts if part)


def _facts(answer: Answer) -> str:
    facts = [f"cost {figures.amount(answer.cost_usd)}", figures.seconds(answer.seconds)]
    if answer.result is not None:
        result = answer.result
        facts += [f"{stage} {figures.seconds(spent)}" for stage, spent in result.seconds.of_stages()]
        facts.append(f"status {result.status}")
        if result.answered_by:
            facts.append(f"answered by {result.answered_by}")
    return f"<p class='facts'>{' · '.join(map(isolated, facts))}</p>"


def _contaminated(answer: Answer) -> str:
    if not answer.contaminated:
        return ""
    pages = bullets(isolated(page) for page in answer.contaminated)
    return f"<p><strong>Contaminated:</strong> these pages hold the task's own rubric.</p>{pages}"


def _result(result: FusionResult) -> Iterator[str]:
    if result.warnings:
        yield f"<h4>Warnings</h4>{bullets(map(isolated, result.warnings))}"
    yield "<h4>Final answer</h4>"
    yield box(result.answer, "Final answer") if result.answer else "<p>There is none.</p>"


def _origins(result: FusionResult) -> Iterator[str]:
    if result.analysis is not None:
        yield details("Analysis", _analysis(result.analysis))
    if result.confidence:
        rows = [[isolated(each.point), shown(each.level), isolated(each.reason)] for each in result.confidence]
        yield details(
            "Confidence, point by point", table("Confidence", ("point", "level", "reason"), rows, is_prose=True)
        )
    if result.verification is not None:
        yield details("Verification", _verification(result.verification))
    for response in result.responses:
        yield _member(response, result)
    if result.failed_models:
        failed = (
            f"{isolated(each.model)}: {shown(each.reason)}: {isolated(each.error)}" for each in result.failed_models
        )
        yield details("Did not answer", bullets(failed))
    if result.sources:
        pages = (f"{isolated(each.title)} <code>{shown(each.url)}</code>" for each in result.sources)
        yield details("Retrieved pages", bullets(pages))


def _member(response: Response, result: FusionResult) -> str:
    served = f", served by {isolated(response.served_by)}" if response.served_by else ""
    facts = f"{figures.amount(response.cost_usd)}, {figures.seconds(response.seconds)}"
    # A model that answers alone would stand here twice.
    is_same = response.content == result.answer
    text = (
        "<p>The final answer, word for word.</p>" if is_same else box(response.content, f"Answer of {response.model}")
    )
    return details(f"Member {isolated(response.model)}{served} ({facts})", text)


def _analysis(analysis: Analysis) -> str:
    contradictions = (
        isolated(each.topic) + bullets(f"{isolated(one.model)}: {isolated(one.stance)}" for one in each.stances)
        for each in analysis.contradictions
    )
    coverage = (
        f"{isolated(each.point)} ({', '.join(map(isolated, each.models))})" for each in analysis.partial_coverage
    )
    insights = (f"{isolated(each.model)}: {isolated(each.insight)}" for each in analysis.unique_insights)
    parts = (
        ("Consensus", bullets(map(isolated, analysis.consensus))),
        ("Contradictions", bullets(contradictions)),
        ("Partial coverage", bullets(coverage)),
        ("Unique insights", bullets(insights)),
        ("Blind spots", bullets(map(isolated, analysis.blind_spots))),
    )
    return "".join(f"<h4>{title}</h4>{points}" for title, points in parts if points) or "<p>It is empty.</p>"


def _verification(verification: Verification) -> str:
    second = f", second judge {isolated(verification.second_judge)}" if verification.second_judge else ""
    revised = "; the answer was revised once because of it" if verification.revised else ""
    rows = [
        [isolated(claim.claim), shown(claim.verdict), isolated(claim.reason), _evidence(claim)]
        for claim in verification.claims
    ]
    claims = table("Claims of the answer", ("claim", "verdict", "reason", "evidence"), rows, is_prose=True)
    return f"<p>By {isolated(verification.verifier)}{second}{revised}.</p>{claims}"


def _evidence(claim: Claim) -> str:
    return bullets(f"{isolated(each.source)}: <q>{isolated(each.quote)}</q>" for each in claim.evidence) or figures.NONE


def _grades(grades: Sequence[Grade], criteria: Mapping[str, Criterion]) -> str:
    if not grades:
        return "<p>Not graded.</p>"
    rows = [
        [
            str(grade.grading),
            isolated(grade.grader),
            figures.points(grade.score),
            figures.share(grade.pass_rate),
            figures.share(grade.coverage),
            figures.amount(grade.cost_usd) if grade.cost_usd is not None else figures.NONE,
            isolated(grade.note),
        ]
        for grade in grades
    ]
    head = ("grading", "grader", "score", "criteria passed", "coverage", "cost", "note")
    verdicts = "".join(
        details(f"Verdicts of grading {grade.grading}", _verdicts(grade.verdicts, criteria))
        for grade in grades
        if grade.verdicts
    )
    return f"<h4>Grade</h4>{table('Grades of this answer', head, rows)}{verdicts}"


def _verdicts(verdicts: Sequence[CriterionVerdict], criteria: Mapping[str, Criterion]) -> str:
    rows = [_verdict(verdict, criteria.get(verdict.id)) for verdict in verdicts]
    return table(
        "Verdicts by criterion", ("criterion", "weight", "verdict", "what the grader said"), rows, is_prose=True
    )


def _verdict(verdict: CriterionVerdict, criterion: Criterion | None) -> list[str]:
    said = verdict_word(met=verdict.met, is_negative=criterion is not None and criterion.weight < 0)
    if criterion is None:
        return [isolated(verdict.id), figures.NONE, said, isolated(verdict.why)]
    requirement = criterion.requirement
    cut = requirement[:_REQUIREMENT] + ("…" if len(requirement) > _REQUIREMENT else "")
    return [f"{isolated(verdict.id)}: {isolated(cut)}", weight(criterion.weight), said, isolated(verdict.why)]


def weight(value: float) -> str:
    """Write a criterion's weight with its sign."""
    return f"{value:+g}".replace("-", "−")


def verdict_word(*, met: bool | None, is_negative: bool) -> str:
    """Write a verdict so that neither colour nor sign has to be known to see whether it is good or bad."""
    if met is None:
        return "no verdict"
    good = met != is_negative
    return f"<span class='{'good' if good else 'bad'}'>{'✓' if good else '✗'} {'met' if met else 'not met'}</span>"
