"""Asks a grader about every criterion of one answer, through the engine: its journal and limits of money hold."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import anyio

from fusion_mcp.engine import Engine
from fusion_mcp.errors import FusionError, FusionFailed
from fusion_mcp.evaluation import grader
from fusion_mcp.evaluation.records import CriterionVerdict
from fusion_mcp.evaluation.tasks import Criterion, RubricTask
from fusion_mcp.pipeline.run import Run
from fusion_mcp.protocols import Progress
from fusion_mcp.request import MAX_CHARACTERS, Ask
from fusion_mcp.types import ModelRef, Reason

_FOR_ALL: frozenset[Reason] = frozenset(
    {"insufficient_credits", "unauthorized", "invalid_model", "budget_exceeded", "cancelled", "recursion_refused"}
)
"""Failures that every further call would meet as well."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What is graded: one answer by one task, under a name that tells it from every other answer and pass."""

    plan_id: str
    task: RubricTask
    response: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """What came of it. `cost_usd` is null where unknown; `run_ids` are the runs in the journal that it took."""

    verdicts: tuple[CriterionVerdict, ...]
    cost_usd: Decimal | None
    run_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Reply:
    text: str
    cost_usd: Decimal | None
    run_id: str
    trouble: str = ""


def run_for(engine: Engine, model: ModelRef, sheet: Sheet, asked: str, *, is_again: bool = False) -> Run:
    """Plan one call: the same one for the same sheet, so that it is found again in the journal."""
    sample = f"{sheet.plan_id} grade {sheet.name}{' again' if is_again else ''}"
    request = Ask(question=asked, web=False, detail="full")
    return engine.plan_with(grader.preset_for(model), request, sample=sample, is_plain=True)


def asked_about(sheet: Sheet, criterion: Criterion) -> str:
    """Write the question about one criterion."""
    return grader.question(sheet.task, criterion, sheet.response, grader.fence_for(sheet.plan_id, sheet.response))


async def verdicts_on(engine: Engine, model: ModelRef, sheet: Sheet, places: anyio.CapacityLimiter) -> Verdicts:
    """Ask about every criterion, one call each. A call that fails leaves its criterion without a verdict.

    Raises Refused or FusionFailed where every further call would fail as well.
    """
    found: dict[str, CriterionVerdict] = {}
    replies: list[_Reply] = []
    stopped: list[FusionError] = []

    async def settle(criterion: Criterion) -> None:
        try:
            async with places:
                found[criterion.id] = await _verdict(engine, model, sheet, criterion, replies.append)
        except FusionError as error:
            stopped.append(error)
            tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        for criterion in sheet.task.criteria:
            tasks.start_soon(settle, criterion)
    if stopped:
        raise stopped[0]
    return Verdicts(
        verdicts=tuple(found[criterion.id] for criterion in sheet.task.criteria),
        cost_usd=_total([reply.cost_usd for reply in replies]),
        run_ids=tuple(reply.run_id for reply in replies),
    )


async def _verdict(
    engine: Engine, model: ModelRef, sheet: Sheet, criterion: Criterion, note: Callable[[_Reply], None]
) -> CriterionVerdict:
    """Ask once, and once more where the reply cannot be read."""
    asked, trouble = asked_about(sheet, criterion), ""
    for is_again in (False, True):
        if len(asked) > MAX_CHARACTERS:
            return CriterionVerdict(id=criterion.id, met=None, why="too long to be graded")
        reply = await _ask(engine, run_for(engine, model, sheet, asked, is_again=is_again))
        note(reply)
        trouble = reply.trouble or "the grader's verdict could not be read, nor its second attempt"
        reading = grader.read(reply.text)
        if reading is not None:
            return CriterionVerdict(id=criterion.id, met=reading.met, why=reading.why)
        if reply.trouble:
            break
        asked = grader.repair(asked, reply.text, grader.fence_for(sheet.plan_id, sheet.response))
    return CriterionVerdict(id=criterion.id, met=None, why=trouble)


async def _ask(engine: Engine, run: Run) -> _Reply:
    try:
        result = await engine.answer(run, "full", _unheard)
    except FusionFailed as failed:
        if failed.reason in _FOR_ALL:
            raise
        costs = [failure.bill.cost_usd for failure in failed.failures]
        why = "; ".join(dict.fromkeys(f"{failure.reason}: {failure.error}" for failure in failed.failures))
        return _Reply(text="", cost_usd=_total(costs), run_id=run.id, trouble=why or failed.message)
    return _Reply(text=result.answer or "", cost_usd=result.cost_usd, run_id=result.run_id)


def _total(costs: list[Decimal | None]) -> Decimal | None:
    """Add up money; what is unknown makes the sum unknown."""
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if len(known) == len(costs) else None


def _unheard(_: Progress) -> None:
    """Nobody listens to a single criterion."""
