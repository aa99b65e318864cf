"""JSON that a model was asked for, pure: its schema, how it is found in a reply, and what is wrong where it is not.

What it is about is known to those who ask: the judge's analysis in `judging`, claims and their check in `verification`.
"""

import json
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

from pydantic import BaseModel, ValidationError

from fusion_mcp.cleaning import one_line
from fusion_mcp.explain import shown

Shape = TypeVar("Shape", bound=BaseModel)

_DECODER = json.JSONDecoder()
_MOST_TRIES = 16
"""Braces at which an object may begin: the search for it must not take for ever."""
_MOST_FAULTS = 8
_MOST_COMPLAINT = 1000


@dataclass(frozen=True, kw_only=True)
class Malformed:
    """A reply that is not what was asked for, with what is wrong with it, for its model to mend it by."""

    reason: Literal["judge_not_valid_json", "judge_schema_mismatch"]
    complaint: str


def record(**properties: Any) -> dict[str, Any]:
    """Describe an object with exactly these properties, in JSON Schema."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def read_as(shape: type[Shape], reply: str) -> Shape | Malformed:
    """Read a reply: fences and thinking around its object are tolerated, what `shape` does not take is not."""
    with suppress(ValidationError):  # of most replies, which are nothing but the object
        return shape.model_validate_json(reply)
    found = _object(reply, shape.model_fields.keys())
    if found is None:
        return Malformed(reason="judge_not_valid_json", complaint="The reply is not one complete JSON object.")
    try:
        return shape.model_validate(found)
    except ValidationError as error:
        return Malformed(reason="judge_schema_mismatch", complaint=_complaint(error))


def _object(text: str, keys: Collection[str]) -> dict[str, Any] | None:
    """Find the object that was asked for, with one of `keys`: bare, in a fence, or introduced. Half of one is none.

    What decodes at the very first brace is taken at its word, even without a key that was asked for.
    """
    first: dict[str, Any] | None = None
    for attempt, brace in enumerate(re.finditer(r"\{", text)):
        if attempt == _MOST_TRIES:
            break
        try:
            found = cast("dict[str, Any]", _DECODER.raw_decode(text, brace.start())[0])
        except (ValueError, RecursionError):  # a reply of braces alone nests deeper than the decoder goes
            continue
        if found.keys() & set(keys):
            return found
        first = found if attempt == 0 else first
    return first


def _complaint(error: ValidationError) -> str:
    """Tell a model what is wrong with its JSON, in the validator's words."""
    faults = (
        f"{'.'.join(shown(str(step)) for step in fault['loc'])}: {fault['msg']}"
        for fault in error.errors()[:_MOST_FAULTS]
    )
    return one_line("The JSON does not have the required shape: " + "; ".join(faults), _MOST_COMPLAINT)
