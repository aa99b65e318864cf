"""Multiple choice: which one an answer settles on, and when it settles on none."""

import pytest

from fusion_mcp.evaluation.matching.matching import NO_ANSWER, SEVERAL, match_choice
from fusion_mcp.evaluation.tasks import ChoiceTask

CHOICES = ChoiceTask(id="c", problem="Capital?", choices=("Rome", "Paris", "Lyon", "A town"), target="B")


@pytest.mark.parametrize(
    "answer",
    [
        "ANSWER: B",
        "answer: b",
        "(B)",
        "B.",
        "**B**",
        "B - Paris",
        "Paris",
        "The correct answer is B) Paris.",
        "The correct option is (B).",
        "Option B",
        r"Therefore \boxed{B}",
        "A) Rome is in Italy.\nC) Lyon is no capital.\n\nB",
        "ANSWER: A\nI was wrong.\nANSWER: B",
        "**Answer: (B) Paris**",
    ],
)
def test_a_choice_is_named_by_its_letter_or_its_text(answer: str) -> None:
    found = match_choice(CHOICES, answer)
    assert (found.is_right, found.stated) == (True, "B")


@pytest.mark.parametrize(
    "answer",
    ["A good question. Nobody knows.", "I think it is in France", "ANSWER: E", "", "The answer is a matter of taste"],
)
def test_a_letter_is_never_guessed(answer: str) -> None:
    found = match_choice(CHOICES, answer)
    assert (found.is_right, found.stated, found.note) == (False, "", NO_ANSWER)


@pytest.mark.parametrize("answer", ["B or C", "ANSWER: A, B", "A) Rome, perhaps.\nB) Paris, perhaps."])
def test_several_letters_are_wrong(answer: str) -> None:
    found = match_choice(CHOICES, answer)
    assert (found.is_right, found.note) == (False, SEVERAL)


def test_a_wrong_choice_is_named_without_a_note() -> None:
    found = match_choice(CHOICES, "ANSWER: A town")
    assert (found.is_right, found.stated, found.note) == (False, "D", "")


@pytest.mark.parametrize(
    "answer",
    [
        "The answer is B because A is wrong.",
        "The answer is not A but B.",
        "The answer is neither A nor C nor D, it is B",
        "The answer is B, not A.",
        "ANSWER: B (Paris)",
        "ANSWER: B - Paris",
        "ANSWER: [B]",
        'ANSWER: "B"',
        "ANSWER: option B",
        "<answer>B</answer>",
        r"$\boxed{\text{B}}$",
        r"\boxed{B. Paris}",
        "Therefore, the answer is $B$.",
        "Final Answer: The final answer is B. I hope it is correct.",
        "The best answer is B.",
        "The answer would be B",
        "Answer: B. Paris is right; A is not.",
        "Answer: B. Paris is the capital; Rome is in Italy.",
        "ANSWER: B, unlike Rome",
        "B is the correct answer.",
        "A is wrong since Rome is in Italy. C is wrong. D is wrong. So B is correct.",
        "Eliminating A, C and D leaves B.",
        "I'd go with B.",
        "A good choice would be Paris, so B.",
        "The answer is B\n\nIf A were right, the answer is A",
        "Rome is large.\nANSWER: B\nRome",
        "The answer is clear.\n\nB",
    ],
)
def test_the_choice_that_an_answer_settles_on_is_found(answer: str) -> None:
    assert match_choice(CHOICES, answer).is_right


@pytest.mark.parametrize(
    "answer",
    [
        "A or B",
        "B or A",
        "ANSWER: B/C",
        "ANSWER: B, c",
        "ANSWER: Both B and C",
        "ANSWER: B. Also A.",
        "ANSWER: B or maybe C",
        "ANSWER: **B** or C",
        "ANSWER: B and possibly C",
        "ANSWER: B (or C)",
        "ANSWER: **B** as well as **C**",
        "ANSWER: B\nC",
        "(B) if not (C)",
        "ANSWER: B or Rome",
        "ANSWER: B, possibly Rome",
        "It's B, or Rome",
        "B because of C",
        "ANSWER: B) Rome",
        "ANSWER: B, though A is possible",
        "The answer is either A or B.",
        "The answer is not only A but B",
        "I choose A. I also choose B.",
        "A is correct and B is correct.",
        "It's A, so B.",
        "The answer is not B.",
        "The answer cannot be B.",
        "It's not B.",
        "ANSWER: not B",
        "ANSWER: none of B",
    ],
)
def test_who_names_two_letters_or_refuses_the_right_one_has_not_chosen_it(answer: str) -> None:
    assert not match_choice(CHOICES, answer).is_right


def test_a_stated_letter_comes_before_a_choices_text() -> None:
    task = ChoiceTask(id="c", problem="Which letter?", choices=("B", "A", "vitamin D"), target="B")
    assert match_choice(task, "ANSWER: B").is_right
    assert match_choice(task.model_copy(update={"target": "C"}), "ANSWER: C) vitamin D").is_right
