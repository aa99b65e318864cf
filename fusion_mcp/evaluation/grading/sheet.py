"""What a grader is asked about one answer, criterion by criterion: the calls, and what they may cost at most.

Nobody is asked here: that is `verdicts`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fusion_mcp.engine import Engine
from fusion_mcp.evaluation.grading import grader
from fusion_mcp.evaluation.records import CriterionVerdict
from fusion_mcp.evaluation.tasks import Criterion, RubricTask
from fusion_mcp.pipeline.run import Run
from fusion_mcp.request import Ask
from fusion_mcp.types import ModelRef

# Of four bytes each in UTF-8, the most that a character has: what a prompt may cost is reckoned by its bytes.
_LONGEST_REPLY = "\U00020000" * grader.EXCERPT


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What is graded: one answer by one task, under a name that tells it from every other answer and pass."""

    plan_id: str
    task: RubricTask
    response: str
    name: str

    @property
    def fence(self) -> str:
        """The marks around what others wrote in its questions."""
        return grader.fence_for(self.plan_id, self.response)


def run_for(engine: Engine, model: ModelRef, sheet: Sheet, asked: str, *, is_again: bool = False) -> Run:
    """Plan one call: the same one for the same sheet, so that it is found again in the journal.

    Its limit of money is what such a call may cost at most: what is held for it is never exceeded.
    """
    sample = f"{sheet.plan_id} grade {sheet.name}{' again' if is_again else ''}"
    request = Ask(question=asked, web=False, detail="full")
    run = replace(engine.planner.plan_with(grader.preset_for(model), request), sample=sample, is_plain=True)
    return replace(run, limit_usd=engine.estimate(run).most_usd or run.limit_usd)


def asked_about(sheet: Sheet, criterion: Criterion) -> str:
    """Write the question about one criterion."""
    return grader.question(sheet.task, criterion, sheet.response, sheet.fence)


def asked_again(sheet: Sheet, asked: str, reply: str) -> str:
    """Write a question once more, behind a reply that could not be read."""
    return grader.repair(asked, reply, sheet.fence)


def worst_case(engine: Engine, model: ModelRef, sheet: Sheet, criteria: Collection[Criterion]) -> tuple[Decimal, bool]:
    """Reckon what asking about these criteria may cost at most in USD, each of them twice.

    The second is whether the grader's price is known: else an assumed one was reckoned with.
    """
    if not criteria:
        return Decimal(0), True
    longest = max(criteria, key=lambda each: len(each.requirement.encode()))
    asked = asked_about(sheet, longest)
    estimates = [
        engine.estimate(run_for(engine, model, sheet, question))
        for question in (asked, asked_again(sheet, asked, _LONGEST_REPLY))
    ]
    most = sum((each.most_usd for each in estimates), start=Decimal(0)) * len(criteria)
    return most, not any(each.unpriced for each in estimates)


def without_verdict(task: RubricTask, known: Sequence[CriterionVerdict]) -> tuple[Criterion, ...]:
    """Give the criteria that have no verdict among those that are known."""
    decided = {verdict.id for verdict in known if verdict.met is not None}
    return tuple(criterion for criterion in task.criteria if criterion.id not in decided)
