"""What may stand in one report: evaluations of the same tasks, graded by one yardstick. Pure.

Another grader moves scores by more than most configurations differ, so results of different graders, grading prompts,
rubrics or tasks are refused, never mixed. Counting them up is `summary`'s.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fusion_mcp.errors import ConfigError
from fusion_mcp.evaluation.answer_text import text_digest
from fusion_mcp.evaluation.records import Answer, Configuration, Grade, Plan
from fusion_mcp.evaluation.tasks import Task

MODEL_FREE = frozenset({"match", "tests"})
"""Graders that are no model: they stand beside any other, each for its own kind of task."""

_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """What lies in one evaluation's folder; `label` is what the person calls it."""

    label: str
    plan: Plan
    answers: Sequence[Answer]
    grades: Sequence[Grade]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Everything that a report is made of. Configurations have different names; answers and grades go by them.

    `grader` is the model that graded, None where none was needed.
    """

    parts: tuple[Evaluated, ...]
    tasks: tuple[Task, ...]
    configurations: tuple[Configuration, ...]
    answers: tuple[Answer, ...]
    grades: tuple[Grade, ...]
    grader: str | None


def compare(parts: Sequence[Evaluated], grader: str | None = None) -> Comparison:
    """Put evaluations side by side, with the grades of one model grader: `grader`, or the only one there.

    Raises ConfigError, in one sentence that says what to do, where their tasks, graders, grading prompts or rubrics
    differ.
    """
    _refuse_other_tasks(parts)
    chosen = _the_grader(parts, grader)
    named = _with_different_names([_graded_by(part, chosen) for part in parts])
    _refuse_other_yardsticks(named)
    tasks = {task.id: task for part in named for task in part.plan.tasks}
    return Comparison(
        parts=tuple(named),
        tasks=tuple(tasks.values()),
        configurations=tuple(each for part in named for each in part.plan.configurations),
        answers=tuple(each for part in named for each in part.answers),
        grades=tuple(each for part in named for each in part.grades),
        grader=chosen,
    )


def _refuse_other_tasks(parts: Sequence[Evaluated]) -> None:
    first = parts[0]
    for part in parts[1:]:
        if part.plan.tasks_digest != first.plan.tasks_digest:
            raise ConfigError(
                f"{first.label} and {part.label} were run on different tasks ({first.plan.tasks_name}, "
                f"{part.plan.tasks_name}), so their scores say nothing about each other: write a report for each, "
                "or run both on the same file"
            )


def _the_grader(parts: Sequence[Evaluated], wanted: str | None) -> str | None:
    graders = {part.label: _model_graders(part) for part in parts}
    having = {label: found for label, found in graders.items() if found}
    common = sorted(set[str].intersection(*having.values())) if having else []
    if wanted is not None:
        _refuse_absent(graders, wanted)
        return wanted
    if not having:
        return None
    if len(common) == 1 and all(len(found) == 1 for found in having.values()):
        return common[0]
    if common:
        raise ConfigError(
            f"several models have graded here ({_listed(set[str]().union(*having.values()))}), and their scores cannot "
            f"be mixed: say which with --grader, such as --grader {common[0]}"
        )
    who = "; ".join(f"{label} by {_listed(found)}" for label, found in having.items())
    raise ConfigError(
        f"these were graded by different models ({who}), and scores of different graders cannot be compared: grade "
        "all of them with the same one (fusion-mcp eval grade DIR --grader MODEL)"
    )


def _refuse_absent(graders: dict[str, set[str]], wanted: str) -> None:
    for label, found in graders.items():
        if wanted not in found and (found or not any(graders.values())):
            others = f"; there are grades by {_listed(found)}" if found else ""
            raise ConfigError(
                f"{label} has no grades by {wanted}{others}; "
                f"grade it first (fusion-mcp eval grade DIR --grader {wanted})"
            )


def _model_graders(part: Evaluated) -> set[str]:
    return {grade.grader for grade in part.grades} - MODEL_FREE


def _graded_by(part: Evaluated, grader: str | None) -> Evaluated:
    """Keep the latest grades of the answers that are there: one that was asked for again has its own."""
    wanted = MODEL_FREE | {grader}
    answers = {(each.task_id, each.configuration, each.repeat): each for each in part.answers}
    digests = {key: text_digest(answer) for key, answer in answers.items()}
    of_these = [
        grade for grade in part.grades if digests.get(_answer_key(grade), grade.answer_digest) == grade.answer_digest
    ]
    latest = {_key(grade): grade for grade in of_these if grade.grader in wanted}
    return Evaluated(
        label=part.label, plan=part.plan, answers=list(answers.values()), grades=_of_one_version(part, latest.values())
    )


def _answer_key(grade: Grade) -> tuple[str, str, int]:
    return (grade.task_id, grade.configuration, grade.repeat)


def _key(grade: Grade) -> tuple[str, str, int, int, str, str]:
    return (grade.task_id, grade.configuration, grade.repeat, grade.grading, grade.grader, grade.yardstick)


def _of_one_version(part: Evaluated, grades: Iterable[Grade]) -> list[Grade]:
    """Keep each task's grades by the yardstick that was used last; refuse a folder that is half done with it."""
    found = list(grades)
    newest = {(grade.task_id, grade.grader): grade.yardstick for grade in found}
    kept = [grade for grade in found if newest[grade.task_id, grade.grader] == grade.yardstick]
    done = {(grade.task_id, grade.configuration, grade.repeat, grade.grader) for grade in kept}
    for grade in found:
        if (grade.task_id, grade.configuration, grade.repeat, grade.grader) not in done:
            raise ConfigError(
                f"{part.label}: {grade.grader} has graded {grade.task_id} by several versions of the grading prompt or "
                "rubric, whose scores cannot be mixed: run fusion-mcp eval grade on it once more, which grades by the "
                "present one what it has not graded yet"
            )
    return kept


def _refuse_other_yardsticks(parts: Sequence[Evaluated]) -> None:
    seen: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for part in parts:
        for key, yardsticks in _yardsticks(part.grades).items():
            label, before = seen.setdefault(key, (part.label, yardsticks))
            if before != yardsticks:
                task, grader = key
                raise ConfigError(
                    f"{label} and {part.label} were graded by {grader} with different grading prompts or rubrics "
                    f"(see {task}), so their scores cannot be compared: run fusion-mcp eval grade on both with the "
                    "same version of fusion-mcp"
                )


def _yardsticks(grades: Iterable[Grade]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for grade in grades:
        found[grade.task_id, grade.grader].add(grade.yardstick)
    return found


def _with_different_names(parts: Sequence[Evaluated]) -> list[Evaluated]:
    taken: set[str] = set()
    renamed: list[Evaluated] = []
    for part in parts:
        names = {each.name: _free_name(each.name, part.label, taken) for each in part.plan.configurations}
        taken.update(names.values())
        renamed.append(_renamed(part, names))
    return renamed


def _free_name(name: str, label: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    tried = f"{name} ({label})"
    number = 2
    while tried in taken:
        tried = f"{name} ({label} {number})"
        number += 1
    return tried


def _renamed(part: Evaluated, names: dict[str, str]) -> Evaluated:
    """Give configurations their names in the report; answers and grades of unknown ones are dropped."""
    configurations = tuple(each.model_copy(update={"name": names[each.name]}) for each in part.plan.configurations)
    return Evaluated(
        label=part.label,
        plan=part.plan.model_copy(update={"configurations": configurations}),
        answers=[
            each.model_copy(update={"configuration": names[each.configuration]})
            for each in part.answers
            if each.configuration in names
        ],
        grades=[
            each.model_copy(update={"configuration": names[each.configuration]})
            for each in part.grades
            if each.configuration in names
        ],
    )


def _listed(names: Iterable[str]) -> str:
    ordered = sorted(names)
    more = f" and {len(ordered) - _SHOWN} more" if len(ordered) > _SHOWN else ""
    return ", ".join(ordered[:_SHOWN]) + more
