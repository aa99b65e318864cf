"""Results as runs give them: a bare one, an ordinary one of two members, and one in which nothing is missing."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fusion_mcp.result import (
    Analysis,
    Claim,
    ClaimEvidence,
    Confidence,
    Contradiction,
    CostLine,
    FailedModel,
    FusionResult,
    PartialCoverage,
    Response,
    Seconds,
    Source,
    Stance,
    UniqueInsight,
    Verification,
)
from fusion_mcp.types import Usage

PAIR = ("work:alpha", "work:beta")


def a_bare_result(**fields: Any) -> FusionResult:
    """A result of nothing but `fields` and what every result must have."""
    needed: dict[str, Any] = {
        "run_id": "run-1",
        "kind": "ask",
        "preset": "trio",
        "status": "ok",
        "usage": Usage(),
        "seconds": Seconds(total=1.0),
    }
    return FusionResult.model_validate({**needed, **fields})


def an_analysis(models: Sequence[str] = PAIR, text: str = "") -> Analysis:
    """An analysis with something in each of its lists; `text` stands at the beginning of it."""
    first, last = models[0], models[-1]
    stances = [Stance(model=first, stance=f"{text}now"), Stance(model=last, stance=f"{text}later")]
    return Analysis(
        consensus=[f"{text}Both say yes."],
        contradictions=[Contradiction(topic=f"{text}When", stances=stances)],
        partial_coverage=[PartialCoverage(models=[first], point=f"{text}the cost")],
        unique_insights=[UniqueInsight(model=last, insight=f"{text}nobody asked why")],
        blind_spots=[f"{text}The weather."],
    )


def a_response(model: str, content: str = "Yes.", **fields: Any) -> Response:
    return Response.model_validate(
        {"model": model, "content": content, "usage": Usage(calls=1), "seconds": 1.0, **fields}
    )


def a_result(**fields: Any) -> FusionResult:
    """The answer of a panel of two that were asked, compared and summed up without trouble."""
    ordinary: dict[str, Any] = {
        "answer": "The answer.",
        "answered_by": "synthesizer",
        "analysis": an_analysis(),
        "responses": [a_response(model) for model in PAIR],
        "usage": Usage(calls=4),
        "cost_usd": Decimal("0.0123"),
        "cost_vs_single": 2.06,
        "seconds": Seconds(panel=8.12, judge=3.0, synthesis=3.1, total=14.3),
    }
    return a_bare_result(**{**ordinary, **fields})


def a_full_result(models: Sequence[str] = PAIR, text: str = "", **fields: Any) -> FusionResult:
    """A result in which no list is empty. `text` stands at the beginning of whatever a model or a page has written."""
    seat, usage = models[0], Usage(input_tokens=1, output_tokens=2, calls=1)
    evidence = ClaimEvidence(source=seat, quote=f"{text}yes, now")
    claim = Claim(claim=f"{text}It is so.", verdict="single_member", evidence=[evidence], reason=f"{text}Only one.")
    said = [a_response(model, f"{text}Yes.", cost_usd=Decimal("0.01"), served_by="work:spare") for model in models]
    failed = FailedModel(model="work:gamma", reason="timed_out", error=f"{text}60 s", status_code=504)
    full: dict[str, Any] = {
        "status": "degraded",
        "answer": f"{text}The answer.",
        "analysis": an_analysis(models, text),
        "confidence": [Confidence(point=f"{text}the cost", level="low", reason=f"{text}One member.")],
        "verification": Verification(claims=[claim], verifier="work:verifier", revised=True),
        "responses": said,
        "failed_models": [failed],
        "sources": [Source(url="https://example.com/" + "a" * 300, title=f"{text}A page", used_by=[seat])],
        "cost_breakdown": [CostLine(stage="panel", model=seat, usage=usage, cost_usd=Decimal("0.01"))],
        "warnings": [f"{text}work:gamma did not answer (timed_out): 60 s"],
    }
    return a_result(**{**full, **fields})
