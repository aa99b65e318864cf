"""An evaluation's folder: what was written is there, whatever process died meanwhile, and no two write at once."""

from decimal import Decimal
from pathlib import Path

import pytest

from fusion_mcp.errors import ConfigError
from fusion_mcp.evaluation.folder import ANSWERS, GRADES, PLAN, begin_folder, hold_folder, read_folder
from fusion_mcp.evaluation.records import Answer, Grade, Plan
from fusion_mcp.evaluation.tasks import ExactTask
from scripted.disks import no_file_longer_than
from scripted.evaluated import a_plan

TASK = ExactTask(id="t", problem="Q", targets=("4",))


def plan(**other: object) -> Plan:
    return a_plan([TASK]).model_copy(update=other)


def answer(task: str = "t", error: str = "") -> Answer:
    return Answer(task_id=task, configuration="solo", reason="timed_out", error=error, cost_usd=Decimal("0.1"))


def grade(task: str = "t") -> Grade:
    return Grade(task_id=task, configuration="solo", grader="match", yardstick="y", answer_digest="d", score=1.0)


def test_what_was_appended_is_read_again(tmp_path: Path) -> None:
    with begin_folder(tmp_path / "new" / "out", plan()) as folder:
        folder.append_answer(answer(error="half\u2028a line\n"))
        folder.append_grade(grade())
    read = read_folder(tmp_path / "new" / "out")
    assert read.plan == plan()
    assert read.answers() == [answer(error="half\u2028a line\n")]
    assert read.grades() == [grade()]


def test_a_full_disk_is_told_in_a_sentence_and_spoils_nothing(tmp_path: Path) -> None:
    with begin_folder(tmp_path, plan()) as folder:
        folder.append_answer(answer("one"))
        size = (tmp_path / ANSWERS).stat().st_size
        with (
            no_file_longer_than(size + 10),
            pytest.raises(ConfigError, match=r"answers.jsonl: cannot be written \(File"),
        ):
            folder.append_answer(answer("two"))
        assert (tmp_path / ANSWERS).stat().st_size == size
        folder.append_answer(answer("three"))
    with no_file_longer_than(10), pytest.raises(ConfigError, match=r"plan.json: cannot be written"):
        begin_folder(tmp_path, plan()).__enter__()
    assert [each.task_id for each in read_folder(tmp_path).answers()] == ["one", "three"]


def test_a_line_that_was_cut_off_is_dropped_and_does_not_spoil_the_next(tmp_path: Path) -> None:
    with begin_folder(tmp_path, plan()) as folder:
        folder.append_answer(answer("one"))
        folder.append_grade(grade("one"))
    for name in (ANSWERS, GRADES):
        with (tmp_path / name).open("ab") as file:
            file.write(b'{"task_id": "tw')
    assert [each.task_id for each in read_folder(tmp_path).answers()] == ["one"]
    with hold_folder(tmp_path) as folder:
        folder.append_answer(answer("three"))
        folder.append_grade(grade("three"))
    assert [each.task_id for each in read_folder(tmp_path).answers()] == ["one", "three"]
    assert [each.task_id for each in read_folder(tmp_path).grades()] == ["one", "three"]


def test_of_two_answers_to_one_question_the_later_counts(tmp_path: Path) -> None:
    with begin_folder(tmp_path, plan()) as folder:
        for each in (answer(error="first"), answer("other"), answer(error="second")):
            folder.append_answer(each)
        assert [each.error for each in folder.answers()] == ["second", ""]


def test_a_broken_line_is_named_with_what_to_do(tmp_path: Path) -> None:
    with begin_folder(tmp_path, plan()):
        (tmp_path / ANSWERS).write_text('{"task_id": 1}\n', encoding="utf-8")
        with pytest.raises(ConfigError, match=r"answers\.jsonl, line 1: .*delete that line"):
            read_folder(tmp_path).answers()


def test_going_on_keeps_the_id_and_takes_the_new_limit_of_money(tmp_path: Path) -> None:
    with begin_folder(tmp_path, plan()) as folder:
        folder.append_answer(answer())
    with begin_folder(tmp_path, plan(id="q", created="2027-01-01", max_cost_usd=Decimal(3))) as folder:
        assert (folder.plan.id, folder.plan.created) == (plan().id, plan().created)
        assert folder.plan.max_cost_usd == 3
    assert read_folder(tmp_path).plan.max_cost_usd == 3


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"tasks_digest": "e"}, "other tasks"),
        ({"tasks": ()}, "another sample"),
        ({"repeats": 2}, "another number of repeats"),
        ({"web": False}, "another use of the web"),
    ],
)
def test_answers_to_another_plan_are_refused_and_not_overwritten(
    tmp_path: Path, other: dict[str, object], named: str
) -> None:
    with begin_folder(tmp_path, plan()) as folder:
        folder.append_answer(answer())
    with pytest.raises(ConfigError, match=f"{named}.*choose another folder"), begin_folder(tmp_path, plan(**other)):
        pass
    assert read_folder(tmp_path).plan == plan()


def test_a_plan_without_answers_gives_way_to_another(tmp_path: Path) -> None:
    for each in (plan(), plan(id="q", repeats=2)):
        with begin_folder(tmp_path, each) as folder:
            assert folder.plan == each


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="holds other files"), begin_folder(tmp_path, plan()):
        pass
    assert not (tmp_path / PLAN).exists()


def test_what_a_process_left_that_died_before_it_had_a_plan_does_not_matter(tmp_path: Path) -> None:
    for name in ("writing.lock", ".plan.json.new"):
        (tmp_path / name).write_bytes(b"{")
    with begin_folder(tmp_path, plan()) as folder:
        assert folder.plan == plan()


def test_one_writes_at_a_time_and_others_may_read(tmp_path: Path) -> None:
    with begin_folder(tmp_path, plan()):
        with pytest.raises(ConfigError, match="another process is writing"), hold_folder(tmp_path):
            pass
        assert read_folder(tmp_path).answers() == []
    with hold_folder(tmp_path) as folder:
        folder.append_answer(answer())


def test_where_there_is_no_evaluation_that_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(ConfigError, match="holds no evaluation"):
            read_folder(path)
    (tmp_path / PLAN).write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigError, match="is no plan of this version"):
        read_folder(tmp_path)


def test_tasks_that_were_changed_under_an_evaluation_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with begin_folder(tmp_path, plan()) as folder:
        folder.append_answer(answer())
    file = tmp_path / PLAN
    file.write_text(file.read_text(encoding="utf-8").replace('"4"', '"5"'), encoding="utf-8")
    refused = r"plan.json: its tasks are not those .*put the first plan.json back, or begin a new evaluation"
    with pytest.raises(ConfigError, match=refused):
        read_folder(tmp_path)
    for opened in (hold_folder(tmp_path), begin_folder(tmp_path, plan())):
        with pytest.raises(ConfigError, match=refused), opened:
            pass


def test_a_file_in_the_folders_place_is_a_fault_of_the_arguments(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be used as a folder"), begin_folder(tmp_path / "file", plan()):
        pass
