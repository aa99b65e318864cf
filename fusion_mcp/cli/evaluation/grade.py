"""`eval grade`: says what the grading may cost, asks for leave, and grades what `eval run` has collected."""

import argparse
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path

import anyio

from fusion_mcp import guard
from fusion_mcp.cleaning import one_line
from fusion_mcp.cli.arguments import UsageError
from fusion_mcp.cli.evaluation.consent import ask_leave
from fusion_mcp.cli.exits import OK
from fusion_mcp.cli.streams import say
from fusion_mcp.engine import Engine, open_engine
from fusion_mcp.errors import FusionError, Refused
from fusion_mcp.evaluation.folder import HeldFolder, hold_folder
from fusion_mcp.evaluation.grading import Graded, estimate_grading, grade_all
from fusion_mcp.evaluation.pending import refuse_contestant
from fusion_mcp.evaluation.planning import at_once
from fusion_mcp.evaluation.records import Grade
from fusion_mcp.evaluation.tasks import RubricTask
from fusion_mcp.explain import did_you_mean, shown
from fusion_mcp.render import usd
from fusion_mcp.settings import Settings, load_settings
from fusion_mcp.types import ModelRef

_LONG = 200


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Grade every answer in a folder that has no grade by this grader yet."""
    grader = _grader(arguments.grader)
    settings = load_settings(environ)
    with hold_folder(Path(arguments.folder)) as folder:
        reckon = partial(_reckoned, settings, folder, grader, arguments.passes, insist=arguments.insist)
        reckoned = anyio.run(reckon)
        if isinstance(reckoned, FusionError):
            raise reckoned
        calls, most = reckoned
        say(f"Grading takes {calls} calls{_price(calls, most)}.")
        limit = arguments.max_cost_usd
        ask_leave("this grading", most if most is None or limit is None else min(limit, most), yes=arguments.yes)
        till = _Till(folder, limit, calls, most)
        _carry_out(settings, folder, grader, till, arguments)
        say(f"Next: fusion-mcp eval report {folder.path}")
    return OK


def _grader(text: str | None) -> ModelRef | None:
    try:
        return None if text is None else ModelRef.parse(text)
    except ValueError as error:
        raise UsageError(f"--grader: {error}") from None


async def _reckoned(
    settings: Settings, folder: HeldFolder, grader: ModelRef | None, passes: int, *, insist: bool
) -> tuple[int, Decimal | None] | FusionError:
    try:
        async with open_engine(settings) as engine:
            await engine.recursion.refuse_caller(tool="eval")
            if grader is not None:
                _refuse_unknown(engine, grader)
            refuse_contestant(folder.plan, grader, insist=insist)
            return estimate_grading(engine, folder, grader, passes)
    except FusionError as error:
        return error


def _refuse_unknown(engine: Engine, grader: ModelRef) -> None:
    if grader.provider not in engine.catalogue:
        near = did_you_mean(grader.provider, engine.catalogue)
        raise UsageError(f"--grader: there is no provider '{shown(grader.provider)}'{near}")
    if guard.is_fusion(grader):
        raise UsageError(f"--grader: {shown(str(grader))} is a panel itself; name one model")


def _price(calls: int, most: Decimal | None) -> str:
    if not calls:
        return ""
    if most is None:
        return "; the grader's price is not known"
    return f": up to {usd(most)}, usually much less" if most else "; nobody bills for it"


class _Till:
    """What grading has cost, and whether the next grade may go beyond the person's limit."""

    def __init__(self, folder: HeldFolder, limit: Decimal | None, calls: int, most: Decimal | None) -> None:
        tasks = (task for task in folder.plan.tasks if isinstance(task, RubricTask))
        criteria = max((len(task.criteria) for task in tasks), default=0)
        self._each = most / calls * criteria if most and calls else Decimal(0)
        self._limit = limit
        self._spent = sum(map(self._counted, folder.grades()), start=Decimal(0))

    def heard(self, graded: Graded) -> None:
        """Say one line, and stop before the limit is passed. Raises Refused(budget_exceeded)."""
        grade = graded.grade
        score = "no score" if grade.score is None else f"{grade.score:.2f}"
        note = f" ({grade.note})" if grade.note else ""
        head = f"[{graded.done}/{graded.total}] {grade.configuration}, task {grade.task_id}"
        say(one_line(f"{head}: {score}{note}", _LONG))
        self._spent += self._counted(grade)
        if graded.done < graded.total:
            self.refuse_above()

    def refuse_above(self) -> None:
        """Refuse where one more grade may cost more than is left. Raises Refused(budget_exceeded)."""
        if self._limit is not None and self._spent + self._each > self._limit:
            raise Refused(
                "budget_exceeded",
                f"the next grade may cost {usd(self._each)}, and of --max-cost-usd {self._limit:f} up to "
                f"{usd(self._spent)} is spent. Raise it to go on.",
            )

    def _counted(self, grade: Grade) -> Decimal:
        """Count what a grade has cost, or may have where nobody knows; without verdicts no model was asked."""
        if grade.cost_usd is not None:
            return grade.cost_usd
        return self._each if grade.verdicts else Decimal(0)


def _carry_out(
    settings: Settings, folder: HeldFolder, grader: ModelRef | None, till: _Till, arguments: argparse.Namespace
) -> None:
    async def graded() -> FusionError | None:
        try:
            till.refuse_above()
            async with open_engine(settings) as engine:
                await grade_all(
                    engine,
                    folder,
                    grader=grader,
                    passes=arguments.passes,
                    concurrency=at_once(engine, [grader] if grader else [], arguments.concurrency),
                    insist=arguments.insist,
                    unsafe_code=arguments.unsafe_code,
                    on_event=till.heard,
                )
        except FusionError as error:
            return error
        return None

    try:
        outcome = anyio.run(graded)
    except KeyboardInterrupt:
        say(_so_far(folder))
        raise
    if isinstance(outcome, Refused):
        raise Refused(outcome.reason, f"{outcome.message} {_so_far(folder)}")
    if outcome is not None:
        raise outcome


def _so_far(folder: HeldFolder) -> str:
    return f"{len(folder.grades())} grades are in {folder.path}; the same command goes on."
