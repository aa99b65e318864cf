"""Exact answers and multiple choice: what an answer states, and what counts as the same."""

import pytest

from fusion_mcp.evaluation.matching import NO_ANSWER, SEVERAL, match_choice, match_exact, stated
from fusion_mcp.evaluation.spelling import normalised
from fusion_mcp.evaluation.tasks import ChoiceTask, ExactTask

CHOICES = ChoiceTask(id="c", problem="Capital?", choices=("Rome", "Paris", "Lyon", "A town"), target="B")


@pytest.mark.parametrize(
    "same",
    [
        ("1,000", "1000", "1000.0", "+1,000.00", "1e3", r"\boxed{1{,}000}", "$1000$"),
        ("Paris", "paris.", "**Paris**", "_Paris_", "  Paris! "),
        ("the Eiffel Tower", "Eiffel Tower", "an Eiffel tower"),
        ("3.50 kg", "3.5 kg", "3.5  KG."),
        ("50%", "50 %", r"50\%"),
        (r"\frac{1}{2}", "1/2", r"\dfrac{1}{2}"),
        ("-0.0", "0", "0.00"),
        ("\u22125", "-5"),
        (r"\text{blue}", "Blue"),
        ("New York, NY", "new york NY"),
    ],
)
def test_spellings_of_one_result_are_the_same(same: tuple[str, ...]) -> None:
    assert len({normalised(stated(text)) for text in same}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 kg", "5 g"),
        ("5 kg", "5"),
        ("$5", "5"),
        ("£5", "$5"),
        ("50%", "50"),
        ("C", "C++"),
        ("C#", "C"),
        ("1.5", "15"),
        ("1.2.3", "1.20.3"),
        ("-5", "5"),
        ("12345678901234567890123456789012345", "12345678901234567890123456789012346"),
        ("vitamin A", "vitamin"),
    ],
)
def test_different_results_stay_different(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("It was 40.\nANSWER: 42", "42"),
        ("ANSWER: 40\nNo, wait.\nANSWER: 42", "42"),
        ("**Answer:** 42", "42"),
        ("**Answer: 42**", "42"),
        ("## Final answer\n\nFinal answer:\n\n42", "42"),
        ("So the answer is **42** because six times seven is.", "42"),
        (r"Thus \boxed{42}, as promised.", "42"),
        (r"ANSWER: $\boxed{\frac{1}{2}}$", r"\frac{1}{2}"),
        ("Six times seven is **42**, of course.", "42"),
        ("Let me think.\n\n42", "42"),
        ("42", "42"),
    ],
)
def test_the_last_stated_result_is_taken(answer: str, expected: str) -> None:
    assert stated(answer) == expected


def test_an_exact_answer_may_be_any_of_the_targets_and_must_be_all_of_what_is_stated() -> None:
    task = ExactTask(id="e", problem="?", targets=("NYC", "New York City"))
    assert match_exact(task, "ANSWER: the New York City").is_right
    assert match_exact(task, "ANSWER: nyc").is_right
    assert not match_exact(task, "ANSWER: not NYC").is_right
    assert not match_exact(task, "NYC is what many say, but it is Albany.\nANSWER: Albany").is_right


@pytest.mark.parametrize("answer", ["", "   \n", "ANSWER: ", "***"])
def test_an_answer_that_states_nothing_is_wrong_and_says_so(answer: str) -> None:
    found = match_exact(ExactTask(id="e", problem="?", targets=("4",)), answer)
    assert (found.is_right, found.note) == (False, NO_ANSWER)


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
