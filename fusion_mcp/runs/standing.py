"""Where a run stands, as its callers are told."""

from dataclasses import replace
from typing import Literal

from fusion_mcp.clock import now
from fusion_mcp.codes import Kind
from fusion_mcp.errors import FusionFailed, Refused
from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline.run import Run
from fusion_mcp.records import RunRow
from fusion_mcp.result import FusionResult, Seconds
from fusion_mcp.runs.live import LiveRun
from fusion_mcp.runs.stored import Outcome
from fusion_mcp.types import Usage
from fusion_mcp.values import value

Reused = Literal["joined", "finished", "resumed"]


@value
class Standing:
    """Where a run stands: `outcome` None while it is under way, or waits to be taken up again.

    `given` are the web addresses that the person wrote, as far as that is kept; `ledger` is there for a run of this
    process; `seconds` is how long it has taken. `warnings` are sentences about the way to a run that is under way.
    """

    run_id: str
    kind: Kind
    preset: str
    given: tuple[str, ...] = ()
    outcome: Outcome | Exception | None = None
    reused: Reused | None = None
    ledger: Ledger | None = None
    seconds: float = 0.0
    is_interrupted: bool = False
    warnings: tuple[str, ...] = ()

    def running(self) -> FusionResult:
        """Say that there is no answer yet, and what has been spent so far."""
        total = None if self.ledger is None else self.ledger.total()
        return FusionResult(
            run_id=self.run_id,
            kind=self.kind,
            preset=self.preset,
            reused=self.reused,
            status="running",
            usage=Usage() if total is None else total.usage,
            cost_usd=None if self.ledger is None or self.ledger.in_doubt() else self.ledger.total().cost_usd,
            seconds=Seconds(total=round(self.seconds, 3)),
            warnings=[*self.warnings, *([_INTERRUPTED] if self.is_interrupted else [])],
        )


_INTERRUPTED = (
    "This run was interrupted: its process has ended. fusion_result, or the same question, goes on from what it has "
    "finished."
)


_JOINED = (
    "This question was being worked on already, by a run of the preset {preset}, which this call has joined instead of "
    "starting another: models of that run can themselves call fusion-mcp. Its models, limits and web are its own, and "
    "not those that were asked for here. Ask again when it has ended for a run of its own."
)


def of_live(live: LiveRun) -> Standing:
    """A run of this process."""
    return Standing(
        run_id=live.run.id,
        kind=live.run.kind,
        preset=live.run.preset.name,
        given=live.run.given,
        outcome=live.outcome,
        reused="resumed" if live.life else None,
        ledger=live.ledger,
        seconds=now() - live.began,
    )


def of_row(row: RunRow, run: Run | None, outcome: Outcome | None) -> Standing:
    """A run as the journal has it; `run` is None where its plan is not kept."""
    return Standing(
        run_id=row.id,
        kind=row.kind,
        preset=row.preset,
        given=run.given if run else (),
        outcome=outcome,
        seconds=row.seconds or 0.0,
        is_interrupted=row.status == "interrupted",
    )


def joined_from_below(standing: Standing) -> Standing:
    """Say with a run that it was joined in place of another one, which may have been asked from below it."""
    told = _JOINED.format(preset=standing.preset)
    outcome = standing.outcome
    if isinstance(outcome, FusionResult):
        outcome = outcome.model_copy(update={"warnings": [*outcome.warnings, told]})
    elif isinstance(outcome, FusionFailed):
        outcome = FusionFailed(outcome.reason, f"{outcome.message} {told}", outcome.failures)
    elif isinstance(outcome, Refused):
        outcome = Refused(outcome.reason, f"{outcome.message} {told}")
    return replace(standing, outcome=outcome, warnings=(*standing.warnings, told))
