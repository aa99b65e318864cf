"""The judge's JSON, pure: the schema it is asked for, strict reading of what came, and the members' names put back.

The five lists are OpenRouter Fusion's; which answer the judge prefers is ours, and stays out of the analysis. A judge
writes labels; the analysis that leaves carries names.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from fusion_mcp.explain import shown
from fusion_mcp.pipeline.json_replies import Malformed, read_as, record
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer, read_label, restore_names
from fusion_mcp.result import Analysis, Contradiction, PartialCoverage, Stance, UniqueInsight

_COMPACT_ITEMS, _COMPACT_CHARACTERS = 2, 400


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class JudgedStance(_Shape):
    """One answer's stance, by its label."""

    model: str
    stance: str


class JudgedContradiction(_Shape):
    """A contested topic."""

    topic: str
    stances: list[JudgedStance]


class JudgedCoverage(_Shape):
    """A point that some answers made."""

    models: list[str]
    point: str


class JudgedInsight(_Shape):
    """A point that one answer made."""

    model: str
    insight: str


def _none_if_nobody(label: object) -> object:
    """Take the words by which models say that there is no label for null."""
    return None if isinstance(label, str) and label.strip().lower() in ("", "none", "null") else label


class Judgement(_Shape):
    """What a judge must write: all five lists, and it may name the answer that it prefers; nothing else."""

    consensus: list[str]
    contradictions: list[JudgedContradiction]
    partial_coverage: list[JudgedCoverage]
    unique_insights: list[JudgedInsight]
    blind_spots: list[str]
    preferred: Annotated[str | None, BeforeValidator(_none_if_nobody)] = None


def schema(labels: Sequence[str], *, compact: bool, must_prefer: bool = False) -> dict[str, Any]:
    """The JSON Schema a judge is held to where its provider can; `compact` bounds it for a small model.

    `must_prefer`: one answer is going to be given as it stands, so the judge has to name one.
    """
    return _schema(tuple(labels), compact=compact, must_prefer=must_prefer)


@cache
def _schema(labels: tuple[str, ...], *, compact: bool, must_prefer: bool) -> dict[str, Any]:
    text = {"type": "string"} | ({"minLength": 1, "maxLength": _COMPACT_CHARACTERS} if compact else {})
    label = {"type": "string", "enum": list(labels)}

    def some(item: dict[str, Any], most: int = _COMPACT_ITEMS) -> dict[str, Any]:
        return {"type": "array", "items": item} | ({"maxItems": most} if compact else {})

    stances = some(record(model=label, stance=text), len(labels))
    return record(
        consensus=some(text),
        contradictions=some(record(topic=text, stances=stances)),
        partial_coverage=some(record(models=some(label, len(labels)), point=text)),
        unique_insights=some(record(model=label, insight=text)),
        blind_spots=some(text),
        preferred=label if must_prefer else {"anyOf": [label, {"type": "null"}]},
    )


def read(reply: str, labelled: Sequence[LabelledAnswer]) -> Judgement | Malformed:
    """Read a judge's reply: anything but the exact shape, and a label of nobody, is a fault to be mended.

    It may prefer nobody; where it has to name somebody, `undecided` says what is wrong with that.
    """
    judgement = read_as(Judgement, reply)
    if isinstance(judgement, Malformed):
        return judgement
    strangers = sorted({label for label in _labels(judgement) if read_label(label, labelled) is None})
    if strangers:
        known = ", ".join(answer.label for answer in labelled)
        foreign = json.dumps([shown(label) for label in strangers[:5]])
        complaint = f"These are no labels of the responses: {foreign}. Use only: {known}."
        return Malformed(reason="judge_schema_mismatch", complaint=complaint)
    return judgement


def undecided(labelled: Sequence[LabelledAnswer]) -> Malformed:
    """Tell a judge whose analysis is whole that it has not named the answer that is to be given."""
    known = ", ".join(answer.label for answer in labelled)
    complaint = f"preferred: one response is going to be given as it stands, so name one in any case: {known}."
    return Malformed(reason="judge_schema_mismatch", complaint=complaint)


def with_names(judgement: Judgement, labelled: Sequence[LabelledAnswer]) -> Analysis:
    """Put the members' names back, in the attributions and in the prose."""

    def name(label: str) -> str:
        answer = read_label(label, labelled)
        return answer.seat if answer is not None else label

    def prose(text: str) -> str:
        return restore_names(text, labelled)

    def listed(texts: Iterable[str]) -> list[str]:
        return [prose(text) for text in texts if text.strip()]

    return Analysis(
        consensus=listed(judgement.consensus),
        contradictions=[
            Contradiction(
                topic=prose(item.topic),
                stances=[Stance(model=name(stance.model), stance=prose(stance.stance)) for stance in item.stances],
            )
            for item in judgement.contradictions
        ],
        partial_coverage=[
            PartialCoverage(models=list(dict.fromkeys(map(name, item.models))), point=prose(item.point))
            for item in judgement.partial_coverage
        ],
        unique_insights=[
            UniqueInsight(model=name(item.model), insight=prose(item.insight)) for item in judgement.unique_insights
        ],
        blind_spots=listed(judgement.blind_spots),
    )


def _labels(judgement: Judgement) -> Iterator[str]:
    for contradiction in judgement.contradictions:
        yield from (stance.model for stance in contradiction.stances)
    for coverage in judgement.partial_coverage:
        yield from coverage.models
    yield from (insight.model for insight in judgement.unique_insights)
    if judgement.preferred is not None:
        yield judgement.preferred
