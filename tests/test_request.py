"""What a caller may ask, and what is made of it."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from fusion_mcp.request import Ask, Compare, Fetch


@pytest.mark.parametrize(
    ("given", "taken"), [(5, "5"), (0.1, "0.1"), (1e-6, "0.000001"), (0.1 + 0.2, "0.3"), (Decimal("0.30"), "0.30")]
)
def test_a_spending_limit_is_taken_as_it_is_written(given: float | Decimal, taken: str) -> None:
    assert str(Ask.model_validate({"question": "q", "max_cost_usd": given}).max_cost_usd) == taken


@pytest.mark.parametrize("absurd", [1e-7, 1e-300, 1_000_001, 1e300, 10**400, Decimal("0." + "3" * 400)])
def test_a_spending_limit_has_the_bounds_of_those_in_a_file(absurd: float | Decimal) -> None:
    with pytest.raises(ValidationError) as refused:
        Ask.model_validate({"question": "q", "max_cost_usd": absurd})
    assert "0" * 20 not in refused.value.errors()[0]["msg"]


def test_half_a_character_is_replaced_wherever_a_caller_writes_text() -> None:
    asked = Compare.model_validate(
        {"question": "Why \ud83d?", "context": "\ude00 \U0001f600", "preset": "a\ud83d", "models": ["b\udfff"]}
    )
    assert (asked.question, asked.context) == ("Why \ufffd?", "\ufffd \U0001f600")
    assert (asked.preset, asked.models) == ("a\ufffd", ["b\ufffd"])


def test_every_argument_but_the_question_may_be_null() -> None:
    optional = {name: None for name in Compare.model_fields if name != "question"}
    assert Compare.model_validate({"question": "q", **optional}) == Compare(question="q")


def test_fetching_a_run_needs_its_id_only() -> None:
    optional = {name: None for name in Fetch.model_fields if name != "run_id"}
    assert Fetch.model_validate({"run_id": "r", **optional}) == Fetch(run_id="r")
    assert Fetch(run_id="r").detail == "concise"


@pytest.mark.parametrize(
    "given", [{}, {"run_id": ""}, {"run_id": 7}, {"run_id": "r", "wait_s": -1}, {"run_id": "r", "cancel": "yes"}]
)
def test_what_fetches_no_run_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Fetch.model_validate(given)
