"""The best single answer, pure: for when there is nobody to write a better one."""

from collections import Counter
from collections.abc import Sequence

from fusion_mcp.pipeline.analysis import Judgement
from fusion_mcp.pipeline.anonymity import LabelledAnswer, read_label
from fusion_mcp.types import MemberAnswer


def best(
    answers: Sequence[MemberAnswer], judgement: Judgement | None, labelled: Sequence[LabelledAnswer]
) -> MemberAnswer:
    """The answer that the analysis credits with most points.

    Without one, or on a tie, the first in the preset's order.
    """
    credit: Counter[str] = Counter()
    if judgement is not None:
        labels = [insight.model for insight in judgement.unique_insights]
        labels += [label for coverage in judgement.partial_coverage for label in set(coverage.models)]
        credit.update(found.seat for label in labels if (found := read_label(label, labelled)) is not None)
    return max(answers, key=lambda answer: credit[answer.seat])
