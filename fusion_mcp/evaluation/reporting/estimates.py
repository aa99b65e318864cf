"""Means over tasks, differences between configurations, and their uncertainty. Pure.

What is counted is tasks, never single passes: passes over one task say nothing about other tasks. Differences are
paired: both configurations are looked at on the same tasks. Chance has a seed, so that a report that is written twice
is the same report. How an interval comes about is `intervals`'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from fusion_mcp.evaluation.reporting.intervals import SAME, Interval, of_differences, of_scores

RESAMPLES = 4_000
FEWEST_TASKS = 5
"""With fewer tasks no interval is given: they are too few to say anything."""


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
    interval = of_scores(values, seed=seed, resamples=resamples) if len(values) >= FEWEST_TASKS else None
    return Estimate(mean=fmean(values), interval=interval, tasks=len(values))


def paired_difference(
    first: Mapping[str, float], second: Mapping[str, float], *, seed: int = 0, resamples: int = RESAMPLES
) -> PairedDifference | None:
    """Compare two configurations' scores by task, or give None where no task has both."""
    both = sorted(first.keys() & second.keys())
    if not both:
        return None
    # The mean of differences is the difference of means on the same tasks, so one resampling serves both sides.
    differences = [first[task] - second[task] for task in both]
    enough = len(both) >= FEWEST_TASKS
    return PairedDifference(
        mean=fmean(differences),
        interval=of_differences(differences, seed=seed, resamples=resamples) if enough else None,
        tasks=len(both),
        left_out=len(first.keys() ^ second.keys()),
        wins=sum(difference > SAME for difference in differences),
        ties=sum(abs(difference) <= SAME for difference in differences),
        losses=sum(difference < -SAME for difference in differences),
    )
