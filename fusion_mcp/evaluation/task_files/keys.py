"""Rows that say the same under other keys, brought under one set of them. Pure; what the values mean is `formats`'.

Keys in capital letters; questions that hold their choices, as ARC's and CommonsenseQA's do; choices with labels of
their own, in three forms; MATH's solutions, which have their answer in a box; questions about a text that stands
beside them, as SQuAD's, DROP's and BoolQ's do.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from fusion_mcp.evaluation.matching.stating import boxed

QUESTIONS = ("input", "question", "problem")
PASSAGES = ("passage", "context")
ANSWERS = ("target", "answer", "ideal")
POINTERS = (*ANSWERS, "answerkey", "answer_idx")
CHOICES = ("choices", "options")
LABELS = "labels of the choices"
"""A key that no file has."""

_Table = Mapping[str, Any]


def brought_together(row: _Table) -> dict[str, Any]:
    """Give a row under the keys that `formats` knows. Raises ValueError with a sentence where it says two things."""
    known = {key.casefold(): value for key, value in row.items()} | {
        key: value for key, value in row.items() if key == key.casefold()
    }
    known = _with_passage_in_front(_with_stem_lifted(known))
    if not known.keys() & {*POINTERS, "test", "test_list"} and isinstance(known.get("solution"), str):
        known["answer"] = _boxed_in(known["solution"])
    for keys in (QUESTIONS, ANSWERS):
        _refuse_two(known, keys)
    for key in CHOICES:
        if key in known:
            known[key], known[LABELS] = _taken_apart(known[key])
            _refuse_numbers(known, known[key])
    return known


def _with_stem_lifted(row: dict[str, Any]) -> dict[str, Any]:
    question = row.get("question")
    if not isinstance(question, dict) or "stem" not in question:
        return row
    asked = cast("dict[str, Any]", question)
    return row | {"question": asked["stem"]} | {key: asked[key] for key in CHOICES if key in asked}


def _with_passage_in_front(row: dict[str, Any]) -> dict[str, Any]:
    texts = [text for key in PASSAGES if isinstance(text := row.get(key), str) and text.strip()]
    return row | {key: "\n\n".join((*texts, row[key])) for key in QUESTIONS if texts and isinstance(row.get(key), str)}


def _boxed_in(solution: str) -> str:
    found = boxed(solution)
    if not found:
        raise ValueError(r"solution: has no \boxed{...} that gives its answer")
    return found


def _refuse_two(row: _Table, keys: Sequence[str]) -> None:
    there = [key for key in keys if row.get(key) is not None]
    if any(row[key] != row[there[0]] for key in there):
        raise ValueError(f"has {' and '.join(there)}, which differ; keep the one that counts")


def _refuse_numbers(row: _Table, choices: Any) -> None:
    """Refuse a number that may be an index from 0 as well as a choice, or a label that counts from 1."""
    if row[LABELS]:
        return
    are_numbers = isinstance(choices, list) and any(
        isinstance(each, int | float) for each in cast("list[Any]", choices)
    )
    if are_numbers and any(isinstance(row.get(key), int) for key in POINTERS):
        raise ValueError("the choices are numbers, and so is the answer: write the letter of the right choice")
    if str(row.get("answerkey", "")).isdecimal():
        raise ValueError("answerKey: a number needs choices with labels; write the letter of the right choice")


def _taken_apart(choices: Any) -> tuple[Any, tuple[str, ...]]:
    """Give the texts of choices and their labels: {"A": text}, {"text": [], "label": []}, [{"text", "label"}]."""
    if isinstance(choices, dict):
        table = cast("dict[str, Any]", choices)
        if table.keys() >= {"text", "label"}:
            return _paired(table["text"], table["label"])
        return list(table.values()), tuple(table)
    rows = cast("list[Any]", choices) if isinstance(choices, list) else []
    if rows and all(isinstance(each, dict) and each.keys() >= {"text", "label"} for each in rows):
        return _paired([each["text"] for each in rows], [each["label"] for each in rows])
    return cast("Any", choices), ()


def _paired(texts: Any, labels: Any) -> tuple[Any, tuple[str, ...]]:
    if not isinstance(texts, list) or not isinstance(labels, list):
        raise ValueError("choices: expected a list of text and a list of label")  # noqa: TRY004 it becomes a fault
    named = tuple(str(label) for label in cast("list[object]", labels))
    if len(named) != len(cast("list[object]", texts)) or len(set(named)) != len(named):
        raise ValueError("choices: each text needs a label of its own")
    return cast("list[object]", texts), named
