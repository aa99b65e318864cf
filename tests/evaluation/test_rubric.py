"""DRACO's score, worked out by hand for every rule."""

import pytest

from fusion_mcp.evaluation.grading.rubric import RubricScore, score
from fusion_mcp.evaluation.tasks import Criterion

Rows = list[tuple[float, bool | None]]
"""Each criterion's weight, and whether it is met; None: the grader brought no verdict."""


def scored(rows: Rows) -> RubricScore:
    criteria = [Criterion(id=str(at), weight=weight, requirement="r") for at, (weight, _) in enumerate(rows)]
    return score(criteria, {str(at): met for at, (_, met) in enumerate(rows)})


@pytest.mark.parametrize(
    ("rows", "expected", "pass_rate", "coverage"),
    [
        # raw over the positive weights
        pytest.param([(10, True), (10, False)], 0.5, 0.5, 1.0, id="half of the weight is met"),
        pytest.param([(3, True), (5, True), (2, False)], 0.8, 2 / 3, 1.0, id="3 + 5 of 10"),
        pytest.param([(10, False), (10, False)], 0.0, 0.0, 1.0, id="nothing is met"),
        pytest.param([(20, True), (1, True)], 1.0, 1.0, 1.0, id="everything is met"),
        # negative criteria
        pytest.param([(10, True), (-5, True)], 0.5, 0.5, 1.0, id="a met negative takes away: (10 - 5) / 10"),
        pytest.param([(10, True), (-5, False)], 1.0, 1.0, 1.0, id="one that is not met gives nothing and passes"),
        pytest.param([(10, True), (10, True), (-5, True)], 0.75, 2 / 3, 1.0, id="negatives are no part of the divisor"),
        # clamping
        pytest.param([(20, True), (20, True), (-500, True)], 0.0, 2 / 3, 1.0, id="-500 is clamped at 0"),
        pytest.param([(5, True), (5, False), (-5, True)], 0.0, 1 / 3, 1.0, id="a raw of exactly 0"),
        pytest.param([(500, True), (-500, True)], 0.0, 0.5, 1.0, id="a tie of both sides is 0"),
        pytest.param([(501, True), (-500, True)], 1 / 501, 0.5, 1.0, id="one more than a tie is above 0"),
        # weights that are no whole numbers, and those of 0
        pytest.param([(0.1, True), (0.2, True), (0.7, False)], 0.3, 2 / 3, 1.0, id="fractions of weights"),
        pytest.param([(0.5, True), (2.5, False), (-0.25, True)], 0.25 / 3, 1 / 3, 1.0, id="fractions take away, too"),
        pytest.param([(10, True), (0, False)], 1.0, 0.5, 1.0, id="a weight of 0 weighs nothing, and does not pass"),
        pytest.param([(10, True), (0, True)], 1.0, 0.5, 1.0, id="nor when it is met"),
        pytest.param([(0, True), (0, False)], None, 0.0, 1.0, id="without any weight there is no score"),
        # verdicts that failed
        pytest.param([(10, True), (10, None)], 1.0, 1.0, 0.5, id="a failed verdict leaves the divisor"),
        pytest.param([(10, False), (10, None)], 0.0, 0.0, 0.5, id="and never counts as not met"),
        pytest.param([(10, True), (-10, None)], 1.0, 1.0, 0.5, id="nor as a fault"),
        pytest.param([(10, True), (5, None), (5, False), (5, True)], 0.75, 2 / 3, 0.75, id="15 of 20, one of four out"),
        pytest.param([(10, None), (-5, None)], None, None, 0.0, id="no verdict at all is no score"),
        # negative criteria alone: 1 + raw / their weights
        pytest.param([(-10, False), (-30, False)], 1.0, 1.0, 1.0, id="no fault is the whole score"),
        pytest.param([(-10, True), (-30, False)], 0.75, 0.5, 1.0, id="1 - 10 / 40"),
        pytest.param([(-10, True), (-30, True)], 0.0, 0.0, 1.0, id="every fault is none"),
        pytest.param(
            [(20, None), (-10, True), (-30, False)], None, 0.5, 2 / 3, id="failures that leave only these: none"
        ),
        pytest.param(
            [(20, None), (0, True), (-30, False)], None, 0.5, 2 / 3, id="a 0 beside them is no positive either"
        ),
        pytest.param([(20, None), (5, False), (-30, False)], 0.0, 0.5, 2 / 3, id="one positive verdict is enough"),
        pytest.param([(-10, True), (-30, None)], 0.0, 0.0, 0.5, id="of those left, each is a fault"),
        pytest.param([(0, True), (-4, True), (-4, False)], 0.5, 1 / 3, 1.0, id="a 0 beside them is no positive"),
        pytest.param([], None, None, 0.0, id="no criteria"),
    ],
)
def test_the_score_is_the_one_worked_out_by_hand(
    rows: Rows, expected: float | None, pass_rate: float | None, coverage: float
) -> None:
    found = scored(rows)
    assert found.score == (None if expected is None else pytest.approx(expected, abs=1e-12))
    assert found.pass_rate == (None if pass_rate is None else pytest.approx(pass_rate))
    assert found.coverage == pytest.approx(coverage)


def test_a_criterion_that_is_not_among_the_verdicts_counts_as_failed() -> None:
    criteria = [Criterion(id="a", weight=1, requirement="r"), Criterion(id="b", weight=9, requirement="r")]
    assert score(criteria, {"a": True}) == RubricScore(score=1.0, pass_rate=1.0, coverage=0.5)


def test_the_order_of_the_criteria_does_not_move_the_score() -> None:
    rows: Rows = [(0.1, True), (0.2, True), (1e9, True), (-1e9, True), (0.3, False)]
    assert scored(rows).score == scored(rows[::-1]).score
