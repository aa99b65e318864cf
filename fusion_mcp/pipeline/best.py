"""The best single answer, pure: for when one is to be given as it stands, or there is nobody to write a better one."""

from collections import Counter
from collections.abc import Sequence

from fusion_mcp.pipeline.analysis import Judgement
from fusion_mcp.pipeline.anonymity import LabelledAnswer, read_label
from fusion_mcp.types import MemberAnswer


def preferred(
    answers: Sequence[MemberAnswer], judgement: Judgement | None, labelled: Sequence[LabelledAnswer]
) -> MemberAnswer | None:
    """The answer that the judge names as the one to give; None where it names none."""
    if judgement is None or judgement.preferred is None:
        return None
    named = read_label(judgement.preferred, labelled)
    return next((answer for answer in answers if named is not None and answer.seat == named.seat), None)


def best(
    answers: Sequence[MemberAnswer], judgement: Judgement | None, labelled: Sequence[LabelledAnswer]
) -> MemberAnswer:
    """The answer that the judge prefers; where it names none, the one that the analysis credits with most points.

    Without an analysis, or on a tie, the first in the preset's order.
    """
    named = preferred(answers, judgement, labelled)
    if named is not None:
        return named
    credit: Counter[str] = Counter()
    if judgement is not None:
        labels = [insight.model for insight in judgement.unique_insights]
        labels += [label for coverage in judgement.partial_coverage for label in set(coverage.models)]
        credit.update(found.seat for label in labels if (found := read_label(label, labelled)) is not None)
    return max(answers, key=lambda answer: credit[answer.seat])
