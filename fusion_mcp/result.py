"""The structured result: what every transport, the command line and scripts receive. Shapes only.

Absent is null or an empty list, never a missing key. Money is a JSON number of USD, null where unknown.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from fusion_mcp.codes import Kind, Reason, Stage
from fusion_mcp.types import Usage

Billing = Annotated[
    Literal["metered", "subscription"],
    WithJsonSchema({"type": "string"}),  # its two words speak for themselves where they stand
]
"""How calls are paid for: by use, or by a plan that is paid anyway and whose calls have no price of their own."""

Verdict = Literal["supported", "single_member", "unsupported", "contradicted", "disputed", "unchecked"]
"""What became of one claim of the answer."""

Usd = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Stance(_Shape):
    """What one model holds on a contested topic."""

    model: str
    stance: str


class Contradiction(_Shape):
    """A topic on which models disagree."""

    topic: str
    stances: list[Stance]


class PartialCoverage(_Shape):
    """A point that only some models made."""

    models: list[str]
    point: str


class UniqueInsight(_Shape):
    """A point that one model alone made."""

    model: str
    insight: str


class Analysis(_Shape):
    """The judge's comparison, in OpenRouter Fusion's exact shape, with models named as in the preset."""

    consensus: list[str]
    contradictions: list[Contradiction]
    partial_coverage: list[PartialCoverage]
    unique_insights: list[UniqueInsight]
    blind_spots: list[str]


class Response(_Shape):
    """A member that answered; `served_by` names the fallback that answered in its seat."""

    model: str
    content: str
    truncated: bool = False
    served_by: str | None = None
    usage: Usage
    cost_usd: Usd | None = None
    billing: Billing = "metered"
    seconds: float
    tool_calls: int = 0


class FailedModel(_Shape):
    """A member that did not answer, and why."""

    model: str
    reason: Reason
    error: str
    status_code: int | None = None


class Source(_Shape):
    """A page that was really retrieved in this run."""

    url: str
    title: str
    used_by: list[str]


class ClaimEvidence(_Shape):
    """Words that stand in a member's answer or on a retrieved page: `source` is the model or the page's URL."""

    source: str
    quote: str


class Claim(_Shape):
    """A checkable statement of the answer, and what the panel's answers and the retrieved pages say about it.

    `supported`: several members say so, or a page that another has read or the person named; `single_member`: one
    member alone, with whatever pages it alone brought; `unsupported`: nobody; `contradicted`: more that was found is
    against it than for it; `disputed`: as much is found either way;
    `unchecked`: it could not be looked at. `reason` says in words what the verdict rests on.
    """

    claim: str
    verdict: Verdict
    evidence: list[ClaimEvidence] = []
    reason: str = ""


class Verification(_Shape):
    """The check of the final answer, claim by claim. `revised`: it was written once more because of what was found."""

    claims: list[Claim]
    verifier: str
    second_judge: str | None = None
    revised: bool = False


class Confidence(_Shape):
    """How far one point of the analysis is borne out, and by what: never a percentage."""

    point: str
    level: Literal["high", "medium", "low"]
    reason: str


class CostLine(_Shape):
    """What one model cost in one stage."""

    stage: Stage
    model: str
    usage: Usage
    cost_usd: Usd | None = None
    billing: Billing = "metered"


class Seconds(_Shape):
    """Wall time by stage; null for a stage that did not run."""

    panel: float | None = None
    judge: float | None = None
    synthesis: float | None = None
    verification: float | None = None
    total: float

    def of_stages(self) -> Iterator[tuple[Stage, float]]:
        """Give each stage that ran with its time, in the order of a run."""
        stages: dict[Stage, float | None] = {
            "panel": self.panel,
            "judge": self.judge,
            "synthesis": self.synthesis,
            "verification": self.verification,
        }
        for stage, spent in stages.items():
            if spent is not None:
                yield stage, spent


class FusionResult(_Shape):
    """The whole outcome of `fusion_ask` or `fusion_compare`."""

    run_id: str
    kind: Kind
    preset: str
    reused: Literal["joined", "finished", "resumed"] | None = None
    status: Literal["ok", "degraded", "running"]
    answer: str | None = None
    answered_by: str | None = None
    analysis: Analysis | None = None
    confidence: list[Confidence] = []
    verification: Verification | None = None
    responses: list[Response] = []
    failed_models: list[FailedModel] = []
    sources: list[Source] = []
    usage: Usage
    cost_usd: Usd | None = None
    cost_breakdown: list[CostLine] = []
    cost_vs_single: float | None = None
    seconds: Seconds
    warnings: list[str] = []


class PresetCard(_Shape):
    """A preset as it is shown: who sits where, what it may cost, and what still keeps it from being used.

    `rationale` and `dated` say why these models, and when that was last looked at; `verifier` and `second_judge` check
    the answer, where there are such; `aggregate`, `gate` and `triage` are as in the preset's file.
    `error` says why the file is broken; `missing_keys` names environment variables that are not set; `chosen` says
    what a preset that depends on what is there came to, or why it cannot be used now. `may_cost_usd` is the worst case
    of a short question at today's prices, and null in a list of presets; `unpriced` are models of unknown price in it,
    `on_subscription` those whose calls go on a plan and are in no cost.
    """

    name: str
    title: str = ""
    description: str = ""
    rationale: str = ""
    dated: date | None = None
    aliases: list[str] = []
    error: str | None = None
    panel: list[str] = []
    judge: str | None = None
    synthesizer: str | None = None
    verifier: str | None = None
    second_judge: str | None = None
    aggregate: Literal["synthesize", "select"] | None = None
    gate: bool | None = None
    triage: Literal["advise", "route", "off"] | None = None
    deadline_s: float | None = None
    quorum: int | None = None
    grace_s: float | None = None
    max_cost_usd: Usd | None = None
    may_cost_usd: Usd | None = None
    unpriced: list[str] = []
    on_subscription: list[str] = []
    tools: list[str] = []
    missing_keys: list[str] = []
    usable: bool = False
    chosen: str = ""
