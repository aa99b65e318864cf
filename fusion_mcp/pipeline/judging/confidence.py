"""How far each point of the analysis is borne out, pure: a level with its reason, never a percentage.

Only what can be counted counts: how many answers say so, whether any disagrees, and how many sites were read for them.
Whether a page really says so is `verification`'s to find out.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from fusion_mcp.cleaning import one_line
from fusion_mcp.pipeline.judging.analysis import Judgement
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer, read_label, restore_names
from fusion_mcp.result import Confidence
from fusion_mcp.values import value

Level = Literal["high", "medium", "low"]

_SEVERAL = 2
_MOST_LONE_CLAIMS = 30
_LONE_CLAIM = 300
_AGREEMENT = "agreement, which is not proof: models of different vendors often make the same mistake"


@value
class Point:
    """A point of the analysis in labels: who makes it, how far it is borne out, and by what."""

    text: str
    labels: tuple[str, ...]
    level: Level
    reason: str
    is_contested: bool = False


def weigh(judgement: Judgement, labelled: Sequence[LabelledAnswer]) -> tuple[Point, ...]:
    """Weigh consensus, contradictions, partial coverage and unique insights, in this order.

    Low is what one answer alone says, or what answers disagree on. High takes several answers that agree, at least two
    of which had pages to rest on, of at least two sites. Everything else is medium. What is blank is left out.
    """
    contested = [
        _contested(each.topic, _meant((stance.model for stance in each.stances), labelled), labelled)
        for each in judgement.contradictions
        if each.topic.strip()
    ]
    return (*_agreed(judgement.consensus, labelled, labelled), *contested, *_of_some(judgement, labelled))


def with_names(points: Sequence[Point], labelled: Sequence[LabelledAnswer]) -> list[Confidence]:
    """Say it as the result does, with the members' names for the labels."""
    return [
        Confidence(
            point=restore_names(point.text, labelled),
            level=point.level,
            reason=restore_names(point.reason, labelled),
        )
        for point in points
    ]


def lone_claims(points: Iterable[Point]) -> list[Point]:
    """Give the points that one answer alone makes: what a single wrong or deceived member brings comes in as these."""
    return [point for point in points if len(point.labels) == 1 and not point.is_contested]


def support(judgement: Judgement, labelled: Sequence[LabelledAnswer]) -> str:
    """Tell the synthesizer, in labels, what agreement rests on and what is one answer's alone; '' if there is nothing.

    It quotes the judge, so it is data to be fenced.
    """
    lines = [f"- Consensus: {_reason(labelled, labelled)}"] if judgement.consensus else []
    alone = lone_claims(_of_some(judgement, labelled))
    lines += [f'- {point.reason} "{one_line(point.text, _LONE_CLAIM)}"' for point in alone]
    return "\n".join(lines[: _MOST_LONE_CLAIMS + 1])


def _of_some(judgement: Judgement, labelled: Sequence[LabelledAnswer]) -> Iterator[Point]:
    """Weigh what some of the answers say, or one alone."""
    for each in judgement.partial_coverage:
        yield from _agreed((each.point,), _meant(each.models, labelled), labelled)
    for each in judgement.unique_insights:
        yield from _agreed((each.insight,), _meant((each.model,), labelled), labelled)


def _agreed(
    texts: Sequence[str], said_by: Sequence[LabelledAnswer], labelled: Sequence[LabelledAnswer]
) -> Iterator[Point]:
    """Weigh points that the same answers make: they rest on the same pages."""
    texts = [text for text in texts if text.strip()]
    if not texts:
        return
    labels, level, reason = tuple(answer.label for answer in said_by), _level(said_by), _reason(said_by, labelled)
    for text in texts:
        yield Point(text=text, labels=labels, level=level, reason=reason)


def _contested(topic: str, sides: Sequence[LabelledAnswer], labelled: Sequence[LabelledAnswer]) -> Point:
    reason = f"The answers disagree: {len(sides)} of {len(labelled)} take a stance, and not the same one."
    return Point(
        text=topic, labels=tuple(answer.label for answer in sides), level="low", reason=reason, is_contested=True
    )


def _level(said_by: Sequence[LabelledAnswer]) -> Level:
    if len(said_by) < _SEVERAL:
        return "low"
    return "high" if _are_independent(said_by) else "medium"


def _are_independent(said_by: Sequence[LabelledAnswer]) -> bool:
    readers = sum(any(answer.sites) for answer in said_by)
    return readers >= _SEVERAL and len(_sites(said_by)) >= _SEVERAL


def _reason(said_by: Sequence[LabelledAnswer], labelled: Sequence[LabelledAnswer]) -> str:
    sites = _sites(said_by)
    if len(said_by) < _SEVERAL:
        who = f"{said_by[0].label} alone says so" if said_by else "Nobody is named who says so"
        return f"{who}{_single_basis(sites)}."
    who = f"{len(said_by)} of {len(labelled)} answers say so"
    if not sites:
        return f"{who}, but no page was read for them: this is {_AGREEMENT}."
    if len(sites) == 1:
        return (
            f"{who}, but all that was read for them is one site ({sites[0]}): that is one source, however many cite it."
        )
    if not _are_independent(said_by):
        return f"{who}, but for one of them only pages were read: this is {_AGREEMENT}."
    return (
        f"{who}, and pages of {len(sites)} independent sites were read for them. That a page was read does not mean "
        "that it says so."
    )


def _single_basis(sites: Sequence[str]) -> str:
    match len(sites):
        case 0:
            return ", and no page was read for it"
        case 1:
            return f", and all that was read for it is one site ({sites[0]})"
        case number:
            return f": pages of {number} sites were read for it, but no other answer confirms it"


def _sites(answers: Sequence[LabelledAnswer]) -> list[str]:
    """Name whose pages were retrieved for these answers, each once: pages of one owner are one source."""
    return list(dict.fromkeys(site for answer in answers for site in answer.sites))


def _meant(labels: Sequence[str] | Iterator[str], labelled: Sequence[LabelledAnswer]) -> list[LabelledAnswer]:
    """Give the answers that are meant by labels, each once, in the order of the labels."""
    found = (read_label(label, labelled) for label in labels)
    return list({answer.label: answer for answer in found if answer is not None}.values())
