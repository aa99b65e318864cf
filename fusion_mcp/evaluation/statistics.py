"""Means over tasks and their uncertainty, by the percentile bootstrap (Efron 1979). Pure.

What is resampled is tasks, never single passes: passes over one task say nothing about other tasks. Differences are
paired: both configurations are looked at on the same resampled tasks. Chance has a seed, so that a report that is
written twice is the same report.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

RESAMPLES = 10_000
LEVEL = 0.95
FEWEST_TASKS = 5
"""With fewer tasks no interval is given: the resampled means are too few to say anything."""

_SAME = 1e-9


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Where the value lies with `LEVEL` confidence, as far as these tasks can tell."""

    low: float
    high: float

    @property
    def holds_zero(self) -> bool:
        """Whether no difference is among what it allows."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean over `tasks` tasks; `interval` is None where they are fewer than `FEWEST_TASKS`."""

    mean: float
    interval: Interval | None
    tasks: int


@dataclass(frozen=True, kw_only=True)
class PairedDifference:
    """The mean of first minus second over the tasks that both have; `left_out` counts those that only one has.

    `wins`, `ties` and `losses` count tasks, seen from the first.
    """

    mean: float
    interval: Interval | None
    tasks: int
    left_out: int
    wins: int
    ties: int
    losses: int

    @property
    def is_shown(self) -> bool:
        """Whether the interval leaves no difference out."""
        return self.interval is not None and not self.interval.holds_zero


def estimate(scores: Mapping[str, float], *, seed: int = 0, resamples: int = RESAMPLES) -> Estimate | None:
    """Give the mean of scores by task with its interval, or None where there is no score."""
    if not scores:
        return None
    values = [scores[task] for task in sorted(scores)]
    return Estimate(mean=_mean(values), interval=_bootstrap(values, seed, resamples), tasks=len(values))


def paired_difference(
    first: Mapping[str, float], second: Mapping[str, float], *, seed: int = 0, resamples: int = RESAMPLES
) -> PairedDifference | None:
    """Compare two configurations' scores by task, or give None where no task has both."""
    both = sorted(first.keys() & second.keys())
    if not both:
        return None
    # The mean of differences is the difference of means on the same tasks, so one resampling serves both sides.
    differences = [first[task] - second[task] for task in both]
    return PairedDifference(
        mean=_mean(differences),
        interval=_bootstrap(differences, seed, resamples),
        tasks=len(both),
        left_out=len(first.keys() ^ second.keys()),
        wins=sum(difference > _SAME for difference in differences),
        ties=sum(abs(difference) <= _SAME for difference in differences),
        losses=sum(difference < -_SAME for difference in differences),
    )


def standard_deviation(values: Sequence[float]) -> float | None:
    """Give the sample standard deviation, or None below two values."""
    if len(values) < 2:  # noqa: PLR2004 one value has no spread
        return None
    mean = _mean(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which `share` (0 to 1) of them lie, between neighbours in proportion. Wants at least one."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _bootstrap(values: Sequence[float], seed: int, resamples: int) -> Interval | None:
    if len(values) < FEWEST_TASKS:
        return None
    chance = Random(seed)  # noqa: S311 not for secrets: the same report every time
    count = len(values)
    means = [math.fsum(chance.choices(values, k=count)) / count for _ in range(resamples)]
    tail = (1 - LEVEL) / 2
    return Interval(low=percentile(means, tail), high=percentile(means, 1 - tail))
