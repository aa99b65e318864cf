"""Which grades count: those by the present yardstick, of the answers that are there now. Pure.

Scores by an older grading prompt, rubric or rule of matching measure something else, so they are in no report. They
stay in the folder; what of them was not given again is counted, so that a report can name it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fusion_mcp.evaluation.grading.answer_text import text_digest
from fusion_mcp.evaluation.grading.yardsticks import yardstick_of
from fusion_mcp.evaluation.records import Answer, Grade, Plan

Why = Literal["yardstick", "answer"]


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """How many of a grader's grades count no more and were not given again; the highest of their passes is `passes`.

    `why`: they were given by another `yardstick` than the present one, or to another `answer` than is there now.
    """

    grader: str
    why: Why
    grades: int
    passes: int


def current_grades(
    plan: Plan, answers: Sequence[Answer], grades: Sequence[Grade]
) -> tuple[list[Grade], tuple[LeftOut, ...]]:
    """Keep the latest grade that counts of each answer, pass and grader, and count what is lacking without the rest."""
    yardsticks = _yardsticks(plan, grades)
    digests = {each.key: text_digest(each) for each in answers}
    kept: dict[tuple[object, ...], Grade] = {}
    outdated: dict[tuple[object, ...], tuple[Grade, Why]] = {}
    for grade in grades:
        one = (*grade.answer_key, grade.grading, grade.grader)
        if grade.answer_digest != digests.get(grade.answer_key):
            outdated[one] = (grade, "answer")
        elif grade.yardstick != yardsticks.get((grade.task_id, grade.grader)):
            outdated[one] = (grade, "yardstick")
        else:
            kept[one] = grade
    return list(kept.values()), _counted([found for one, found in outdated.items() if one not in kept])


def _yardsticks(plan: Plan, grades: Sequence[Grade]) -> Mapping[tuple[str, str], str]:
    tasks = {task.id: task for task in plan.tasks}
    asked = {(grade.task_id, grade.grader) for grade in grades if grade.task_id in tasks}
    return {(task, grader): yardstick_of(tasks[task], grader) for task, grader in asked}


def _counted(outdated: Sequence[tuple[Grade, Why]]) -> tuple[LeftOut, ...]:
    passes: dict[tuple[str, Why], list[int]] = defaultdict(list)
    for grade, why in outdated:
        passes[grade.grader, why].append(grade.grading)
    return tuple(
        LeftOut(grader=grader, why=why, grades=len(each), passes=max(each))
        for (grader, why), each in sorted(passes.items())
    )
