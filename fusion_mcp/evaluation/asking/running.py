"""Asks every task of every configuration, through the engine.

So the journal, the person's limits of money and the number of runs at once hold as for any question. What was answered
is in the folder, what was under way in the journal: the same call goes on from both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import anyio

from fusion_mcp.engine import Engine
from fusion_mcp.errors import ConfigError, FusionFailed, Refused
from fusion_mcp.evaluation.asking.leaks import contaminated
from fusion_mcp.evaluation.asking.samples import Sample, missing, planned, samples
from fusion_mcp.evaluation.folder import HeldFolder
from fusion_mcp.evaluation.purse import Purse
from fusion_mcp.evaluation.records import Answer
from fusion_mcp.pipeline.run import Run
from fusion_mcp.protocols import unheard
from fusion_mcp.result import FusionResult

State = Literal["asked", "answered", "failed"]

_LONGEST_ERROR = 2000
_OURS_TO_MEND = ("unauthorized", "insufficient_credits", "budget_exceeded", "recursion_refused")
"""What keeps everybody from answering says nothing about an answer's quality, so nothing is recorded."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to one sample. `done` of `total` have an answer by now, or have failed."""

    state: State
    sample: Sample
    done: int
    total: int
    answer: Answer | None = None


OnEvent = Callable[[Event], None]


async def run_all(
    engine: Engine,
    folder: HeldFolder,
    *,
    on_event: OnEvent,
    concurrency: int,
    retry_failed: bool = False,
) -> None:
    """Ask everything that has no answer in the folder yet, and write each answer there as soon as it is known.

    A configuration that fails on a task is recorded so. Raises Refused where money, a key or the like is missing, and
    ConfigError where the disk refuses, once those under way have ended: the same call goes on from there.
    """
    answers = folder.answers()
    todo = missing(folder.plan, answers, retry_failed=retry_failed)
    session = _Session(engine, folder, on_event, todo, answers)
    at_once = min(concurrency, engine.settings.config.limits.max_concurrent_runs, len(todo))
    async with anyio.create_task_group() as workers:
        for _ in range(at_once):
            workers.start_soon(session.work)
    if session.stopped is not None:
        raise session.stopped


class _Session:
    """What the workers of one call share."""

    def __init__(
        self, engine: Engine, folder: HeldFolder, on_event: OnEvent, todo: Sequence[Sample], answers: Sequence[Answer]
    ) -> None:
        self.stopped: Refused | ConfigError | None = None
        self._engine = engine
        self._folder = folder
        self._on_event = on_event
        self._todo = iter(todo)
        self._total = sum(1 for _ in samples(folder.plan))
        self._done = self._total - len(todo)
        known = {sample.key: sample for sample in samples(folder.plan)}
        kept = ((each, known.get(each.key)) for each in answers)
        spent = sum((self._counted(each, sample) for each, sample in kept if sample), start=Decimal(0))
        day_limit = engine.settings.config.limits.max_cost_usd_per_day
        self._purse = Purse(folder.plan.max_cost_usd, spent, day_limit, engine.journal.today)

    async def work(self) -> None:
        """Ask one sample after another, until there is none left or none may be asked any more."""
        for sample in self._todo:
            if self.stopped is not None:
                return
            run = planned(self._engine, self._folder.plan, sample)
            most = self._engine.estimate(run).most_usd
            if not await self._purse.hold(most):
                self.stopped = self.stopped or self._purse.refusal
                return
            cost = most
            try:
                answer = await self._answer(sample, run)
                cost = most if answer is None or answer.cost_usd is None else answer.cost_usd
            finally:
                self._purse.settle(most, cost)

    async def _answer(self, sample: Sample, run: Run) -> Answer | None:
        """Ask one sample and write down what came of it; None where that is nothing to be written down."""
        self._tell("asked", sample)
        began = anyio.current_time()
        try:
            result = await self._engine.answer(run, "full", unheard)
            answer = _answered(sample, result)
        except Refused as refused:
            self.stopped = self.stopped or refused
            return None
        except FusionFailed as failed:
            if failed.failures and all(failure.reason in _OURS_TO_MEND for failure in failed.failures):
                self.stopped = self.stopped or Refused(failed.failures[0].reason, _sentence(sample, failed))
                return None
            answer = await self._failed(sample, run, failed, anyio.current_time() - began)
        try:
            self._folder.append_answer(answer)
        except ConfigError as error:
            self.stopped = self.stopped or error
            return answer
        self._done += 1
        self._tell("answered" if answer.result else "failed", sample, answer)
        return answer

    async def _failed(self, sample: Sample, run: Run, failed: FusionFailed, seconds: float) -> Answer:
        row = await self._engine.runs.settled(run)
        return Answer(
            task_id=sample.task.id,
            configuration=sample.configuration.name,
            repeat=sample.repeat,
            reason=failed.reason,
            error=str(failed)[:_LONGEST_ERROR],
            cost_usd=row.cost_usd if row and row.cost_is_complete else None,
            seconds=seconds,
        )

    def _counted(self, answer: Answer, sample: Sample) -> Decimal:
        """Count what an answer has cost, or may have where nobody knows."""
        if answer.cost_usd is not None:
            return answer.cost_usd
        return self._engine.estimate(planned(self._engine, self._folder.plan, sample)).most_usd

    def _tell(self, state: State, sample: Sample, answer: Answer | None = None) -> None:
        self._on_event(Event(state=state, sample=sample, done=self._done, total=self._total, answer=answer))


def _answered(sample: Sample, result: FusionResult) -> Answer:
    return Answer(
        task_id=sample.task.id,
        configuration=sample.configuration.name,
        repeat=sample.repeat,
        result=result,
        cost_usd=result.cost_usd,
        seconds=result.seconds.total,
        contaminated=contaminated(sample.task, result),
    )


def _sentence(sample: Sample, failed: FusionFailed) -> str:
    """Say in one sentence why nobody could be asked."""
    first = failed.failures[0]
    return f"{sample.configuration.name}: nobody could answer: {first.seat}: {first.error}"
