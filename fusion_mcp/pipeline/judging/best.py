"""The best single answer, pure: for when one is to be given as it stands, or there is nobody to write a better one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from fusion_mcp.pipeline.judging.analysis import JudgedContradiction, Judgement
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer, read_label
from fusion_mcp.types import MemberAnswer

_SEVERAL = 2


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
    """The answer that the judge prefers; where it names none, the one that stands least alone.

    Each point that it shares with others counts for it, each contested stance that nobody shares against it; what it
    alone says does neither, since nobody says more alone than who makes things up. Without an analysis, or on a tie,
    the first in the preset's order.
    """
    named = preferred(answers, judgement, labelled)
    if named is not None:
        return named
    credit: Counter[str] = Counter()
    if judgement is not None:
        for coverage in judgement.partial_coverage:
            sharing = _seats(coverage.models, labelled)
            credit.update(sharing if len(sharing) >= _SEVERAL else ())
        for contradiction in judgement.contradictions:
            credit.subtract(_alone(contradiction, labelled))
    return max(answers, key=lambda answer: credit[answer.seat])


def _alone(contradiction: JudgedContradiction, labelled: Sequence[LabelledAnswer]) -> Iterator[str]:
    """Name who holds a stance that nobody else does, once for each such stance."""
    holders: dict[str, list[str]] = {}
    for each in contradiction.stances:
        holders.setdefault(" ".join(each.stance.casefold().split()), []).append(each.model)
    for labels in holders.values():
        seats = _seats(labels, labelled)
        yield from seats if len(seats) == 1 else ()


def _seats(labels: Iterable[str], labelled: Sequence[LabelledAnswer]) -> set[str]:
    return {found.seat for label in labels if (found := read_label(label, labelled)) is not None}
