"""The judge's JSON, pure: the schema it is asked for, strict reading of what came, and the members' names put back.

The five lists are OpenRouter Fusion's. A judge writes labels; the analysis that leaves carries names.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from fusion_mcp.cleaning import one_line
from fusion_mcp.explain import shown
from fusion_mcp.pipeline.anonymity import LabelledAnswer, read_label, restore_names
from fusion_mcp.result import Analysis, Contradiction, PartialCoverage, Stance, UniqueInsight

_COMPACT_ITEMS, _COMPACT_CHARACTERS = 2, 400
_MOST_TRIES = 16
"""Braces at which an object may begin: the search for it must not take for ever."""
_MOST_COMPLAINT = 1000


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


class Judgement(_Shape):
    """What a judge must write: all five lists, nothing else."""

    consensus: list[str]
    contradictions: list[JudgedContradiction]
    partial_coverage: list[JudgedCoverage]
    unique_insights: list[JudgedInsight]
    blind_spots: list[str]


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
        foreign = json.dumps([shown(label) for label in strangers[:5]])
        complaint = f"These are no labels of the responses: {foreign}. Use only: {known}."
        return Malformed(reason="judge_schema_mismatch", complaint=complaint)
    return judgement


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


def _record(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _json_object(text: str) -> dict[str, Any] | None:
    """Find the analysis: bare, in a fence, or after a sentence of introduction. Half of one is none.

    What decodes at the very first brace is taken at its word, even without a key that was asked for.
    """
    first: dict[str, Any] | None = None
    for attempt, brace in enumerate(re.finditer(r"\{", text)):
        if attempt == _MOST_TRIES:
            break
        try:
            found = cast("dict[str, Any]", json.JSONDecoder().raw_decode(text, brace.start())[0])
        except (ValueError, RecursionError):
            continue
        if found.keys() & Judgement.model_fields.keys():
            return found
        first = found if attempt == 0 else first
    return first


def _complaint(error: ValidationError) -> str:
    faults = [f"{'.'.join(shown(str(step)) for step in fault['loc'])}: {fault['msg']}" for fault in error.errors()[:8]]
    return one_line("The JSON does not have the required shape: " + "; ".join(faults), _MOST_COMPLAINT)


def _labels(judgement: Judgement) -> Iterator[str]:
    for contradiction in judgement.contradictions:
        yield from (stance.model for stance in contradiction.stances)
    for coverage in judgement.partial_coverage:
        yield from coverage.models
    yield from (insight.model for insight in judgement.unique_insights)
