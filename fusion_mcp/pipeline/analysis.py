"""The judge's JSON, pure: the schema it is asked for, strict reading of what came, and the members' names put back.

The five lists are OpenRouter Fusion's. A judge writes labels; the analysis that leaves carries names.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fusion_mcp.pipeline.anonymity import LabelledAnswer, read_label, restore_names
from fusion_mcp.result import Analysis, Contradiction, PartialCoverage, Stance, UniqueInsight

_COMPACT_ITEMS, _COMPACT_CHARACTERS = 2, 400
_MAX_PREFACE = 20_000
"""Characters before which the object must begin: the search for it must not take for ever."""

Text = Annotated[str, Field(min_length=1, max_length=20_000)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class JudgedStance(_Shape):
    """One answer's stance, by its label."""

    model: Text
    stance: Text


class JudgedContradiction(_Shape):
    """A contested topic."""

    topic: Text
    stances: list[JudgedStance]


class JudgedCoverage(_Shape):
    """A point that some answers made."""

    models: list[Text]
    point: Text


class JudgedInsight(_Shape):
    """A point that one answer made."""

    model: Text
    insight: Text


class Judgement(_Shape):
    """What a judge must write: all five lists, nothing else."""

    consensus: list[Text]
    contradictions: list[JudgedContradiction]
    partial_coverage: list[JudgedCoverage]
    unique_insights: list[JudgedInsight]
    blind_spots: list[Text]


@dataclass(frozen=True, kw_only=True)
class Malformed:
    """A judge's reply that is no analysis, with the validator's words for the judge to mend it by."""

    reason: Literal["judge_not_valid_json", "judge_schema_mismatch"]
    complaint: str


def schema(labels: Sequence[str], *, compact: bool) -> dict[str, Any]:
    """The JSON Schema a judge is held to where its provider can; `compact` bounds it for a small model."""
    text = {"type": "string"} | ({"minLength": 1, "maxLength": _COMPACT_CHARACTERS} if compact else {})
    label = {"type": "string", "enum": list(labels)}

    def some(item: dict[str, Any], most: int = _COMPACT_ITEMS) -> dict[str, Any]:
        return {"type": "array", "items": item} | ({"maxItems": most} if compact else {})

    stances = some(_record(model=label, stance=text), len(labels))
    return _record(
        consensus=some(text),
        contradictions=some(_record(topic=text, stances=stances)),
        partial_coverage=some(_record(models=some(label, len(labels)), point=text)),
        unique_insights=some(_record(model=label, insight=text)),
        blind_spots=some(text),
    )


def read(reply: str, labelled: Sequence[LabelledAnswer]) -> Judgement | Malformed:
    """Read a judge's reply: fences and thinking are tolerated, anything but the exact shape is not."""
    found = _json_object(reply)
    if found is None:
        return Malformed(reason="judge_not_valid_json", complaint="The reply is not one complete JSON object.")
    try:
        judgement = Judgement.model_validate(found)
    except ValidationError as error:
        return Malformed(reason="judge_schema_mismatch", complaint=_complaint(error))
    strangers = sorted({label for label in _labels(judgement) if read_label(label, labelled) is None})
    if strangers:
        known = ", ".join(answer.label for answer in labelled)
        complaint = f"These are no labels of the responses: {json.dumps(strangers[:5])}. Use only: {known}."
        return Malformed(reason="judge_schema_mismatch", complaint=complaint)
    return judgement


def with_names(judgement: Judgement, labelled: Sequence[LabelledAnswer]) -> Analysis:
    """Put the members' names back, in the attributions and in the prose."""

    def name(label: str) -> str:
        answer = read_label(label, labelled)
        return answer.seat if answer is not None else label

    def prose(text: str) -> str:
        return restore_names(text, labelled)

    return Analysis(
        consensus=[prose(point) for point in judgement.consensus],
        contradictions=[
            Contradiction(
                topic=prose(item.topic),
                stances=[Stance(model=name(stance.model), stance=prose(stance.stance)) for stance in item.stances],
            )
            for item in judgement.contradictions
        ],
        partial_coverage=[
            PartialCoverage(models=[name(label) for label in item.models], point=prose(item.point))
            for item in judgement.partial_coverage
        ],
        unique_insights=[
            UniqueInsight(model=name(item.model), insight=prose(item.insight)) for item in judgement.unique_insights
        ],
        blind_spots=[prose(point) for point in judgement.blind_spots],
    )


def _record(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _json_object(text: str) -> dict[str, Any] | None:
    """Find the first whole JSON object: bare, in a fence, or after a sentence of introduction."""
    for start in (found.start() for found in re.finditer(r"\{", text)):
        try:
            value, _ = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            if start > _MAX_PREFACE:
                return None
            continue
        return cast("dict[str, Any]", value)
    return None


def _complaint(error: ValidationError) -> str:
    faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:8]]
    return "The JSON does not have the required shape: " + "; ".join(faults)


def _labels(judgement: Judgement) -> Iterator[str]:
    for contradiction in judgement.contradictions:
        yield from (stance.model for stance in contradiction.stances)
    for coverage in judgement.partial_coverage:
        yield from coverage.models
    yield from (insight.model for insight in judgement.unique_insights)
