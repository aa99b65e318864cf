"""Which configurations are worth their price: the Pareto frontier of cost against score. Pure.

On it stands whatever no other configuration beats in one without losing in the other. Of unknown cost nothing can be
said, so those are left out and named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Point:
    """A configuration's cost per task in USD, None where unknown, and its mean score, 0 to 1."""

    name: str
    cost_usd: Decimal | None
    score: float


@dataclass(frozen=True, kw_only=True)
class Beaten:
    """A configuration off the frontier, and the dearest one on it that costs no more and scores no less."""

    name: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Frontier:
    """The points on the frontier, cheapest first; who is beaten by whom; and the names whose cost is unknown."""

    points: tuple[Point, ...]
    beaten: tuple[Beaten, ...]
    left_out: tuple[str, ...]


def frontier(points: Sequence[Point]) -> Frontier:
    """Draw the line through `points`. Two of equal cost and score stand on it together."""
    known = [(point, point.cost_usd) for point in points if point.cost_usd is not None]
    best = sorted(
        ((each, cost) for each, cost in known if not any(_beats(other, each) for other, _ in known)),
        key=lambda priced: (priced[1], priced[0].name),
    )
    return Frontier(
        points=tuple(point for point, _ in best),
        beaten=tuple(
            Beaten(name=each.name, by=next(other.name for other, _ in reversed(best) if _beats(other, each)))
            for each, _ in known
            if any(_beats(other, each) for other, _ in best)
        ),
        left_out=tuple(point.name for point in points if point.cost_usd is None),
    )


def _beats(one: Point, other: Point) -> bool:
    if one.cost_usd is None or other.cost_usd is None:
        return False
    is_no_worse = one.cost_usd <= other.cost_usd and one.score >= other.score
    return is_no_worse and (one.cost_usd < other.cost_usd or one.score > other.score)
