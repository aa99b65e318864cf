"""A draft as claims that can be looked up, pure: the shape a verifier is asked for, and what of its reply is taken."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from fusion_mcp.cleaning import one_line
from fusion_mcp.pipeline.analysis import Malformed, complaint_of, json_object, record
from fusion_mcp.pipeline.verification.telling import significant_numbers, telling_words

MOST_CLAIMS = 12
COMPACT_CLAIMS = 6
_LONGEST_CLAIM = 500
_LEAST_SHARE = 0.5
"""How much of a claim must be in words of the draft or the question."""


class _Claims(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    claims: list[str]


def schema(most: int) -> dict[str, Any]:
    """The JSON Schema of a list of claims."""
    return record(claims={"type": "array", "items": {"type": "string"}, "maxItems": most})


def read(reply: str) -> tuple[str, ...] | Malformed:
    """Read a verifier's reply: each claim once, on one line, in its order. There may be none."""
    found = json_object(reply, ("claims",))
    if found is None:
        return Malformed(reason="judge_not_valid_json", complaint="The reply is not one complete JSON object.")
    try:
        claims = _Claims.model_validate(found).claims
    except ValidationError as error:
        return Malformed(reason="judge_schema_mismatch", complaint=complaint_of(error))
    return tuple(dict.fromkeys(line for claim in claims if (line := one_line(claim, _LONGEST_CLAIM))))


def made_in(claim: str, draft: str, question: str) -> bool:
    """Whether this is a claim of the draft and not the verifier's own.

    Every figure in it, and half of its telling words, stand in the draft or in the question.
    """
    told = f"{draft}\n{question}"
    if not significant_numbers(claim) <= significant_numbers(told):
        return False
    telling = telling_words(claim)
    return not telling or len(telling & telling_words(told)) >= _LEAST_SHARE * len(telling)
