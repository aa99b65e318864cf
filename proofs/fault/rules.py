"""The rules of the fault matrix: what a case may bring, judged by the result and by the provider's own count."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fault.kinds import Fault
from scripted import Call
from scripted.lives import Outcome
from scripted.stages import Stage, stage_of

DEADLINE_S = 4.0
SLACK_S = 2.0
ERROR_LENGTH = 1000
PANEL = ("alpha", "beta", "gamma")

Who = Literal["one", "all"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A fault in one stage, of one model or of everyone who is asked there. `name` is its preset's and provider's."""

    name: str
    fault: Fault
    stage: Stage
    who: Who
    door: str = "stdio"

    def model(self, role: str) -> str:
        """Name the model in that role."""
        return f"{role}-{self.name}"

    def reference(self, role: str) -> str:
        """Name it as the preset does."""
        is_gone = self.fault.is_absent and role in self.victims
        return f"{self.name}{'-gone' if is_gone else ''}:{self.model(role)}"

    @property
    def victims(self) -> Sequence[str]:
        """The roles that have the fault; with all, everyone who may stand in has it in that stage, too."""
        one = {"panel": "alpha", "judge": "judge", "synthesis": "writer"}
        return (*PANEL, "judge", "writer") if self.who == "all" else (one[self.stage],)

    @property
    def is_hopeless(self) -> bool:
        """Whether nobody may be left to answer."""
        return self.stage == "panel" and self.who == "all" and self.fault.fate != "mended"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a case brought. `crash` is what kept the client from an answer."""

    case: Case
    seconds: float
    calls: Sequence[Call]
    outcome: Outcome | None = None
    crash: str = ""

    @property
    def over_s(self) -> float:
        """Seconds beyond the deadline."""
        return max(0.0, self.seconds - DEADLINE_S)

    @property
    def is_named(self) -> bool:
        """Whether the result names a victim, in `failed_models` or in a warning."""
        if self.outcome is None or self.outcome.result is None:
            return self.outcome is not None and self.case.name in self.outcome.error
        result = self.outcome.result
        told = " ".join([*(failed["model"] for failed in result["failed_models"]), *result["warnings"]])
        return any(self.case.reference(role) in told for role in self.case.victims)


def violations(finding: Finding) -> Iterator[str]:
    """Say what a case violates."""
    if finding.over_s > SLACK_S:
        yield f"hung for {finding.over_s:.1f} s beyond its deadline"
    if finding.outcome is None:
        yield f"crashed: {finding.crash}"
        return
    yield from _too_many(finding)
    if finding.outcome.result is None:
        yield from _of_error(finding.case, finding.outcome.error)
    else:
        yield from _of_result(finding, finding.outcome.result)


def _of_error(case: Case, error: str) -> Iterator[str]:
    if not case.is_hopeless:
        yield f"no answer though one could be given: {error[:200]}"
    elif "all_panels_failed" not in error or len(error) > ERROR_LENGTH:
        yield f"a total failure is not told as one: {error[:200]}"
    elif "budget_exceeded" in error:
        yield f"blamed on money, of which there is enough: {error[-200:]}"


def _of_result(finding: Finding, result: Mapping[str, Any]) -> Iterator[str]:
    case, failed = finding.case, {entry["model"] for entry in result["failed_models"]}
    answered = {entry["model"] for entry in result["responses"]}
    lacks_something = bool(failed) or result["analysis"] is None or result["answered_by"] != "synthesizer"
    if not result["answer"]:
        yield "a result without an answer"
    if {case.reference(role) for role in PANEL} != answered | failed or answered & failed:
        yield "not every member is in exactly one of the lists"
    if lacks_something and (result["status"] != "degraded" or not result["warnings"]):
        yield f"silently degraded: {result['status']}, {len(result['warnings'])} warnings"
    if any(entry["reason"] == "budget_exceeded" for entry in result["failed_models"]):
        yield "blamed on money, of which there is enough"
    if case.fault.fate == "fatal" and not finding.is_named:
        yield "nobody is named as failed"
    if case.fault.fate == "fatal" and case.who == "all" and not lacks_something:
        yield "nothing is missing though everyone failed"
    if case.fault.fate == "mended" and (lacks_something or result["status"] != "ok"):
        yield f"not mended: {result['status']}, failed {sorted(failed)}"


def _too_many(finding: Finding) -> Iterator[str]:
    """Hold the provider's count against the rule: one call for each that is asked for, and `most` for a victim's."""
    case = finding.case
    victims = {case.model(role) for role in case.victims}
    for (model, stage), count in Counter((call.model, stage_of(call)) for call in finding.calls).items():
        most = case.fault.most if model in victims and stage == case.stage else 1
        most = max(most, 2) if case.stage == stage == "judge" else most  # an unreadable analysis may be mended once
        if count > most:
            yield f"{model} was called {count} times for the {stage}, at most {most} are right"
