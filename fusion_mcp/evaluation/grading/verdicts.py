"""Asks a grader about the criteria of one answer, through the engine: its journal and limits of money hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import anyio

from fusion_mcp.codes import Reason
from fusion_mcp.engine import Engine
from fusion_mcp.errors import FusionError, FusionFailed, Refused
from fusion_mcp.evaluation.grading import grader
from fusion_mcp.evaluation.grading.sheet import Sheet, asked_about, asked_again, run_for, without_verdict
from fusion_mcp.evaluation.purse import Purse
from fusion_mcp.evaluation.records import CriterionVerdict
from fusion_mcp.evaluation.tasks import Criterion
from fusion_mcp.pipeline.run import Run
from fusion_mcp.protocols import unheard
from fusion_mcp.request import MAX_CHARACTERS
from fusion_mcp.types import ModelRef

_FOR_ALL: frozenset[Reason] = frozenset(
    {"insufficient_credits", "unauthorized", "invalid_model", "cancelled", "recursion_refused"}
)
"""Failures that every further call would meet as well."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who is asked, how many times at once, and out of which purse."""

    engine: Engine
    model: ModelRef
    places: anyio.CapacityLimiter
    purse: Purse


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


@dataclass(frozen=True)
class _Round:
    """The criteria of one sheet, as they are asked about: what was replied, and what stops the whole."""

    asking: Asking
    sheet: Sheet
    found: dict[str, CriterionVerdict]
    replies: list[_Reply] = field(default_factory=list)
    stopped: list[FusionError] = field(default_factory=list)

    async def settle(self, criterion: Criterion, scope: anyio.CancelScope) -> None:
        """Ask about one criterion, or end the round where no other could be asked about either."""
        try:
            async with self.asking.places:
                self.found[criterion.id] = await self._verdict(criterion)
        except FusionError as error:
            self.stopped.append(error)
            scope.cancel()

    async def _verdict(self, criterion: Criterion) -> CriterionVerdict:
        """Ask once, and once more where the reply cannot be read."""
        asked, trouble = asked_about(self.sheet, criterion), ""
        for is_again in (False, True):
            if len(asked) > MAX_CHARACTERS:
                return CriterionVerdict(id=criterion.id, met=None, why="too long to be graded")
            run = run_for(self.asking.engine, self.asking.model, self.sheet, asked, is_again=is_again)
            reply = await _paid(self.asking, run)
            self.replies.append(reply)
            trouble = reply.trouble or "the grader's verdict could not be read, nor its second attempt"
            reading = grader.read(reply.text)
            if reading is not None:
                return CriterionVerdict(id=criterion.id, met=reading.met, why=reading.why)
            if reply.trouble:
                break
            asked = asked_again(self.sheet, asked, reply.text)
        return CriterionVerdict(id=criterion.id, met=None, why=trouble)


async def verdicts_on(asking: Asking, sheet: Sheet, known: Sequence[CriterionVerdict] = ()) -> Verdicts:
    """Ask about every criterion that has no verdict yet, one call each. One that fails leaves its criterion without.

    Raises Refused where every further call would fail as well, and where the purse has nothing left for the next.
    """
    asked = _Round(asking=asking, sheet=sheet, found={verdict.id: verdict for verdict in known})
    async with anyio.create_task_group() as tasks:
        for criterion in without_verdict(sheet.task, known):
            tasks.start_soon(asked.settle, criterion, tasks.cancel_scope)
    if asked.stopped:
        raise asked.stopped[0]
    return Verdicts(
        verdicts=tuple(asked.found[criterion.id] for criterion in sheet.task.criteria),
        cost_usd=_total([reply.cost_usd for reply in asked.replies]),
        run_ids=tuple(reply.run_id for reply in asked.replies),
    )


async def _paid(asking: Asking, run: Run) -> _Reply:
    """Ask where the purse has the worst case of the call. Raises Refused where it has not."""
    most = asking.engine.estimate(run).most_usd
    if not await asking.purse.hold(most):
        raise asking.purse.refusal or Refused("budget_exceeded", "no money is left for the next call")
    cost: Decimal | None = None
    try:
        reply = await _ask(asking, run)
        cost = reply.cost_usd
    finally:
        asking.purse.settle(most, most if cost is None else cost)
    return reply


async def _ask(asking: Asking, run: Run) -> _Reply:
    try:
        result = await asking.engine.answer(run, "full", unheard)
    except FusionFailed as failed:
        _refuse_hopeless(asking.model, failed)
        costs = [failure.bill.cost_usd for failure in failed.failures]
        why = "; ".join(dict.fromkeys(f"{failure.reason}: {failure.error}" for failure in failed.failures))
        return _Reply(text="", cost_usd=_total(costs), run_id=run.id, trouble=why or failed.message)
    return _Reply(text=result.answer or "", cost_usd=result.cost_usd, run_id=result.run_id)


def _refuse_hopeless(model: ModelRef, failed: FusionFailed) -> None:
    """Raise Refused where no further call to the grader could do better."""
    reasons: Mapping[Reason, str] = {failure.reason: failure.error for failure in failed.failures}
    if failed.reason in _FOR_ALL:
        raise Refused(failed.reason, f"the grader {model} cannot be asked: {failed.message}")
    if reasons and reasons.keys() <= _FOR_ALL:
        reason, error = next(iter(reasons.items()))
        raise Refused(reason, f"the grader {model} cannot be asked: {error} Mend that, or name another --grader.")


def _total(costs: list[Decimal | None]) -> Decimal | None:
    """Add up money; what is unknown makes the sum unknown."""
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if len(known) == len(costs) else None
