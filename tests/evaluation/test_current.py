"""Which grades count: those by the present yardstick, of the answers that are there now. The others are named."""

from pathlib import Path

import pytest

from fusion_mcp.errors import ConfigError
from fusion_mcp.evaluation.folder import begin_folder, read_folder
from fusion_mcp.evaluation.grading.answer_text import text_digest
from fusion_mcp.evaluation.grading.yardsticks import yardstick_of
from fusion_mcp.evaluation.records import Answer, Configuration, Grade, Plan
from fusion_mcp.evaluation.reporting.current import LeftOut, current_grades
from fusion_mcp.evaluation.reporting.findings import caveats
from fusion_mcp.evaluation.reporting.report import summary_of
from fusion_mcp.evaluation.tasks import Criterion, ExactTask, RubricTask
from fusion_mcp.presets.schema import PanelMember, Preset, Role
from fusion_mcp.types import ModelRef
from scripted.evaluated import a_plan
from scripted.results import a_bare_result

RUBRIC = RubricTask(
    id="tower",
    problem="How high is the tower?",
    criteria=(Criterion(id="height", weight=1, requirement="States the height in metres."),),
)
SUM = ExactTask(id="sum", problem="What is 2 and 2?", targets=("4",))
TASKS = {task.id: task for task in (RUBRIC, SUM)}
GRADER, OTHER = "work:grader", "work:other"
CHANGED, ASKED_AGAIN = "yardstick", "answer"


def own_plan() -> Plan:
    alpha = ModelRef.parse("work:alpha")
    preset = Preset(panel=(PanelMember(model=alpha),), judge=Role(model=alpha))
    alone = Configuration(name="alpha", role="solo", preset_of="mix", preset=preset)
    return a_plan((RUBRIC, SUM), [alone], name="own")


def an_answer(task: str, text: str = "4", repeat: int = 1) -> Answer:
    result = a_bare_result(preset="alpha", answer=text)
    return Answer(task_id=task, configuration="alpha", repeat=repeat, result=result)


def a_grade(task: str, score: float = 1.0, text: str = "4", grader: str = "", **fields: object) -> Grade:
    who = grader or ("match" if task == SUM.id else GRADER)
    known = {"yardstick": yardstick_of(TASKS[task], who), "answer_digest": text_digest(an_answer(task, text))}
    return Grade.model_validate(
        {"task_id": task, "configuration": "alpha", "grader": who, "score": score, **known, **fields}
    )


def outdated(task: str, **fields: object) -> Grade:
    return a_grade(task, score=0.0, yardstick="an older one", **fields)  # pyright: ignore[reportArgumentType]


def a_folder(path: Path, *grades: Grade) -> Path:
    with begin_folder(path, own_plan()) as folder:
        for task in TASKS:
            folder.append_answer(an_answer(task))
        for grade in grades:
            folder.append_grade(grade)
    return path


def test_a_grade_by_another_prompt_rubric_or_rule_is_left_out_and_counted() -> None:
    answers = [an_answer("tower"), an_answer("tower", repeat=2), an_answer("sum")]
    kept = [a_grade("tower"), a_grade("sum")]
    old = outdated("tower", repeat=2)
    found = current_grades(own_plan(), answers, [*kept, old])
    assert found == (kept, (LeftOut(grader=GRADER, why=CHANGED, grades=1, passes=1),))
    by_rule = current_grades(own_plan(), answers, [outdated("sum"), a_grade("tower")])
    assert by_rule == ([a_grade("tower")], (LeftOut(grader="match", why=CHANGED, grades=1, passes=1),))


def test_the_grade_of_an_answer_that_was_asked_for_again_counts_no_more() -> None:
    found = current_grades(own_plan(), [an_answer("tower", "Five."), an_answer("sum")], [a_grade("tower")])
    assert found == ([], (LeftOut(grader=GRADER, why=ASKED_AGAIN, grades=1, passes=1),))


def test_the_grade_of_an_answer_that_is_not_there_counts_no_more() -> None:
    elsewhere = a_grade("tower").model_copy(update={"task_id": "unknown"})
    kept, left_out = current_grades(own_plan(), [], [a_grade("sum"), elsewhere])
    assert kept == []
    assert {(each.grader, each.why) for each in left_out} == {("match", ASKED_AGAIN), (GRADER, ASKED_AGAIN)}


def test_what_was_graded_again_by_the_present_yardstick_is_not_named() -> None:
    grades = [outdated("tower"), a_grade("tower", 0.4), a_grade("tower", 0.9), outdated("tower")]
    assert current_grades(own_plan(), [an_answer("tower")], grades) == ([a_grade("tower", 0.9)], ())
    # Another grader, or another pass, is no replacement.
    _, lacking = current_grades(own_plan(), [an_answer("tower")], [outdated("tower", grading=2), *grades])
    assert lacking == (LeftOut(grader=GRADER, why=CHANGED, grades=1, passes=2),)
    _, lacking = current_grades(own_plan(), [an_answer("tower")], [outdated("tower", grader=OTHER), *grades])
    assert [each.grader for each in lacking] == [OTHER]


def test_a_report_has_present_grades_only_and_says_what_to_do_about_the_others(tmp_path: Path) -> None:
    path = a_folder(tmp_path / "one", outdated("tower"), outdated("tower", grading=2), a_grade("sum", 0.5))
    summary = summary_of([read_folder(path)])
    assert dict(summary.configurations[0].scores) == {"sum": 0.5}
    assert (
        "Left out of one: 2 grades by work:grader, given by another grading prompt or other rules than the present "
        "ones. Have them given again: fusion-mcp eval grade DIR --grader work:grader --passes 2"
    ) in list(caveats(summary))
    again = a_folder(tmp_path / "two", outdated("sum"), a_grade("sum", text="Five."))
    assert next(caveats(summary_of([read_folder(again)]))) == (
        "Left out of two: 1 grade by match, given to another answer than the one that is there now. "
        "Have it given again: fusion-mcp eval grade DIR"
    )


def test_left_out_grades_of_a_grader_whom_nobody_asked_about_are_not_named(tmp_path: Path) -> None:
    path = a_folder(tmp_path / "one", outdated("tower", grader=OTHER), a_grade("tower"))
    summary = summary_of([read_folder(path)], GRADER)
    assert not any("Left out" in caveat for caveat in caveats(summary))


def test_folders_of_different_graders_are_refused_though_the_grades_of_one_are_outdated(tmp_path: Path) -> None:
    first = a_folder(tmp_path / "one", a_grade("tower"))
    second = a_folder(tmp_path / "two", outdated("tower", grader=OTHER))
    with pytest.raises(ConfigError, match=r"different models .*grade all of them with the same one \(fusion-mcp eval"):
        summary_of([read_folder(first), read_folder(second)])


def test_a_report_by_a_grader_whose_grades_are_all_outdated_has_no_scores_and_says_why(tmp_path: Path) -> None:
    summary = summary_of([read_folder(a_folder(tmp_path / "one", outdated("tower")))], GRADER)
    assert summary.configurations[0].score is None
    said = list(caveats(summary))
    assert any(caveat.startswith("Left out of one: 1 grade by work:grader") for caveat in said)
    assert "alpha has no score: it has no grade that counts." in said
