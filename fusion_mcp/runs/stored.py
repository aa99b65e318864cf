"""A run's plan and its outcome as text and back, for the journal. Pure."""

from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from fusion_mcp.codes import Reason
from fusion_mcp.errors import FusionError, FusionFailed, Refused
from fusion_mcp.pipeline.run import Run
from fusion_mcp.result import FusionResult
from fusion_mcp.storing import from_json, to_json
from fusion_mcp.types import MemberFailure

_PLAN: Final = TypeAdapter(Run)

Outcome = FusionResult | FusionError
"""How a run ended."""


@dataclass(frozen=True, kw_only=True)
class _Failure:
    """A run that brought no result. `failures` is None where it was refused before anybody was asked."""

    reason: Reason
    message: str
    failures: tuple[MemberFailure, ...] | None


_OUTCOME: Final[TypeAdapter[FusionResult | _Failure]] = TypeAdapter(FusionResult | _Failure)
_RESULT: Final = TypeAdapter(FusionResult)


def write_plan(run: Run) -> str:
    """Write down everything that decides how a run goes on."""
    return to_json(_PLAN, run)


def read_plan(text: str | None) -> Run | None:
    """Read a plan back; None where there is none, or none that this version understands."""
    return from_json(_PLAN, text)


def write_outcome(outcome: FusionResult | FusionFailed | Refused) -> str:
    """Write down how a run ended."""
    if isinstance(outcome, FusionResult):
        return to_json(_RESULT, outcome)
    failures = outcome.failures if isinstance(outcome, FusionFailed) else None
    return to_json(_OUTCOME, _Failure(reason=outcome.reason, message=outcome.message, failures=failures))


def read_outcome(text: str | None) -> Outcome | None:
    """Read an outcome back; None where there is none, or none that this version understands."""
    kept = from_json(_OUTCOME, text)
    if not isinstance(kept, _Failure):
        return kept
    if kept.failures is None:
        return Refused(kept.reason, kept.message)
    return FusionFailed(kept.reason, kept.message, kept.failures)
