"""How values spread: standard deviation and percentiles. Pure. What follows for a mean is `intervals`'."""

import math
from collections.abc import Sequence


def standard_deviation(values: Sequence[float]) -> float | None:
    """Give the sample standard deviation, or None below two values."""
    if len(values) < 2:  # noqa: PLR2004 one value has no spread
        return None
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which `share` (0 to 1) of them lie, between neighbours in proportion. Wants at least one."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
