"""Files of tasks as the common tools write them, and what a person is told of those that are none."""

import json
from typing import Any

import pytest

from fusion_mcp.evaluation.questions import question_of
from fusion_mcp.evaluation.task_files.reading import UnreadableTasks, digest_of, read_tasks
from fusion_mcp.evaluation.task_files.shipped import load_tasks, shipped_sets
from fusion_mcp.evaluation.tasks import ChoiceTask, CodeTask, ExactTask, RubricTask, Task

CRITERION = {"id": "c", "weight": 5, "requirement": "Says so."}
SECTIONS = {"sections": [{"id": "facts", "criteria": [CRITERION, {**CRITERION, "weight": -500}]}]}
DRACO = {"id": "d1", "domain": "Law", "problem": "Why?", "answer": json.dumps(SECTIONS)}


def read(*rows: object) -> tuple[Task, ...]:
    return read_tasks("\n".join(json.dumps(row) for row in rows).encode(), "own.jsonl")


def faults(*rows: object) -> list[str]:
    with pytest.raises(UnreadableTasks) as caught:
        read(*rows)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("answer", [SECTIONS, json.dumps(SECTIONS)], ids=["an object", "a string"])
def test_a_row_of_draco_has_its_rubric_as_an_object_or_as_a_string(answer: object) -> None:
    [task] = read({**DRACO, "answer": answer})
    assert isinstance(task, RubricTask)
    assert (task.id, task.domain, task.problem) == ("d1", "Law", "Why?")
    assert [(each.id, each.weight) for each in task.criteria] == [("facts/c", 5), ("facts/c #2", -500)]
    assert question_of(task) == "Why?", "a rubric's problem is asked as it stands"


@pytest.mark.parametrize(
    ("row", "targets"),
    [
        ({"input": "Q", "target": "4"}, ("4",)),
        ({"question": "Q", "answer": ["four", "4"]}, ("four", "4")),
        ({"question": "Q", "answer": "2 and 2 make 4.\n#### 4"}, ("4",)),
        ({"problem": "Q", "answer": 4}, ("4",)),
    ],
)
def test_exact_answers_are_read_in_the_field_names_of_the_common_tools(
    row: dict[str, Any], targets: tuple[str, ...]
) -> None:
    [task] = read(row)
    assert isinstance(task, ExactTask)
    assert task.targets == targets
    assert "ANSWER: <the answer>" in question_of(task)


BOXED = {"problem": "Q", "solution": r"So \boxed{3}, or rather \boxed{\frac{1}{2}}.", "level": "Level 5"}
CHAT = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": "Q"}]}]
FORMS: list[tuple[dict[str, Any], str, tuple[str, ...]]] = [
    ({"input": CHAT, "target": "4"}, "Be brief.\n\nQ", ("4",)),
    ({"input": [*CHAT, {"role": "assistant", "content": "?"}], "ideal": ["4", "four"]}, "User: Q", ("4", "four")),
    ({"input": CHAT[1:], "ideal": "4"}, "Q", ("4",)),
    (BOXED, "Q", (r"\frac{1}{2}",)),
    ({**BOXED, "answer": "0.5"}, "Q", ("0.5",)),
    ({"ID": "2024-I-1", "Problem": "Q", "Solution": "s", "Answer": 204}, "Q", ("204",)),
    ({"Prompt": "Q", "Answer": "4"}, "Q", ("4",)),
    ({"question": "Q", "answer": {"value": "4", "aliases": ["four"]}}, "Q", ("4", "four")),
    ({"problem": "Q", "answer": "{1, 2}"}, "Q", ("{1, 2}",)),
    ({"question": "Q", "answer": "4", "domain": None}, "Q", ("4",)),
    ({"passage": "It rains.", "question": "Q", "answer": "rain"}, "It rains.\n\nQ", ("rain",)),
    ({"context": " ", "question": "Q", "answer": "rain"}, "Q", ("rain",)),
]


@pytest.mark.parametrize(("row", "problem", "targets"), FORMS)
def test_exact_answers_are_read_in_further_forms(row: dict[str, Any], problem: str, targets: tuple[str, ...]) -> None:
    [task] = read(row)
    assert isinstance(task, ExactTask)
    assert problem in task.problem
    assert (task.targets, task.domain) == (targets, "")


def test_a_number_longer_than_python_converts_is_compared_as_text() -> None:
    [task] = read_tasks(b'{"question": "Q", "answer": ' + b"9" * 5000 + b"}", "own.jsonl")
    assert isinstance(task, ExactTask)
    assert task.targets == ("9" * 5000,)


LABELLED = {"text": ["one", "two"], "label": ["1", "2"]}
PAIRS = [{"text": "one", "label": "A"}, {"text": "two", "label": "B"}]


@pytest.mark.parametrize(
    "row",
    [
        {"question": "Q", "choices": {**LABELLED, "label": ["A", "B"]}, "answerKey": "B"},
        {"question": "Q", "choices": LABELLED, "answerKey": "2"},
        {"question": "Q", "choices": LABELLED, "answerKey": 2},
        {"question": {"stem": "Q", "choices": PAIRS}, "answerKey": "B"},
        {"question": "Q", "options": {"A": "one", "B": "two"}, "answer": "two", "answer_idx": "B"},
        {"question": "Q", "options": {"A": "one", "B": "two"}, "answer_idx": "B"},
        {"question": "Q", "options": ["one", "two"], "answer": "B", "answer_index": 1},
        {"question": "Q", "choices": ["one", "two"], "answer": "1"},
        {"input": "Q", "choices": ["one", "two"], "target": ["B"]},
        {"Question": "Q", "Choices": ["one", "two"], "Answer": "B"},
        {"question": "Q", "choices": ["4", "1", "2"], "answer": 1},
    ],
)
def test_choices_are_read_with_labels_of_their_own_and_without(row: dict[str, Any]) -> None:
    [task] = read(row)
    assert isinstance(task, ChoiceTask)
    assert (task.problem, task.target) == ("Q", "B")


def test_one_json_array_is_read_as_lines_are() -> None:
    tasks = read_tasks(
        b'\n[\n {"input": "Q",\n  "target": "4"},\n {"id": 7, "input": "R", "target": "4"}\n]', "own.json"
    )
    assert [task.id for task in tasks] == ["1", "7"]


@pytest.mark.parametrize("target", ["B", "b", 1, "two"])
def test_a_choice_is_named_by_its_letter_its_index_or_its_words(target: object) -> None:
    [task] = read({"question": "Q", "choices": ["one", "two"], "answer": target})
    assert isinstance(task, ChoiceTask)
    assert task.target == "B"
    assert "A) one\nB) two" in question_of(task)


def test_humaneval_and_mbpp_become_code_tasks_whose_tests_run_against_a_function() -> None:
    head = 'def twice(x: int) -> int:\n    """Give 2 x."""\n'
    check = "def check(candidate):\n    assert candidate(2) == 4\n"
    whole, listed = read(
        {"task_id": "HumanEval/0", "prompt": head, "entry_point": "twice", "test": check, "canonical_solution": "pass"},
        {"task_id": 7, "text": "Double.", "code": "def duo(x): ...", "test_list": ["assert set(duo((2,))) == {4}"]},
    )
    assert isinstance(whole, CodeTask)
    assert isinstance(listed, CodeTask)
    [plus, other] = read(
        {"task_id": "Mbpp/2", "prompt": "'Double.'", "entry_point": "duo", "assertion": "assert duo(2) == 4"},
        {"task_id": 2, "prompt": "Double.", "test_list": ["assert duo(2) == 4"], "test_imports": ["import math"]},
    )
    assert isinstance(plus, CodeTask)
    assert isinstance(other, CodeTask)
    assert (plus.tests.strip(), other.preamble) == ("assert duo(2) == 4", "import math")
    assert (whole.id, whole.entry_point, whole.preamble) == ("HumanEval/0", "twice", head)
    assert whole.tests.rstrip().endswith("check(twice)")
    assert (listed.id, listed.entry_point) == ("7", "duo")
    assert "assert set(duo" in listed.problem, "nothing else says what the function is called"


def test_the_line_names_a_task_without_an_id_and_byte_order_marks_line_ends_and_blank_lines_do_not_matter() -> None:
    first, second = (json.dumps({"input": question, "target": "4"}) for question in ("Q", "R\u2028S"))
    plain = read_tasks(f"{first}\n\n{second}\n".encode(), "own.jsonl")
    odd = read_tasks(f"\ufeff{first}\r\n  \r\n{second}".encode(), "own.jsonl")
    assert [task.id for task in odd] == ["1", "3"]
    assert digest_of(plain) == digest_of(odd)


WRONG: list[tuple[object, str]] = [
    ({**DRACO, "answer": {"sections": [{"id": "s", "criteria": []}]}}, "answer: has no criteria"),
    ({**DRACO, "answer": '{"sections":'}, "answer: is no JSON from column 13 on"),
    (
        {**DRACO, "answer": {"sections": [{"id": "s", "criteria": [{**CRITERION, "weight": "5"}]}]}},
        "answer.sections #1.criteria #1.weight: expected a number, got text",
    ),
    ({"input": " ", "target": "4"}, "input: is empty"),
    ({"input": "Q", "target": []}, "target: needs at least one"),
    ({"question": "Q", "choices": ["x", "y"], "answer": "C"}, "target: expected a letter from A to B"),
    ({"text": "Q", "test_list": ["assert ("]}, "test_list #1: is not Python"),
    ({"text": "Q", "test_list": ["assert 1"]}, "test_list: no test calls a function"),
    ({"text": "Q"}, "is no task: it needs"),
    ("Q", "expected one task as a JSON object, got text"),
    ({"question": "Q", "input": "P", "answer": "4"}, "has input and question, which differ"),
    ({"question": "Q", "target": "4", "answer": "5"}, "has target and answer, which differ"),
    ({"question": "Q", "choices": [1, 2, 3], "answer": 2}, "the choices are numbers, and so is the answer"),
    ({"question": "Q", "choices": ["1", "2", "3"], "answer": "1"}, "target: may mean A or B; write the letter"),
    ({"question": "Q", "choices": ["B", "A"], "answer": "A"}, "target: may mean A or B; write the letter"),
    ({"question": "Q", "choices": ["x", "y"], "answerKey": "1"}, "answerKey: a number needs choices with labels"),
    ({"question": "Q", "choices": ["x", "y"], "answer": ["A", "B"]}, "answer: needs exactly one"),
    ({"question": "Q", "options": ["x", "y"], "answer": "A", "answer_index": 1}, "target: points at another choice"),
    ({"question": "Q", "choices": {"text": ["x", "y"], "label": ["A"]}, "answerKey": "A"}, "choices: each text needs"),
    ({"question": "Q", "choices": {"A": "x", "B": "y"}, "answer": "z"}, "target: expected one of the labels A, B"),
    ({"problem": "Q", "solution": "It is 4."}, r"solution: has no \boxed{...}"),
    ({"input": [{"role": "user", "content": [{"type": "image"}]}], "target": "4"}, "input: expected text, or a chat's"),
    ({"input": [], "target": "4"}, "input: is empty"),
    ({"input": "x" * 400_001, "target": "4"}, "the question is too long"),
    ({"input": "\ud800", "target": "4"}, "holds half a character"),
]


@pytest.mark.parametrize(("row", "fault"), WRONG)
def test_a_fault_names_the_line_and_the_field(row: object, fault: str) -> None:
    [line] = faults(row)
    assert line.startswith(f"own.jsonl, line 1: {fault}")


def test_all_faults_are_listed_up_to_eight() -> None:
    assert len(faults(*[{"text": "Q"}] * 3)) == 3
    assert faults(*[{"text": "Q"}] * 12)[8:] == ["and 4 more"]


def test_an_id_stands_for_one_task() -> None:
    assert faults(DRACO, {"input": "Q", "target": "4"}, DRACO) == [
        "own.jsonl, line 3: id: that of line 1, too; each task needs its own"
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "own.jsonl: holds no task"),
        (b'{"input": "Q"', "own.jsonl, line 1: is no JSON from column 14 on"),
        (b'{"input": "Q", "target": NaN}', "own.jsonl, line 1: NaN is no number"),
        (b"[" * 100_000, "own.jsonl: brackets are nested too deeply"),
        (b'[{"input": "Q", "target": "4"},\n {"input"]', "own.jsonl: is no JSON from line 2, column 10 on"),
        (b'[{"input": "Q", "target": "4"}, 5]', "own.jsonl, task 2: expected one task as a JSON object"),
        (b'{"input": "Q", "target": 1e400}', "own.jsonl, line 1: target #1: must be a finite number"),
        (b'\n{"input": "\xff"}', "own.jsonl, line 2: is not UTF-8 text"),
    ],
)
def test_what_is_no_json_lines_is_told_where(content: bytes, fault: str) -> None:
    with pytest.raises(UnreadableTasks) as caught:
        read_tasks(content, "own.jsonl")
    assert str(caught.value).startswith(fault)


def test_every_shipped_set_is_found_by_its_name_and_has_a_handful_of_tasks() -> None:
    formats = {name: {task.format for task in load_tasks(name)} for name in shipped_sets()}
    assert formats == {"choice": {"choice"}, "code": {"code"}, "exact": {"exact"}, "rubric": {"rubric"}}
    assert all(len(load_tasks(name)) >= 6 for name in formats)


def test_shipped_code_tasks_are_solved_by_their_own_solutions() -> None:
    tasks = {task.id: task for task in load_tasks("code")}
    for line in shipped_sets()["code"].read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        task = tasks[row["task_id"]]
        assert isinstance(task, CodeTask)
        solution = row["prompt"] + row["canonical_solution"] if "prompt" in row else row["code"]
        exec(compile(f"{solution}\n{task.tests}", task.id, "exec"), {})  # our own files


def test_shipped_choices_do_not_favour_a_letter() -> None:
    letters = [task.target for task in load_tasks("choice") if isinstance(task, ChoiceTask)]
    assert {letters.count(letter) for letter in "ABCD"} == {len(letters) // 4}
