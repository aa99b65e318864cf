"""What is still to be graded, and whether this grader may. Pure; doing it is `grading`'s."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fusion_mcp.errors import ConfigError
from fusion_mcp.evaluation import grader
from fusion_mcp.evaluation.answer_text import text_digest, text_of
from fusion_mcp.evaluation.contestants import contestants_among
from fusion_mcp.evaluation.records import Answer, Grade, Plan
from fusion_mcp.evaluation.tasks import CodeTask, RubricTask, Task
from fusion_mcp.types import ModelRef

MATCH, TESTS = "match", "tests"
"""Graders that are no model. They find the same each time, so that one pass is enough."""

_RULES = "1"
"""The version of the rules by which answers are matched and code is tested."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One answer that a pass of a grader has not graded yet."""

    task: Task
    answer: Answer
    grading: int
    grader: str
    yardstick: str

    @property
    def text(self) -> str:
        """The answer as the person would have got it; empty where there is none."""
        return text_of(self.answer)

    def grade(self, score: float | None, note: str = "") -> Grade:
        """Fill in a grade's form; without a score, its answer has its turn again the next time."""
        return Grade(
            task_id=self.task.id,
            configuration=self.answer.configuration,
            repeat=self.answer.repeat,
            grading=self.grading,
            grader=self.grader,
            yardstick=self.yardstick,
            answer_digest=text_digest(self.answer),
            score=score,
            note=note,
        )


def pending(
    plan: Plan, answers: Sequence[Answer], grades: Sequence[Grade], model: ModelRef | None, passes: int
) -> list[Job]:
    """List what has no grade by the same yardstick, or one without a score, in the order of the answers.

    Of several answers of one configuration to one task the latest counts, as of several grades.
    Raises ConfigError where a rubric is among them and no model is named to grade by it.
    """
    tasks = {task.id: task for task in plan.tasks}
    latest = {(each.task_id, each.configuration, each.repeat): each for each in answers if each.task_id in tasks}
    graded = {_key(grade) for grade in grades if grade.score is not None}
    jobs = (job for each in latest.values() for job in _jobs(tasks[each.task_id], each, model, passes))
    return [job for job in jobs if _key(job.grade(None)) not in graded]


def refuse_contestant(plan: Plan, model: ModelRef | None, *, insist: bool) -> None:
    """Raise ConfigError where the grader would grade itself, and nobody insists on it."""
    same = contestants_among(plan, model) if model is not None else []
    if same and not insist:
        shown = ", ".join(same[:3])
        raise ConfigError(
            f"{model} would grade itself: it is, or may be, {shown} of this evaluation. Name a --grader of another "
            "family, or --insist, and every report will say so"
        )


def _jobs(task: Task, answer: Answer, model: ModelRef | None, passes: int) -> Iterator[Job]:
    if isinstance(task, RubricTask):
        if model is None:
            raise ConfigError(f"task {task.id} is graded by a rubric, which takes a model: name one with --grader")
        who, yardstick, times = str(model), grader.yardstick(task, model), passes
    else:
        who, times = TESTS if isinstance(task, CodeTask) else MATCH, 1
        yardstick = f"{who} {_digest(_RULES, task.model_dump_json())[:16]}"
    for grading in range(1, times + 1):
        yield Job(task=task, answer=answer, grading=grading, grader=who, yardstick=yardstick)


def _key(grade: Grade) -> tuple[str, str, int, int, str, str]:
    who = (grade.task_id, grade.configuration, grade.repeat, grade.grading)
    return (*who, grade.yardstick, grade.answer_digest)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
