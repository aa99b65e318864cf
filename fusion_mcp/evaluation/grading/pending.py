"""What is still to be graded, and whether this grader may. Pure; doing it is `grading`'s."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from fusion_mcp.errors import ConfigError
from fusion_mcp.evaluation.grading.answer_text import text_digest, text_of
from fusion_mcp.evaluation.grading.contestants import contestants_among
from fusion_mcp.evaluation.grading.yardsticks import MODEL_FREE, grader_of, yardstick_of
from fusion_mcp.evaluation.records import Answer, Grade, Plan
from fusion_mcp.evaluation.tasks import Task
from fusion_mcp.types import ModelRef

GradeKey = tuple[str, str, int, int, str, str]


@dataclass(frozen=True, kw_only=True)
class Job:
    """One answer that a pass of a grader has not graded yet, or not wholly: then `before` is what it has."""

    task: Task
    answer: Answer
    grading: int
    grader: str
    yardstick: str
    before: Grade | None = None

    @property
    def text(self) -> str:
        """The answer as the person would have got it; empty where there is none."""
        return text_of(self.answer)

    def grade(self, score: float | None, note: str = "") -> Grade:
        """Fill in a grade's form."""
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
    """List what has no whole grade by the present yardstick, in the order of the answers.

    Of several answers of one configuration to one task the latest counts, as of several grades.
    Raises ConfigError where a rubric is among them and no model is named to grade by it.
    """
    tasks = {task.id: task for task in plan.tasks}
    latest = {each.key: each for each in answers if each.task_id in tasks}
    graded = latest_grades(grades)
    jobs = (job for each in latest.values() for job in _jobs(tasks[each.task_id], each, model, passes))
    met = (replace(job, before=graded.get(_key(job.grade(None)))) for job in jobs)
    return [job for job in met if job.before is None or not is_whole(job.before)]


def is_whole(grade: Grade) -> bool:
    """Whether nothing is missing from a grade: then its answer has no turn again."""
    if grade.verdicts:
        return all(verdict.met is not None for verdict in grade.verdicts)
    return grade.score is not None


def latest_grades(grades: Iterable[Grade]) -> dict[GradeKey, Grade]:
    """Keep the last grade of each answer, pass and yardstick: it has the money of those before it in it."""
    return {_key(grade): grade for grade in grades}


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
    who = grader_of(task, model)
    if who is None:
        raise ConfigError(f"task {task.id} is graded by a rubric, which takes a model: name one with --grader")
    yardstick = yardstick_of(task, who)
    for grading in range(1, 2 if who in MODEL_FREE else passes + 1):
        yield Job(task=task, answer=answer, grading=grading, grader=who, yardstick=yardstick)


def _key(grade: Grade) -> GradeKey:
    return (*grade.answer_key, grade.grading, grade.yardstick, grade.answer_digest)
