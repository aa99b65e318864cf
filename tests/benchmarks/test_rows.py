"""What measuring comes to: medians, ratios of one moment, goals that are met or missed, and rows that say nothing."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.rows import Goal, Row, Run, at_least, at_most, p95

SLOW, QUICK = Run(ours=4.0, reference=2.0), Run(ours=3.0, reference=3.0)
ODD = Run(ours=100.0, reference=10.0)


def row(*runs: Run, goal: Goal | None = None) -> Row:
    return Row(measure="start", what="until ready", runs=runs, unit="s", goal=goal)


def test_a_ratio_is_the_median_of_the_runs_own_ratios_and_not_the_ratio_of_medians() -> None:
    measured = row(SLOW, QUICK, ODD)
    assert (measured.figure, measured.ours, measured.reference) == (2.0, 4.0, 3.0)
    assert measured.spread == (1.0, 10.0)


def test_without_a_reference_the_figure_is_what_was_measured() -> None:
    measured = row(Run(ours=3.0), Run(ours=5.0), Run(ours=4.0))
    assert (measured.figure, measured.reference) == (4.0, None)


@pytest.mark.parametrize(
    ("goal", "is_met"), [(at_most(2.0), True), (at_most(1.9), False), (at_least(2.0), True), (at_least(2.1), False)]
)
def test_a_goal_is_met_at_its_own_value(goal: Goal, is_met: bool) -> None:
    assert row(SLOW, goal=goal).is_met is is_met


def test_a_row_without_a_goal_or_with_failures_says_neither_that_it_is_met_nor_that_it_is_missed() -> None:
    assert row(SLOW).is_met is None
    assert row(SLOW, Run(ours=1.0, reference=1.0, failures=2), goal=at_most(9)).is_met is None


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_the_95th_percentile_is_a_value_that_at_least_95_in_100_do_not_exceed(values: list[float]) -> None:
    high = p95(values)
    assert high in values
    assert 100 * sum(each <= high for each in values) >= 95 * len(values)
    assert high >= median(values)
    assert 100 * sum(each < high for each in values) < 95 * len(values)
