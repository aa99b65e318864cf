"""Stage two: a judge compares the labelled answers and writes an analysis.

A judge that fails costs the analysis, nothing else.

Each judge gets one chance to mend a reply that cannot be read; then another model is tried before the analysis is
given up. Where one answer is to be given as it stands, a reply that names none is such a reply, too; if no judge names
one, the first whole analysis is taken without.
"""

from collections.abc import Sequence
from dataclasses import replace

from fusion_mcp.clock import now
from fusion_mcp.codes import Reason
from fusion_mcp.pipeline.calling.call import Caller
from fusion_mcp.pipeline.calling.mending import call_for_json
from fusion_mcp.pipeline.calling.roles import Failures, fill_role, role_request
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.json_replies import Malformed
from fusion_mcp.pipeline.judging.analysis import Judgement, read, schema, undecided
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.prompting import judge_messages
from fusion_mcp.types import CallFailure, ChatRequest, ModelRef
from fusion_mcp.values import value

# OpenRouter's codes tell a judge's failures from a member's.
_REASONS: dict[Reason, Reason] = {
    "empty_completion": "judge_empty_completion",
    "upstream_error": "judge_upstream_error",
}


@value
class Verdict:
    """The judgement in labels, or None, and what went wrong on the way: each judge that failed, with its failure."""

    judgement: Judgement | None
    judge: ModelRef | None
    failures: Failures = ()
    seconds: float = 0.0

    @property
    def is_stand_ins(self) -> bool:
        """Whether somebody judged in the place of a judge that failed."""
        failed = [model for model, _ in self.failures]
        return bool(failed) and self.judge is not None and self.judge not in failed


async def analyze(
    desk: Desk, labelled: Sequence[LabelledAnswer], judges: Sequence[ModelRef], deadline: float
) -> Verdict:
    """Ask the judges in turn until one writes an analysis or the stage's time is up."""
    without_choice: list[tuple[ModelRef, Judgement]] = []

    async def attempt(caller: Caller) -> Judgement | CallFailure:
        before = len(without_choice)
        outcome = await _judge(caller, labelled, without_choice)
        if isinstance(outcome, Judgement):
            return outcome
        if len(without_choice) > before and outcome.reason == "judge_schema_mismatch":
            return replace(outcome, message="its analysis names no answer to be given")
        return replace(outcome, reason=_REASONS.get(outcome.reason, outcome.reason))

    start = now()
    filled = await fill_role(desk, "judge", judges, deadline, attempt, "the judge's time was up")
    judge, judgement = filled.model, filled.outcome
    if judgement is None and without_choice:
        judge, judgement = without_choice[0]
    seconds = now() - start
    return Verdict(judgement=judgement, judge=judge, failures=filled.failures, seconds=seconds)


async def _judge(
    caller: Caller, labelled: Sequence[LabelledAnswer], without_choice: list[tuple[ModelRef, Judgement]]
) -> Judgement | CallFailure:
    """Ask one judge. An analysis that lacks nothing but the choice is put aside in `without_choice`."""

    def reads(reply: str) -> Judgement | Malformed:
        found = read(reply, labelled)
        if isinstance(found, Malformed) or found.preferred is not None or not caller.desk.run.is_choice:
            return found
        without_choice.append((caller.model, found))
        return undecided(labelled)

    return await call_for_json(caller, _request(caller, labelled), reads, "analysis")


def _request(caller: Caller, labelled: Sequence[LabelledAnswer]) -> ChatRequest:
    run = caller.desk.run
    compact = caller.desk.traits(caller.model).compact
    labels = [answer.label for answer in labelled]
    shape = schema(labels, compact=compact, must_prefer=run.is_choice)
    messages = judge_messages(run, labelled, compact=compact)
    return role_request(run, run.preset.judge, messages, shape)
