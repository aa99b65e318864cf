"""Means and differences over tasks, with intervals: checked by hand, and for what must hold of any scores."""

from random import Random
from statistics import stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion_mcp.evaluation.statistics import (
    Interval,
    PairedDifference,
    estimate,
    paired_difference,
    percentile,
    standard_deviation,
)

FEW = 200
SCORES = st.dictionaries(st.integers(0, 30).map(str), st.floats(0, 1), min_size=1, max_size=20)
unhurried = settings(max_examples=60, deadline=None)


def by_task(*scores: float) -> dict[str, float]:
    return {f"task {number:02}": score for number, score in enumerate(scores)}


def test_a_percentile_lies_between_its_neighbours_in_proportion() -> None:
    # 0.25 of the way through four places is at place 0.75: three quarters from 10 to 20.
    assert percentile([40.0, 10.0, 30.0, 20.0], 0.25) == 17.5
    assert percentile([40.0, 10.0, 30.0, 20.0], 0.0) == 10.0
    assert percentile([40.0, 10.0, 30.0, 20.0], 1.0) == 40.0
    assert percentile([7.0], 0.9) == 7.0


def test_the_mean_of_few_tasks_has_no_interval() -> None:
    found = estimate(by_task(0.2, 0.4, 0.6, 0.8))
    assert found is not None
    assert (found.mean, found.interval, found.tasks) == (pytest.approx(0.5), None, 4)
    assert estimate({}) is None


def test_the_interval_of_five_tasks_of_two_kinds_is_that_of_the_binomial() -> None:
    # A resampled mean of (1, 1, 1, 0, 0) is B/5 with B ~ Bin(5, 0.6): P(B=0) = 0.0102, P(B<=1) = 0.087,
    # P(B=5) = 0.0778. So the 2.5th percentile is 1/5, and the 97.5th is 5/5.
    found = estimate(by_task(1, 1, 1, 0, 0))
    assert found is not None
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (pytest.approx(0.2), pytest.approx(1.0))


def test_the_interval_of_a_hundred_tasks_is_close_to_the_normal_one() -> None:
    chance = Random(7)
    scores = [chance.random() for _ in range(100)]
    found = estimate(by_task(*scores))
    assert found is not None
    assert found.interval is not None
    half = 1.96 * stdev(scores) / 10
    assert found.interval.low == pytest.approx(found.mean - half, abs=0.006)
    assert found.interval.high == pytest.approx(found.mean + half, abs=0.006)


def test_a_difference_is_paired_so_what_all_tasks_share_makes_no_doubt() -> None:
    # Tasks differ widely, and the first is better by exactly 0.1 on each: no resampling can say otherwise.
    second = by_task(0.1, 0.3, 0.5, 0.7, 0.9)
    first = {task: score + 0.1 for task, score in second.items()}
    found = paired_difference(first, second)
    assert found is not None
    assert _ends(found) == (pytest.approx(0.1), pytest.approx(0.1))
    assert found.is_shown
    assert (found.wins, found.ties, found.losses) == (5, 0, 0)


def test_tasks_that_only_one_has_are_left_out_and_counted() -> None:
    first = {**by_task(1, 1, 0, 0.5, 0.5), "only in first": 0.0}
    second = {**by_task(0, 1, 1, 0.5, 0.0), "only": 1.0, "only too": 1.0}
    found = paired_difference(first, second, resamples=FEW)
    assert found is not None
    assert (found.tasks, found.left_out) == (5, 3)
    assert (found.wins, found.ties, found.losses) == (2, 2, 1)
    assert found.mean == pytest.approx(0.1)
    assert not found.is_shown


def test_without_a_common_task_there_is_no_difference_to_speak_of() -> None:
    assert paired_difference({"a": 1.0}, {"b": 1.0}) is None


def test_equal_scores_show_no_difference() -> None:
    found = paired_difference(by_task(*[0.5] * 30), by_task(*[0.5] * 30), resamples=FEW)
    assert found is not None
    assert found.interval == Interval(low=0.0, high=0.0)
    assert not found.is_shown


def test_the_spread_is_the_sample_standard_deviation() -> None:
    assert standard_deviation([0.6, 0.7, 0.8]) == pytest.approx(0.1)
    assert standard_deviation([0.6]) is None


@unhurried
@given(SCORES, st.integers(0, 5))
def test_an_interval_holds_its_mean_and_stays_within_the_scores(scores: dict[str, float], seed: int) -> None:
    found = estimate(scores, seed=seed, resamples=FEW)
    assert found is not None
    assert min(scores.values()) - 1e-9 <= found.mean <= max(scores.values()) + 1e-9
    if found.interval is not None:
        assert min(scores.values()) - 1e-9 <= found.interval.low <= found.interval.high <= max(scores.values()) + 1e-9


@unhurried
@given(SCORES, SCORES)
def test_swapping_the_sides_turns_the_difference_round(first: dict[str, float], second: dict[str, float]) -> None:
    there = paired_difference(first, second, resamples=FEW)
    back = paired_difference(second, first, resamples=FEW)
    if there is None or back is None:
        assert there is back is None
        return
    assert back.mean == pytest.approx(-there.mean, abs=1e-9)
    assert (back.wins, back.ties, back.losses) == (there.losses, there.ties, there.wins)
    assert (back.tasks, back.left_out) == (there.tasks, there.left_out)
    assert _turned(there) == pytest.approx(_ends(back), abs=1e-9)


@unhurried
@given(SCORES, st.integers(0, 3))
def test_the_order_of_tasks_and_a_second_time_change_nothing(scores: dict[str, float], seed: int) -> None:
    turned = dict(reversed(list(scores.items())))
    assert estimate(scores, seed=seed, resamples=FEW) == estimate(turned, seed=seed, resamples=FEW)


def _ends(found: PairedDifference) -> tuple[float, float]:
    return (0.0, 0.0) if found.interval is None else (found.interval.low, found.interval.high)


def _turned(found: PairedDifference) -> tuple[float, float]:
    low, high = _ends(found)
    return -high, -low
