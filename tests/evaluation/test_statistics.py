"""Means and differences over tasks, with intervals: checked by hand, and for what must hold of any scores."""

import math
from random import Random
from statistics import stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion_mcp.evaluation.reporting.estimates import Estimate, PairedDifference, estimate, paired_difference
from fusion_mcp.evaluation.reporting.percentiles import percentile

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


@pytest.mark.parametrize(
    ("right", "tasks", "low", "high"),
    [
        # Wilson: (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n), z² = 3.8415. At p = 1 that is n/(n + z²) to 1.
        (20, 20, 0.8389, 1.0),
        (0, 20, 0.0, 0.1611),
        (3, 5, 0.2307, 0.8824),
        (80, 100, 0.7112, 0.8666),
    ],
)
def test_the_interval_of_right_and_wrong_answers_is_wilsons(right: int, tasks: int, low: float, high: float) -> None:
    found = estimate(by_task(*[1] * right, *[0] * (tasks - right)))
    assert found is not None
    assert _ends(found) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_equal_scores_leave_open_what_a_sample_of_that_size_may_miss() -> None:
    # A share of q = 1 - 0.025^(1/20) = 0.1684 is missed by twenty tasks in 2.5 % of the cases; it may be 0, or 1.
    found = estimate(by_task(*[0.5] * 20))
    assert found is not None
    assert _ends(found) == (pytest.approx(0.4158, abs=1e-4), pytest.approx(0.5842, abs=1e-4))


def test_the_interval_of_a_hundred_tasks_is_close_to_the_normal_one() -> None:
    chance = Random(7)
    scores = [chance.random() for _ in range(100)]
    found = estimate(by_task(*scores))
    assert found is not None
    assert found.interval is not None
    half = 1.96 * stdev(scores) / 10
    assert found.interval.low == pytest.approx(found.mean - half, abs=0.006)
    assert found.interval.high == pytest.approx(found.mean + half, abs=0.006)


def test_the_interval_of_few_tasks_is_no_narrower_than_students() -> None:
    # The 97.5th percentile of Student's t with 4 degrees of freedom is 2.776.
    scores = [0.5, 0.55, 0.6, 0.62, 0.7]
    found = estimate(by_task(*scores))
    assert found is not None
    half = 2.776 * stdev(scores) / math.sqrt(5)
    low, high = _ends(found)
    assert low <= found.mean - half + 1e-4
    assert high >= found.mean + half - 1e-4
    assert high - low < 2.5 * half


def test_an_interval_reaches_farther_to_where_a_few_tasks_differ_much() -> None:
    found = estimate(by_task(0.1, 0.2, *[0.9 + 0.005 * number for number in range(18)]))
    assert found is not None
    low, high = _ends(found)
    assert found.mean - low > 1.4 * (high - found.mean)


def test_a_difference_is_paired_so_what_all_tasks_share_makes_no_doubt() -> None:
    # Tasks differ widely, and the first is better by about 0.1 on each.
    second = by_task(0.1, 0.3, 0.5, 0.7, 0.85, 0.2, 0.4)
    first = {task: score + 0.1 + 0.01 * (number % 3) for number, (task, score) in enumerate(second.items())}
    found = paired_difference(first, second)
    assert found is not None
    assert _ends(found) == (pytest.approx(0.1, abs=0.01), pytest.approx(0.117, abs=0.01))
    assert found.is_shown
    assert (found.wins, found.ties, found.losses) == (7, 0, 0)


@pytest.mark.parametrize(("tasks", "is_shown"), [(5, False), (6, True)])
def test_nothing_but_wins_show_a_difference_where_the_sign_test_does(tasks: int, *, is_shown: bool) -> None:
    # All of five is heads in 6.25 % of the cases, two-sided; all of six in 3.1 %.
    found = paired_difference(by_task(*[1] * tasks), by_task(*[0] * tasks))
    assert found is not None
    assert found.is_shown is is_shown


def test_one_task_out_of_six_that_went_the_other_way_leaves_the_difference_open() -> None:
    # The percentile bootstrap shows one: of its resamples fewer than 2.5 % hold that task often enough.
    found = paired_difference(by_task(0.5, 0.5, 0.5, 0.5, 0.5, 0.0), by_task(0, 0, 0, 0, 0, 0.4), resamples=FEW)
    assert found is not None
    assert not found.is_shown


def test_rounding_makes_equal_differences_no_different() -> None:
    second = by_task(0.1, 0.3, 0.5, 0.7, 0.9)
    found = paired_difference({task: score + 0.1 for task, score in second.items()}, second)
    alike = paired_difference(by_task(*[0.1] * 5), by_task(*[0] * 5))
    assert found is not None
    assert alike is not None
    assert _ends(found) == pytest.approx(_ends(alike))
    assert not found.is_shown


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
    # Thirty ties rule a few large differences out, but not small ones: 1 - 0.025^(1/30) = 0.1157.
    assert _ends(found) == (pytest.approx(-0.1157, abs=1e-4), pytest.approx(0.1157, abs=1e-4))
    assert not found.is_shown


@unhurried
@given(SCORES, st.integers(0, 5))
def test_an_interval_holds_its_mean_and_stays_on_the_scale(scores: dict[str, float], seed: int) -> None:
    found = estimate(scores, seed=seed, resamples=FEW)
    assert found is not None
    if found.interval is not None:
        assert 0 <= found.interval.low <= found.mean + 1e-9
        assert found.mean - 1e-9 <= found.interval.high <= 1
        assert found.interval.low < found.interval.high


@unhurried
@given(SCORES, SCORES)
def test_the_interval_of_a_difference_stays_within_the_scale(first: dict[str, float], second: dict[str, float]) -> None:
    found = paired_difference(first, second, resamples=FEW)
    if found is not None and found.interval is not None:
        assert -1 <= found.interval.low <= found.mean + 1e-9
        assert found.mean - 1e-9 <= found.interval.high <= 1


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


@pytest.mark.parametrize(("tasks", "share"), [(5, 0.90), (20, 0.93)])
def test_intervals_of_few_tasks_hold_the_mean_of_skewed_scores(tasks: int, share: float) -> None:
    # The percentile bootstrap holds it in 81 % and 91 % of the cases.
    chance = Random(3)
    held = 0
    for _ in range(800):
        found = estimate(by_task(*(chance.betavariate(5, 1) for _ in range(tasks))), resamples=FEW)
        assert found is not None
        low, high = _ends(found)
        held += low <= 5 / 6 <= high
    assert held / 800 >= share


def _ends(found: Estimate | PairedDifference) -> tuple[float, float]:
    return (0.0, 0.0) if found.interval is None else (found.interval.low, found.interval.high)


def _turned(found: PairedDifference) -> tuple[float, float]:
    low, high = _ends(found)
    return -high, -low
