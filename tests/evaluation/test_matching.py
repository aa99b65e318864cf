"""Exact answers: what an answer states, and what counts as the same."""

import pytest

from fusion_mcp.evaluation.matching.matching import NO_ANSWER, match_choice, match_exact, stated
from fusion_mcp.evaluation.matching.spelling import normalised
from fusion_mcp.evaluation.tasks import ChoiceTask, ExactTask


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


RIGHT: list[tuple[str, str]] = [
    ("18", "ANSWER: $18"),
    ("18", r"ANSWER: \$18.00"),
    ("18", "She makes **$18** every day."),
    ("18", "ANSWER: 18 dollars per day"),
    ("18", "ANSWER: €18"),
    ("12", r"\boxed{12\text{ cm}}"),
    ("12", r"\boxed{12\text{ cm}^2}"),
    ("12", "ANSWER: 12 m/s"),
    ("42", "ANSWER: **42** apples"),
    ("42", r"The final answer is: $\boxed{42}$. I hope it is correct."),
    ("42", "**Final Answer**\n\n42"),
    ("42", "1. ANSWER: [42]"),
    ("42", "<answer>42</answer>"),
    ("42", "The answer is 42 because six times seven is."),
    ("4", "I think the answer is 5. Wait, no: the answer is 4."),
    ("4", "The answer is 5.\nActually, the answer is 4."),
    ("1000", "ANSWER: 1 000"),
    ("1000", "ANSWER: 1\u202f000"),
    ("1000", "ANSWER: 1\u00a0000"),
    ("12 345", "ANSWER: 12,345"),
    ("0.5", "ANSWER: 1/2"),
    ("1/2", "ANSWER: ½"),
    (r"\frac{1}{2}", r"ANSWER: \frac12"),
    ("13/4", "ANSWER: 3¼"),
    ("5/2", r"ANSWER: 2\frac{1}{2}"),
    (r"\frac{\sqrt{3}}{2}", r"\boxed{\dfrac{\sqrt3}{2}}"),
    ("(1+x)/2", r"ANSWER: $\frac{1 + x}{2}$"),
    ("x^2+1", "ANSWER: x² + 1"),
    ("x^2+1", "ANSWER: x**2 + 1"),
    ("2^{10}", "ANSWER: 2^10"),
    ("6.022e23", "ANSWER: 6.022 × 10^23"),
    (r"9^\circ", "ANSWER: 9°"),
    (r"\geq 5", "ANSWER: >= 5"),
    (r"2\pi", "ANSWER: 2π"),
    (r"\left(3,\frac{\pi}{2}\right)", "ANSWER: (3, π/2)"),
    (r"10,\!000", "ANSWER: 10000"),
    (r"e^{i\pi}", "ANSWER: e^(iπ)"),
    (r"\infty", "ANSWER: ∞"),
    ("5", "ANSWER: x = 5"),
    ("x=5", "ANSWER: 5"),
    ("-5", "ANSWER: \u2013 5"),
    ("H2O", "ANSWER: H₂O"),
    ("H2O", r"ANSWER: $\text{H}_2\text{O}$"),
    ("5 km", "ANSWER: 5km"),
    ("[3, 4)", "ANSWER: [3,4)"),
    ("yes", "ANSWER: Yes, because it is so."),
    ("(A)", "ANSWER: A"),
    ("(A)", "The answer is (A) ten days."),
    ("July 20, 1969", "ANSWER: July 20 1969"),
    ("9" * 5000, "ANSWER: " + "9" * 5000),
]


@pytest.mark.parametrize(("target", "answer"), RIGHT)
def test_common_spellings_of_the_right_result_are_right(target: str, answer: str) -> None:
    assert match_exact(ExactTask(id="e", problem="?", targets=(target,)), answer).is_right


FALSE: list[tuple[str, str]] = [
    ("x2", "ANSWER: x²"),
    ("12", "ANSWER: 1²"),
    ("102", "ANSWER: 10²"),
    ("x+1", "ANSWER: x-1"),
    ("x^{2y}", "ANSWER: x^2y"),
    (r"\frac{1}{2y}", "ANSWER: 1/2y"),
    ("5", "ANSWER: ≥ 5"),
    (r"\geq 5", r"ANSWER: \leq 5"),
    ("5", "ANSWER: ±5"),
    ("x = 5", "ANSWER: x ≠ 5"),
    ("x = 5", "ANSWER: y = 5"),
    ("A ∪ B", "ANSWER: A ∩ B"),
    ("p", "ANSWER: ¬p"),
    ("120", "ANSWER: 120!"),
    ("x", "ANSWER: |x|"),
    ("2", "ANSWER: √2"),
    ("2", "ANSWER: ~2"),
    ("f(x)", "ANSWER: f'(x)"),
    ("21/2", r"ANSWER: 2\frac{1}{2}"),
    ("1+x/2", r"ANSWER: \frac{1+x}{2}"),
    ("31/4", "ANSWER: 3¼"),
    ("[3, 4]", "ANSWER: (3, 4)"),
    ("(3, -5)", "ANSWER: (3 - 5)"),
    ("1230", "ANSWER: 12:30"),
    ("1.5", "ANSWER: 15"),
    ("B", "ANSWER: A B"),
    ("5", "ANSWER: 5 or 6"),
    ("5", "ANSWER: 5 or six"),
    ("5", "ANSWER: 5%"),
    ("5", "ANSWER: 5‰"),
    ("5", "ANSWER: 5 million"),
    ("5", "ANSWER: 5M"),
    ("5", "ANSWER: $5k"),
    ("5", "ANSWER: 5x"),
    ("5", "ANSWER: 5 pi"),
    ("5", "ANSWER: 5 j"),
    ("5", "ANSWER: 5h"),
    ("5", r"ANSWER: 5\sqrt{2}"),
    ("5", "ANSWER: 5 squared"),
    ("5", "ANSWER: 5 is wrong"),
    ("5", "ANSWER: not 5"),
    ("5", "ANSWER: 5. No, 6"),
    ("5", "ANSWER: **5** or 6"),
    ("$5", "ANSWER: €5"),
    ("5 km", "ANSWER: 5 m"),
    ("5 km", "ANSWER: 5"),
    ("$5 to $6", "ANSWER: 5 to 6"),
    ("8e100", "ANSWER: 2^3×10^2"),
    ("Paris", "ANSWER: not Paris"),
    ("(A)", "ANSWER: (B)"),
    ("(A)", "ANSWER: A or B"),
]


@pytest.mark.parametrize(("target", "answer"), FALSE)
def test_no_other_result_passes_for_the_right_one(target: str, answer: str) -> None:
    assert not match_exact(ExactTask(id="e", problem="?", targets=(target,)), answer).is_right


def test_choices_within_a_question_may_be_named_by_letter_and_text() -> None:
    task = ExactTask(id="e", problem="Which?\nOptions:\n(A) vitamin A\n(B) vitamin B", targets=("(B)",))
    for answer in ("ANSWER: (B)", "ANSWER: B", "(B) vitamin B", "ANSWER: Vitamin B"):
        assert match_exact(task, answer).is_right, answer
    for answer in ("ANSWER: (A)", "(A) vitamin A", "ANSWER: vitamin A", "ANSWER: A and B"):
        assert not match_exact(task, answer).is_right, answer


def test_a_long_answer_full_of_statements_is_read_at_once() -> None:
    task = ExactTask(id="e", problem="?", targets=("1",))
    choices = ChoiceTask(id="c", problem="Capital?", choices=("Rome", "Paris", "Lyon", "A town"), target="B")
    for piece in (r"\boxed{", "the answer is. ", "(", "**a", "A is "):
        assert not match_exact(task, piece * (200_000 // len(piece))).is_right
        assert not match_choice(choices, piece * (200_000 // len(piece))).is_right
