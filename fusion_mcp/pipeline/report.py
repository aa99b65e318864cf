"""What happened becomes the structured result, pure.

Nothing that failed is left out, and nothing unknown is called zero.
"""

from collections.abc import Sequence
from decimal import Decimal

from fusion_mcp.pipeline.analysis import with_names
from fusion_mcp.pipeline.best import best
from fusion_mcp.pipeline.course import Course
from fusion_mcp.pipeline.remarks import remarks
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.pipeline.sources import sources
from fusion_mcp.result import Billing, CostLine, FailedModel, FusionResult, Response, Seconds, TokenUsage
from fusion_mcp.types import Bill, MemberAnswer, MemberFailure, Usage


def report(desk: Desk, course: Course) -> FusionResult:
    """Assemble the result."""
    run, total = desk.run, desk.ledger.total()
    judgement = course.verdict.judgement if course.verdict else None
    answer, answered_by = _answer(desk, course)
    written = run.kind == "compare" or answered_by == "synthesizer"
    complete = judgement is not None and written and not course.failures and not _research_is_missing(desk, course)
    return FusionResult(
        run_id=run.id,
        kind=run.kind,
        preset=run.preset.name,
        status="ok" if complete else "degraded",
        answer=answer,
        answered_by=answered_by,
        analysis=None if judgement is None else with_names(judgement, course.labelled),
        responses=[_response(answer) for answer in course.answers],
        failed_models=[_failed(failure) for failure in course.failures],
        sources=sources(course.evidence.pages),
        usage=token_usage(total.usage),
        cost_usd=total.cost_usd,
        cost_breakdown=[
            CostLine(
                stage=charge.stage,
                model=charge.model,
                usage=token_usage(charge.bill.usage),
                cost_usd=charge.bill.cost_usd,
                billing=_billing(charge.bill),
            )
            for charge in desk.ledger.breakdown()
        ],
        cost_vs_single=None if total.on_subscription else _cost_vs_single(total.cost_usd, course.answers),
        seconds=_rounded(course.seconds),
        warnings=list(remarks(desk, course, answered_by)),
    )


def _research_is_missing(desk: Desk, course: Course) -> bool:
    """Whether the preset asked for research that could not be done: a member took no tools, or no search worked."""
    return desk.toolbox.search_was_down or any(answer.tools_refused for answer in course.answers)


def _answer(desk: Desk, course: Course) -> tuple[str | None, str | None]:
    """The synthesizer's text; without one, the best single answer under its author's name."""
    if desk.run.kind == "compare":
        return None, None
    if course.synthesis is not None and course.synthesis.text is not None:
        return course.synthesis.text, "synthesizer"
    judgement = course.verdict.judgement if course.verdict else None
    single = best(course.answers, judgement, course.labelled)
    return single.content, single.seat


def _response(answer: MemberAnswer) -> Response:
    return Response(
        model=answer.seat,
        content=answer.content,
        served_by=None if answer.served_by is None else str(answer.served_by),
        usage=token_usage(answer.bill.usage),
        cost_usd=answer.bill.cost_usd,
        billing=_billing(answer.bill),
        seconds=round(answer.seconds, 3),
        tool_calls=answer.tool_calls,
    )


def _billing(bill: Bill) -> Billing:
    return "subscription" if bill.on_subscription else "metered"


def _failed(failure: MemberFailure) -> FailedModel:
    return FailedModel(model=failure.seat, reason=failure.reason, error=failure.error, status_code=failure.status_code)


def token_usage(usage: Usage) -> TokenUsage:
    """Say what was used, in the result's words."""
    return TokenUsage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        cached_tokens=usage.cached_tokens,
        calls=usage.calls,
    )


def _cost_vs_single(total: Decimal | None, answers: Sequence[MemberAnswer]) -> float | None:
    """This run's cost over that of its most expensive member alone.

    None where either is unknown or nothing was billed.
    """
    costs = [answer.bill.cost_usd for answer in answers]
    known = [cost for cost in costs if cost is not None]
    if total is None or len(known) < len(costs) or not known or max(known) == 0:
        return None
    return round(float(total / max(known)), 2)


def _rounded(seconds: Seconds) -> Seconds:
    return Seconds(**{stage: value and round(value, 3) for stage, value in seconds.model_dump().items()})
