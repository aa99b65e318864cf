"""One configuration's answers and grades, counted up: scores by task and by pass, failures, money, time. Pure.

An answer without text scores 0, whoever graded it or not: its person got nothing. A pass is one answering and one
grading of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, stdev

from fusion_mcp.evaluation.records import Answer, Grade
from fusion_mcp.evaluation.reporting.percentiles import percentile

Pass = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Seconds from question to answer, of what was answered."""

    median: float
    p90: float


@dataclass(frozen=True, kw_only=True)
class Money:
    """What a task cost on average; None where some answer's cost is unknown, which `unknown` counts.

    `on_subscription`: calls in it went on a plan and are in no cost.
    """

    per_task_usd: Decimal | None
    unknown: int
    on_subscription: bool


def has_text(answer: Answer) -> bool:
    """Whether there is an answer that a person can read."""
    return answer.result is not None and bool((answer.result.answer or "").strip())


def scores_by_pass(answers: Iterable[Answer], grades: Sequence[Grade]) -> dict[Pass, dict[str, float]]:
    """Give each pass its scores by task. What could not be graded is in none; with no grade at all there is no pass."""
    failed = {(each.task_id, each.repeat) for each in answers if not has_text(each)}
    passes: dict[Pass, dict[str, float]] = defaultdict(dict)
    for grade in grades:
        if grade.score is not None and (grade.task_id, grade.repeat) not in failed:
            passes[grade.repeat, grade.grading][grade.task_id] = grade.score
    for grading in {grade.grading for grade in grades}:
        for task, repeat in failed:
            passes[repeat, grading][task] = 0.0
    return dict(passes)


def scores_by_task(passes: Mapping[Pass, Mapping[str, float]]) -> dict[str, float]:
    """Average each task over the passes that have it."""
    found: dict[str, list[float]] = defaultdict(list)
    for scores in passes.values():
        for task, score in scores.items():
            found[task].append(score)
    return {task: fmean(scores) for task, scores in found.items()}


def spread_over_passes(passes: Mapping[Pass, Mapping[str, float]]) -> float | None:
    """Give the standard deviation of the passes' means, over the tasks that every pass has; None below two passes."""
    common = set[str].intersection(*(set(scores) for scores in passes.values())) if passes else set[str]()
    if not common or len(passes) < 2:  # noqa: PLR2004 one pass has no spread
        return None
    return stdev(fmean(scores[task] for task in sorted(common)) for scores in passes.values())


def money(answers: Sequence[Answer]) -> Money:
    """Reckon what a task cost. A question that brought no answer and no bill is left out, not taken as free."""
    known = [answer.cost_usd for answer in answers if answer.cost_usd is not None]
    unknown = sum(answer.cost_usd is None for answer in answers if has_text(answer))
    mean = sum(known, Decimal(0)) / len(known) if known and not unknown else None
    return Money(
        per_task_usd=mean, unknown=unknown, on_subscription=any(_is_on_subscription(answer) for answer in answers)
    )


def latency(answers: Iterable[Answer]) -> Latency | None:
    """Give median and 90th percentile, or None where nothing was answered."""
    seconds = [answer.seconds for answer in answers if has_text(answer)]
    return Latency(median=percentile(seconds, 0.5), p90=percentile(seconds, 0.9)) if seconds else None


def _is_on_subscription(answer: Answer) -> bool:
    lines = answer.result.cost_breakdown if answer.result is not None else []
    return any(line.billing == "subscription" for line in lines)
