"""What a verifier says of each claim, pure: the shape it is asked for, and strict reading of what came.

Whether its quotations stand where it says, `exhibits` looks up.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from fusion_mcp.pipeline.analysis import Malformed, complaint_of, json_object, record


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Pointed(_Shape):
    """Words that a verifier points at, and the label of the source in which it says they stand."""

    source: str
    quote: str


class Finding(_Shape):
    """What a verifier found for and against the claim of this number, from 1."""

    claim: int
    supports: list[Pointed]
    contradicts: list[Pointed]


class _Findings(_Shape):
    claims: list[Finding]


def schema(sources: Sequence[str], claims: int) -> dict[str, Any]:
    """The JSON Schema of findings about so many claims in these sources."""
    source = {"type": "string", "enum": list(sources)}
    quotes = {"type": "array", "items": record(source=source, quote={"type": "string"}), "maxItems": len(sources)}
    number = {"type": "integer", "minimum": 1, "maximum": claims}
    item = record(claim=number, supports=quotes, contradicts=quotes)
    return record(claims={"type": "array", "items": item, "maxItems": claims})


def read(reply: str) -> Mapping[int, Finding] | Malformed:
    """Read a verifier's reply: its findings by the claim's number.

    Two about one claim are taken together; what is said about no claim is for the caller to miss.
    """
    found = json_object(reply, ("claims",))
    if found is None:
        return Malformed(reason="judge_not_valid_json", complaint="The reply is not one complete JSON object.")
    try:
        findings = _Findings.model_validate(found).claims
    except ValidationError as error:
        return Malformed(reason="judge_schema_mismatch", complaint=complaint_of(error))
    merged: dict[int, Finding] = {}
    for each in findings:
        before = merged.get(each.claim)
        merged[each.claim] = each if before is None else _together(before, each)
    return merged


def _together(first: Finding, second: Finding) -> Finding:
    return Finding(
        claim=first.claim,
        supports=[*first.supports, *second.supports],
        contradicts=[*first.contradicts, *second.contradicts],
    )
