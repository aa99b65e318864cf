"""What may stand in one report: evaluations of the same tasks, graded by the same model. Pure.

Another grader moves scores by more than most configurations differ, so results of different graders or tasks are
refused, never mixed. Which grades count is `current`'s, counting them up `summary`'s.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fusion_mcp.cleaning import listed
from fusion_mcp.errors import ConfigError
from fusion_mcp.evaluation.grading.yardsticks import MODEL_FREE
from fusion_mcp.evaluation.records import Answer, Configuration, Grade, Plan
from fusion_mcp.evaluation.reporting.current import LeftOut
from fusion_mcp.evaluation.tasks import Task

_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """What counts of an evaluation's folder, and what was `left_out`; `label` is what the person calls it."""

    label: str
    plan: Plan
    answers: Sequence[Answer]
    grades: Sequence[Grade]
    left_out: Sequence[LeftOut] = ()


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

    Raises ConfigError, in one sentence that says what to do, where their tasks or graders differ.
    """
    _refuse_other_tasks(parts)
    chosen = _the_grader(parts, grader)
    named = _with_different_names([_graded_by(part, chosen) for part in parts])
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
            f"several models have graded here ({_in_order(set[str]().union(*having.values()))}), and their scores "
            f"cannot be mixed: say which with --grader, such as --grader {common[0]}"
        )
    who = "; ".join(f"{label} by {_in_order(found)}" for label, found in having.items())
    raise ConfigError(
        f"these were graded by different models ({who}), and scores of different graders cannot be compared: grade "
        "all of them with the same one (fusion-mcp eval grade DIR --grader MODEL)"
    )


def _refuse_absent(graders: dict[str, set[str]], wanted: str) -> None:
    for label, found in graders.items():
        if wanted not in found and (found or not any(graders.values())):
            others = f"; there are grades by {_in_order(found)}" if found else ""
            raise ConfigError(
                f"{label} has no grades by {wanted}{others}; "
                f"grade it first (fusion-mcp eval grade DIR --grader {wanted})"
            )


def _model_graders(part: Evaluated) -> set[str]:
    return {each.grader for each in (*part.grades, *part.left_out)} - MODEL_FREE


def _graded_by(part: Evaluated, grader: str | None) -> Evaluated:
    wanted = MODEL_FREE | {grader}
    return replace(
        part,
        grades=[each for each in part.grades if each.grader in wanted],
        left_out=[each for each in part.left_out if each.grader in wanted],
    )


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
    return replace(
        part,
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


def _in_order(names: Iterable[str]) -> str:
    return listed(sorted(names), _SHOWN)
