"""Answers to grade, a rubric, and a scripted grader that decides by what it is asked."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import anyio

from evaluation.asked import engine_on
from fusion_mcp.evaluation.folder import begin_folder, read_folder
from fusion_mcp.evaluation.grading.grading import Graded, grade_all
from fusion_mcp.evaluation.records import Answer, Configuration, Grade, Plan
from fusion_mcp.evaluation.tasks import Criterion, RubricTask, Task
from fusion_mcp.presets.schema import PanelMember, Preset, Role
from fusion_mcp.types import ModelRef
from scripted import Behaviour, Call, Home, answers, depends
from scripted.evaluated import a_plan
from scripted.results import a_bare_result

GRADER = ModelRef.parse("work:grader")
RUBRIC = RubricTask(
    id="tower",
    problem="How high is the tower?",
    criteria=(
        Criterion(id="f/height", weight=13.75, requirement="States the height in metres."),
        Criterion(id="f/year", weight=6.25, requirement="States the year it was built."),
        Criterion(id="p/fake", weight=-473, requirement="Names a source that does not exist."),
    ),
)
GOOD = "It is 330 m high and was built in 1889."


def configuration(name: str, model: str) -> Configuration:
    seat = ModelRef.parse(model)
    preset = Preset(panel=(PanelMember(model=seat),), judge=Role(model=seat))
    return Configuration(name=name, role="solo", preset_of="trio", preset=preset)


def plan(*tasks: Task) -> Plan:
    return a_plan(tasks, [configuration("alpha", "work:alpha")])


def answer(task: str, text: str | None, repeat: int = 1) -> Answer:
    result = a_bare_result(preset="alpha", answer=text)
    return Answer(task_id=task, configuration="alpha", repeat=repeat, result=None if text is None else result)


def verdict(is_met: Callable[[str], bool | None]) -> Behaviour:
    """A grader that decides by what it is asked; None: its reply is no verdict."""

    def choose(call: Call) -> Behaviour:
        met = is_met(call.prompt)
        word = {True: "MET", False: "UNMET", None: "perhaps"}[met]
        return answers(json.dumps({"explanation": "So it is.", "criterion_status": word}), cost=0.01)

    return depends(choose)


def says_what_is_there(prompt: str) -> bool:
    return "height in metres" in prompt


async def grade(
    home: Home,
    out: Path,
    tasks: Sequence[Task],
    given: Sequence[Answer],
    grader: ModelRef | None = GRADER,
    days_later: float = 0,
    **how: object,
) -> list[Grade]:
    """Grade these answers, in a folder that may be there already, and give the grades that are on the disk then."""
    seen: list[Graded] = []
    async with engine_on(home, days_later=days_later) as engine:
        with begin_folder(out, plan(*tasks)) as folder:
            known = folder.answers()
            for each in given:
                if each not in known:
                    folder.append_answer(each)
            with anyio.fail_after(30):
                await grade_all(engine, folder, grader=grader, on_event=seen.append, **how)  # pyright: ignore[reportArgumentType]
    assert [event.done for event in seen] == list(range(1, len(seen) + 1))
    return read_folder(out).grades()
