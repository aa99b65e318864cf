"""What happened becomes the structured result, pure.

Nothing that failed is left out, and nothing unknown is called zero.
"""

from collections.abc import Sequence
from decimal import Decimal

from fusion_mcp.pipeline.course import Course
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.judging import analysis, confidence
from fusion_mcp.pipeline.judging.analysis import Judgement
from fusion_mcp.pipeline.judging.best import preferred
from fusion_mcp.pipeline.remarks import remarks
from fusion_mcp.pipeline.run import Run
from fusion_mcp.pipeline.sources import sources
from fusion_mcp.pipeline.verification import naming
from fusion_mcp.result import Billing, Confidence, CostLine, FailedModel, FusionResult, Response
from fusion_mcp.types import Bill, MemberAnswer, MemberFailure


def report(desk: Desk, course: Course) -> FusionResult:
    """Assemble the result."""
    run, total, given = desk.run, desk.ledger.total(), course.given
    judgement = course.verdict.judgement if course.verdict else None
    checked = course.checks.checked if course.checks else None
    return FusionResult(
        run_id=run.id,
        kind=run.kind,
        preset=run.preset.name,
        status="ok" if _is_complete(desk, course) else "degraded",
        answer=given.text if given else None,
        answered_by=(given.seat or "synthesizer") if given else None,
        analysis=None if judgement is None else analysis.with_names(judgement, course.labelled),
        confidence=[] if judgement is None else _confidence(judgement, course),
        verification=None if checked is None else naming.with_names(checked, course.labelled),
        responses=[_response(answer) for answer in course.answers],
        failed_models=[_failed(failure) for failure in course.failures],
        sources=sources(course.evidence.pages),
        usage=total.usage,
        cost_usd=total.cost_usd,
        cost_breakdown=[
            CostLine(
                stage=charge.stage,
                model=charge.model,
                usage=charge.bill.usage,
                cost_usd=charge.bill.cost_usd,
                billing=_billing(charge.bill),
            )
            for charge in desk.ledger.breakdown()
        ],
        cost_vs_single=None if total.on_subscription else _cost_vs_single(total.cost_usd, course.answers),
        seconds=course.seconds,
        warnings=list(remarks(desk, course)),
    )


def _is_complete(desk: Desk, course: Course) -> bool:
    """Whether the result has everything that was asked for, and holds as far as it was checked."""
    run = desk.run
    judged = run.is_single or (course.verdict is not None and course.verdict.judgement is not None)
    wrote = "synthesis" not in run.stages or (course.given is not None and course.given.seat is None)
    checked = not run.is_to_be_checked if course.checks is None else course.checks.is_complete
    return (
        judged
        and wrote
        and _chose(run, course)
        and checked
        and _holds(course)
        and not course.failures
        and not _research_is_missing(desk, course)
    )


def _chose(run: Run, course: Course) -> bool:
    """Whether a judge named the answer that is given, where one was to; who is alone needs no choosing."""
    if not run.is_choice or course.verdict is None:
        return True
    return preferred(course.answers, course.verdict.judgement, course.labelled) is not None


def _holds(course: Course) -> bool:
    """Whether nothing in the answer is known to be contradicted, whoever wrote it."""
    checked = course.checks.checked if course.checks else None
    return checked is None or checked.holds


def _research_is_missing(desk: Desk, course: Course) -> bool:
    """Whether the preset asked for research that could not be done: a member took no tools, or no search worked."""
    return desk.toolbox.search_was_down or any(answer.tools_refused for answer in course.answers)


def _confidence(judgement: Judgement, course: Course) -> list[Confidence]:
    return confidence.with_names(confidence.weigh(judgement, course.labelled), course.labelled)


def _response(answer: MemberAnswer) -> Response:
    return Response(
        model=answer.seat,
        content=answer.content,
        served_by=None if answer.served_by is None else str(answer.served_by),
        usage=answer.bill.usage,
        cost_usd=answer.bill.cost_usd,
        billing=_billing(answer.bill),
        seconds=round(answer.seconds, 3),
        tool_calls=answer.tool_calls,
    )


def _billing(bill: Bill) -> Billing:
    return "subscription" if bill.on_subscription else "metered"


def _failed(failure: MemberFailure) -> FailedModel:
    return FailedModel(model=failure.seat, reason=failure.reason, error=failure.error, status_code=failure.status_code)


def _cost_vs_single(total: Decimal | None, answers: Sequence[MemberAnswer]) -> float | None:
    """This run's cost over that of its most expensive member alone.

    None where either is unknown or nothing was billed.
    """
    costs = [answer.bill.cost_usd for answer in answers]
    known = [cost for cost in costs if cost is not None]
    if total is None or len(known) < len(costs) or not known or max(known) == 0:
        return None
    return round(float(total / max(known)), 2)
