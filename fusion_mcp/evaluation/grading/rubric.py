"""The score of an answer by a weighted rubric: DRACO's rules (arXiv:2602.11685), exactly. Pure.

What the rules say:

- raw is the sum of the weights of the criteria that are met, so that a met negative one takes away.
- score is raw over the sum of the positive weights, not below 0 and not above 1.
- pass_rate is the share of criteria that came out as they should: positive and met, or negative and not met. Weights
  play no part, but one of weight 0 is neither, and counts as not passed.
- A criterion without a verdict is out of everything above, numerator and denominator. It lowers coverage, the share of
  criteria that have one. It never counts as not met.

What they leave open: a rubric of negative criteria alone has no positive weight to divide by. Its score is 1 + raw /
(sum of the negative weights' sizes), not below 0 and not above 1: an answer without any of the faults has the whole
score, one with all of them has none. Always 0, as some harnesses have it, could not tell the two apart. A rubric with
positive criteria that all remained without a verdict has no score: its negative ones alone would be another scale. Nor
is there one where nothing that weighs has a verdict.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fusion_mcp.evaluation.tasks import Criterion


@dataclass(frozen=True, kw_only=True)
class RubricScore:
    """What a rubric makes of an answer, each 0 to 1; None where nothing could be graded."""

    score: float | None
    pass_rate: float | None
    coverage: float


def score(criteria: Sequence[Criterion], met: Mapping[str, bool | None]) -> RubricScore:
    """Score by the verdicts, which go by the criteria's ids; None, or no entry, is a criterion without a verdict."""
    graded = [(each.weight, is_met) for each in criteria if (is_met := met.get(each.id)) is not None]
    passed = sum((weight > 0 and is_met) or (weight < 0 and not is_met) for weight, is_met in graded)
    return RubricScore(
        score=_score(graded, has_positive=any(each.weight > 0 for each in criteria)),
        pass_rate=passed / len(graded) if graded else None,
        coverage=len(graded) / len(criteria) if criteria else 0.0,
    )


def _score(graded: Sequence[tuple[float, bool]], *, has_positive: bool) -> float | None:
    raw = math.fsum(weight for weight, is_met in graded if is_met)
    positive = math.fsum(weight for weight, _ in graded if weight > 0)
    negative = -math.fsum(weight for weight, _ in graded if weight < 0)
    if positive:
        return _within_unit(raw / positive)
    return _within_unit(1 + raw / negative) if negative and not has_positive else None


def _within_unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)
