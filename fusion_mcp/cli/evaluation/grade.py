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
from fusion_mcp.cli.exits import NO_RESULT, OK
from fusion_mcp.cli.streams import say
from fusion_mcp.engine import Engine, open_engine
from fusion_mcp.errors import FusionError, Refused
from fusion_mcp.evaluation.asking.planning import at_once
from fusion_mcp.evaluation.folder import HeldFolder, hold_folder
from fusion_mcp.evaluation.grading.grading import Graded, estimate_grading, grade_all
from fusion_mcp.evaluation.grading.pending import is_whole, refuse_contestant
from fusion_mcp.evaluation.reporting.figures import count
from fusion_mcp.explain import did_you_mean, shown
from fusion_mcp.money import usd
from fusion_mcp.settings import Settings, load_settings
from fusion_mcp.types import ModelRef

_LONG = 200


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Grade every answer in a folder that has no whole grade by this grader yet."""
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
        heard = _Heard()
        _carry_out(settings, folder, grader, heard, arguments)
        status = heard.tell()
        say(f"Next: fusion-mcp eval report {folder.path}")
    return status


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


class _Heard:
    """What the grading has said, line by line, and what is still missing from it."""

    def __init__(self) -> None:
        self._unscored = 0
        self._without_verdicts = 0
        self._why = ""

    def hear(self, graded: Graded) -> None:
        """Say one line."""
        grade = graded.grade
        score = "no score" if grade.score is None else f"{grade.score:.2f}"
        note = f" ({grade.note})" if grade.note else ""
        head = f"[{graded.done}/{graded.total}] {grade.configuration}, task {grade.task_id}"
        say(one_line(f"{head}: {score}{note}", _LONG))
        if not is_whole(grade):
            self._why = self._why or grade.note
        self._unscored += grade.score is None
        self._without_verdicts += grade.score is not None and not is_whole(grade)

    def tell(self) -> int:
        """Say what is missing and what to do, and give the exit status."""
        if self._unscored:
            say(one_line(f"{count(self._unscored, 'grade')} without a score{self._reason()}", _LONG * 2))
        if self._without_verdicts:
            reason = "" if self._unscored else self._reason()
            say(one_line(f"{count(self._without_verdicts, 'grade')} without all verdicts{reason}", _LONG * 2))
        if self._why:
            say("The same command asks for what is missing, and for nothing else.")
        return NO_RESULT if self._unscored else OK

    def _reason(self) -> str:
        return f"; the first: {self._why}" if self._why else ""


def _carry_out(
    settings: Settings, folder: HeldFolder, grader: ModelRef | None, heard: _Heard, arguments: argparse.Namespace
) -> None:
    async def graded() -> FusionError | None:
        try:
            async with open_engine(settings) as engine:
                await grade_all(
                    engine,
                    folder,
                    grader=grader,
                    passes=arguments.passes,
                    concurrency=at_once(engine, [grader] if grader else [], arguments.concurrency),
                    insist=arguments.insist,
                    unsafe_code=arguments.unsafe_code,
                    max_cost_usd=arguments.max_cost_usd,
                    on_event=heard.hear,
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
