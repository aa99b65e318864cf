"""The second step of an evaluation: its answers are graded, each by what its task asks for.

Every answer and pass that has no grade by the same yardstick gets one, which is on the disk as soon as it is there. A
grading that was cut off goes on with the answer that it was at: verdicts that were finished are found again in the
journal, however late. Where a grade lacks verdicts, the next grading asks for these alone. When a grade is on the disk,
the runs behind it are taken out of the history; the day's money keeps them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import anyio

from fusion_mcp.engine import Engine
from fusion_mcp.evaluation.folder import Folder, HeldFolder
from fusion_mcp.evaluation.grading import rubric
from fusion_mcp.evaluation.grading.answer_text import text_of
from fusion_mcp.evaluation.grading.code import NO_CODE, program
from fusion_mcp.evaluation.grading.pending import Job, latest_grades, pending, refuse_contestant
from fusion_mcp.evaluation.grading.sandbox.running import run
from fusion_mcp.evaluation.grading.sheet import Sheet, without_verdict, worst_case
from fusion_mcp.evaluation.grading.verdicts import Asking, verdicts_on
from fusion_mcp.evaluation.matching.matching import match_choice, match_exact
from fusion_mcp.evaluation.purse import Purse
from fusion_mcp.evaluation.records import CriterionVerdict, Grade
from fusion_mcp.evaluation.tasks import ChoiceTask, CodeTask, ExactTask, RubricTask
from fusion_mcp.types import ModelRef

NO_ANSWER = "no answer"
"""The note on the grade of a configuration that did not answer. Its score is 0: nothing is what the person got."""


@dataclass(frozen=True, kw_only=True)
class Graded:
    """One step of the grading. A grade without a score says in its note why there is none."""

    grade: Grade
    done: int
    total: int


@dataclass(frozen=True, kw_only=True)
class _Room:
    """What grading works with. Programs are tested one at a time, so that none takes the time of another."""

    engine: Engine
    plan_id: str
    asking: Asking | None
    is_unsafe: bool


async def grade_all(
    engine: Engine,
    folder: HeldFolder,
    *,
    grader: ModelRef | None,
    passes: int = 1,
    concurrency: int = 4,
    insist: bool = False,
    unsafe_code: bool = False,
    max_cost_usd: Decimal | None = None,
    on_event: Callable[[Graded], object],
) -> None:
    """Grade what has no whole grade yet, `concurrency` calls to the grader at once.

    Where the grader brings no verdict at all, or code is not run for want of walls, the grade has no score, and the
    answer has its turn again the next time. `max_cost_usd` is for all grades in the folder: no call is made whose worst
    case does not fit into what is left of it. Raises ConfigError where a grader is missing, or is one of the
    contestants and nobody insists; Refused where every further call would fail as well, and where money is missing:
    what was graded until then is kept.
    """
    jobs = pending(folder.plan, folder.answers(), folder.grades(), grader, passes)
    if any(isinstance(job.task, RubricTask) for job in jobs):
        refuse_contestant(folder.plan, grader, insist=insist)
    asking = None
    if grader is not None:
        day_limit = engine.settings.config.limits.max_cost_usd_per_day
        purse = Purse(max_cost_usd, _spent(engine, folder, grader), day_limit, engine.journal.today)
        asking = Asking(engine=engine, model=grader, places=anyio.CapacityLimiter(concurrency), purse=purse)
    room = _Room(engine=engine, plan_id=folder.plan.id, asking=asking, is_unsafe=unsafe_code)
    for done, job in enumerate(jobs, 1):
        grade, run_ids = await _graded(room, job)
        folder.append_grade(grade)
        for run_id in run_ids:
            await engine.journal.purge(run_id)
        on_event(Graded(grade=grade, done=done, total=len(jobs)))


def estimate_grading(
    engine: Engine, folder: Folder, grader: ModelRef | None, passes: int = 1
) -> tuple[int, Decimal | None]:
    """Say how many calls the grading takes, without repairs, and what they may cost at most in USD, with them.

    The money is null where the grader's price is not known. Raises as `grade_all`, but not for a contestant.
    """
    calls, most = 0, Decimal(0)
    is_known = True
    for job in pending(folder.plan, folder.answers(), folder.grades(), grader, passes):
        if isinstance(job.task, RubricTask) and grader is not None and job.text:
            left = without_verdict(job.task, _known(job))
            reckoned, is_priced = worst_case(engine, grader, _sheet(folder.plan.id, job, job.task), left)
            calls += len(left)
            most += reckoned
            is_known = is_known and is_priced
    return calls, most if is_known else None


def _spent(engine: Engine, folder: Folder, grader: ModelRef) -> Decimal:
    """Add up what the grades in a folder have cost; where nobody knows, what they would cost at most by this grader."""
    tasks = {task.id: task for task in folder.plan.tasks}
    texts = {each.key: text_of(each) for each in folder.answers()}
    spent = Decimal(0)
    for grade in latest_grades(folder.grades()).values():
        task = tasks.get(grade.task_id)
        if grade.cost_usd is not None or not isinstance(task, RubricTask) or not grade.verdicts:
            spent += grade.cost_usd or 0
        else:
            text = texts.get(grade.answer_key, "")
            sheet = Sheet(plan_id=folder.plan.id, task=task, response=text, name="")
            spent += worst_case(engine, grader, sheet, task.criteria)[0]
    return spent


async def _graded(room: _Room, job: Job) -> tuple[Grade, tuple[str, ...]]:
    """Grade one answer. The second are the runs in the journal that it took."""
    if not job.text:
        return job.grade(0.0, NO_ANSWER), ()
    if isinstance(job.task, RubricTask):
        return await _by_rubric(room, job, job.task)
    if isinstance(job.task, CodeTask):
        return await _by_tests(room, job, job.task), ()
    return _by_match(job, job.task), ()


def _by_match(job: Job, task: ExactTask | ChoiceTask) -> Grade:
    found = match_exact(task, job.text) if isinstance(task, ExactTask) else match_choice(task, job.text)
    return job.grade(float(found.is_right), found.note)


async def _by_tests(room: _Room, job: Job, task: CodeTask) -> Grade:
    wanted = program(task, job.text)
    if wanted is None:
        return job.grade(0.0, NO_CODE)
    outcome = await run(wanted, environ=room.engine.settings.bare_environ(), is_unsafe=room.is_unsafe)
    if outcome.status == "refused":
        return job.grade(None, f"not run: {outcome.detail}; --unsafe-code runs it without walls")
    note = "" if outcome.status == "passed" else f"{outcome.status}: {outcome.detail}"
    return job.grade(float(outcome.status == "passed"), note)


async def _by_rubric(room: _Room, job: Job, task: RubricTask) -> tuple[Grade, tuple[str, ...]]:
    if room.asking is None:
        raise RuntimeError("pending refuses a rubric without a grader")
    found = await verdicts_on(room.asking, _sheet(room.plan_id, job, task), _known(job))
    scored = rubric.score(task.criteria, {verdict.id: verdict.met for verdict in found.verdicts})
    missing = next((verdict.why for verdict in found.verdicts if verdict.met is None), "")
    grade = job.grade(scored.score, f"not all criteria have a verdict: {missing}" if missing else "")
    update = {
        "pass_rate": scored.pass_rate,
        "coverage": scored.coverage,
        "verdicts": found.verdicts,
        "cost_usd": _with_before(job, found.cost_usd),
    }
    return grade.model_copy(update=update), found.run_ids


def _known(job: Job) -> tuple[CriterionVerdict, ...]:
    return job.before.verdicts if job.before is not None else ()


def _with_before(job: Job, cost: Decimal | None) -> Decimal | None:
    """Add what the grade has cost that is replaced; what is unknown makes the sum unknown."""
    earlier = job.before.cost_usd if job.before is not None else Decimal(0)
    return None if cost is None or earlier is None else cost + earlier


def _sheet(plan_id: str, job: Job, task: RubricTask) -> Sheet:
    name = json.dumps((task.id, job.answer.configuration, job.answer.repeat, job.grading))
    return Sheet(plan_id=plan_id, task=task, response=job.text, name=name)
