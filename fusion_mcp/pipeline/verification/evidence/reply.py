"""What a verifier says of each claim, pure: the shape it is asked for, and strict reading of what came.

Whether its quotations stand where it says, `quotes` looks up.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from fusion_mcp.pipeline.json_replies import Malformed, read_as, record


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


Findings = Mapping[int, Finding]
"""By the claim's number."""


class _Findings(_Shape):
    claims: list[Finding]


def schema(sources: Sequence[str], claims: int) -> dict[str, Any]:
    """The JSON Schema of findings about so many claims in these sources."""
    source = {"type": "string", "enum": list(sources)}
    quotes = {"type": "array", "items": record(source=source, quote={"type": "string"}), "maxItems": len(sources)}
    number = {"type": "integer", "minimum": 1, "maximum": claims}
    item = record(claim=number, supports=quotes, contradicts=quotes)
    return record(claims={"type": "array", "items": item, "maxItems": claims})


def read(reply: str, claims: int, sources: int) -> Findings | Malformed:
    """Read a verifier's reply about so many claims: its findings by the claim's number, if it is about any.

    Two about one claim are taken together, and one about a claim that nobody asked about is left out. On either side
    there are at most as many quotations as there are sources, the first under each label. What is said about no claim
    is for the caller to miss.
    """
    found = read_as(_Findings, reply)
    if isinstance(found, Malformed):
        return found
    return _by_claim(found.claims, claims, sources) or _silent(claims)


def _by_claim(findings: Sequence[Finding], claims: int, sources: int) -> Findings:
    supports: dict[int, dict[str, Pointed]] = {}
    contradicts: dict[int, dict[str, Pointed]] = {}
    for each in findings:
        if 1 <= each.claim <= claims:
            _add(supports.setdefault(each.claim, {}), each.supports, sources)
            _add(contradicts.setdefault(each.claim, {}), each.contradicts, sources)
    return {
        number: Finding(claim=number, supports=[*found.values()], contradicts=[*contradicts[number].values()])
        for number, found in supports.items()
    }


def _add(kept: dict[str, Pointed], pointed: Sequence[Pointed], most: int) -> None:
    for each in pointed:
        if len(kept) < most:
            kept.setdefault(each.source.strip().casefold(), each)


def _silent(claims: int) -> Malformed:
    complaint = f"It says nothing about any of the claims: there must be one entry for each, numbered 1 to {claims}."
    return Malformed(reason="judge_schema_mismatch", complaint=complaint)
