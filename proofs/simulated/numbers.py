"""What an answer is worth, what a change brings in pairs of runs, with its interval, and whether it is dear. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean

from simulated.batch import Row
from simulated.run import Score

RESAMPLES = 1_000
_OUTSIDE = 0.025
EARNS, LESS, HARMS, SAME = "earns its cost", "helps, members do more", "harms", "no difference"


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What an answer is worth, in facts: one that is right is 1.

    `error` is what one costs that is wrong and stated as fact; `hedged` what one is worth that is right and named as
    uncertain.
    """

    error: float = 1.0
    hedged: float = 0.5

    def points(self, score: Score) -> float:
        """Add up an answer's share of each."""
        return score.right - self.error * score.wrong + self.hedged * score.hedged


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What a change brings: points with the 95 % interval of the bootstrap over worlds, and calls."""

    points: float
    low: float
    high: float
    calls: float

    @property
    def per_call(self) -> float | None:
        """Points gained per call; None where it takes no more of them."""
        return self.points / self.calls if self.calls > 0 else None

    def verdict(self, price: float) -> str:
        """Say whether it is worth its calls; `price` is what each call brings that is spent on further members."""
        if self.high < 0:
            return HARMS
        if self.low <= 0:
            return SAME
        return EARNS if self.per_call is None or self.per_call >= price else LESS


def mean(rows: Sequence[Row], figure: Callable[[Row], float]) -> float:
    """The mean of a figure over worlds."""
    return fmean(figure(row) for row in rows)


def difference(after: Sequence[Row], before: Sequence[Row], worth: Worth) -> Difference:
    """Compare two cells world by world."""
    gains = [worth.points(a.score) - worth.points(b.score) for a, b in zip(after, before, strict=True)]
    return _difference(gains, mean(after, lambda row: row.calls) - mean(before, lambda row: row.calls))


def over_member(rows: Sequence[Row], number: int, worth: Worth, *, calls_of_member: int) -> Difference:
    """Compare a panel's answer with that of one of its members, asked alone."""
    gains = [worth.points(row.score) - worth.points(row.members[number]) for row in rows]
    return _difference(gains, mean(rows, lambda row: row.calls) - calls_of_member)


def _difference(gains: Sequence[float], calls: float) -> Difference:
    chance = Random(len(gains))
    drawn = sorted(fmean(chance.choices(gains, k=len(gains))) for _ in range(RESAMPLES))
    edge = int(RESAMPLES * _OUTSIDE)
    return Difference(points=fmean(gains), low=drawn[edge], high=drawn[-edge - 1], calls=calls)
