"""Figures as words, the same in every report: scores in points of 100, money, seconds, intervals. Pure."""

from decimal import Decimal

from fusion_mcp.evaluation.reporting.estimates import Estimate, PairedDifference
from fusion_mcp.evaluation.reporting.intervals import Interval
from fusion_mcp.evaluation.reporting.summary import GradingCost
from fusion_mcp.evaluation.reporting.tally import Latency, Money
from fusion_mcp.money import usd

NONE = "–"

_A_MINUTE = 100.0


def points(score: float | None) -> str:
    """Write a score of 0 to 1 in points of 100."""
    return NONE if score is None else f"{100 * score:.1f}"


def signed_points(difference: float) -> str:
    """Write a difference of scores with its sign."""
    return f"{100 * difference:+.1f}".replace("-", "−")


def interval(found: Interval | None) -> str:
    """Write an interval of scores; empty where there is none."""
    return "" if found is None else f"{points(found.low)} to {points(found.high)}"


def signed_interval(found: Interval | None) -> str:
    """Write an interval of differences; empty where there is none."""
    return "" if found is None else f"{signed_points(found.low)} to {signed_points(found.high)}"


def score(found: Estimate | None) -> str:
    """Write a mean with its interval."""
    if found is None:
        return NONE
    return f"{points(found.mean)} ({interval(found.interval)})" if found.interval else points(found.mean)


def spread(deviation: float | None, passes: int) -> str:
    """Write a standard deviation over passes with their number."""
    return NONE if deviation is None else f"{points(deviation)} ({passes})"


def difference(found: PairedDifference | None) -> str:
    """Write a mean difference with its interval."""
    if found is None:
        return NONE
    shown = signed_points(found.mean)
    return f"{shown} ({signed_interval(found.interval)})" if found.interval else shown


def finding(found: PairedDifference | None) -> str:
    """Say what a difference comes to, in the words of `first`: better, worse, or nothing that these tasks can show."""
    if found is None:
        return "no task has both"
    if found.interval is None:
        return "too few tasks to tell"
    if not found.is_shown:
        return "no difference shown"
    return "better" if found.mean > 0 else "worse"


def cost(money: Money) -> str:
    """Write what a task cost; unknown is never nothing."""
    if money.per_task_usd is None:
        return "on a subscription" if money.on_subscription else "unknown"
    return f"{usd(money.per_task_usd)} and a subscription" if money.on_subscription else usd(money.per_task_usd)


def amount(cost_usd: Decimal | None) -> str:
    """Write one bill."""
    return "unknown" if cost_usd is None else usd(cost_usd)


def grading_cost(grading: GradingCost) -> str:
    """Write what grading cost; empty where no model graded."""
    if not grading.grades:
        return ""
    if grading.unknown == grading.grades:
        return "unknown"
    more = f" and {grading.unknown} of {grading.grades} grades of unknown cost" if grading.unknown else ""
    return usd(grading.known_usd) + more


def seconds(spent: float | None) -> str:
    """Write a time, in minutes where it is long."""
    if spent is None:
        return NONE
    return f"{spent:.1f} s" if spent < _A_MINUTE else f"{spent / 60:.1f} min"


def latency(found: Latency | None) -> str:
    """Write median and 90th percentile."""
    return NONE if found is None else f"{seconds(found.median)} / {seconds(found.p90)}"


def share(part: float | None) -> str:
    """Write a share of 0 to 1 in per cent, whole ones as 100 %."""
    if part is None:
        return NONE
    # Nearly everything must not look like everything.
    return f"{min(100 * part, 99.9) if part < 1 else 100:.3g} %"


def count(number: int, noun: str) -> str:
    """Write a number of things."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
