"""A draft as claims that can be looked up, pure: the shape a verifier is asked for, and what of its reply is taken."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from fusion_mcp.cleaning import one_line
from fusion_mcp.pipeline.json_replies import Malformed, read_as, record
from fusion_mcp.pipeline.quoting.wording import words
from fusion_mcp.pipeline.verification.claims.said import Said, Sentence
from fusion_mcp.pipeline.verification.claims.telling import significant_numbers, telling_words

MOST_CLAIMS = 12
COMPACT_CLAIMS = 6
"""For a small model."""
LONGEST_CLAIM = 500
_LEAST_SHARE = 0.5
"""How much of a claim must be in words of the draft or the question."""
_LEAST_IN_A_SENTENCE = 0.4
"""How much of it, but for the question's words, in a single sentence: a line of a table has few words."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The claims of a draft, each once, on one line; and how many more were named that it does not make."""

    claims: tuple[str, ...]
    strangers: int = 0


class _Claims(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    claims: list[str]


def schema(most: int) -> dict[str, Any]:
    """The JSON Schema of a list of claims."""
    return record(claims={"type": "array", "items": {"type": "string"}, "maxItems": most})


def read(reply: str, draft: Said, asked: Said) -> Listed | Malformed:
    """Read a verifier's reply. There may be no claims, but not where the draft has figures or names of its own."""
    found = read_as(_Claims, reply)
    if isinstance(found, Malformed):
        return found
    lines = dict.fromkeys(line for claim in found.claims if (line := one_line(claim, LONGEST_CLAIM)))
    listed = tuple(lines)[:MOST_CLAIMS]
    made = tuple(claim for claim in listed if made_in(claim, draft, asked))
    own = draft.particulars - asked.words
    if own and not any(own.intersection(words(claim)) for claim in made):
        return _nothing_of_it()
    return Listed(claims=made, strangers=len(listed) - len(made))


def made_in(claim: str, draft: Said, asked: Said) -> bool:
    """Whether this is a claim of the draft and not the verifier's own.

    Every figure in it, and half of its telling words, stand in the draft or in the question. Two fifths of all its
    words stand in one sentence of the draft, which does not deny it, but for those that are from a sentence of the
    question: a claim names what the draft calls "it".
    """
    if not significant_numbers(claim) <= draft.figures | asked.figures:
        return False
    telling = telling_words(claim)
    if telling and len(telling & (draft.telling | asked.telling)) < _LEAST_SHARE * len(telling):
        return False
    sentence = Sentence(claim)
    return any(draft.saying(sentence, sentence.words - asked.subject_of(sentence), _LEAST_IN_A_SENTENCE))


def _nothing_of_it() -> Malformed:
    complaint = (
        "It has none of the figures and names that the draft states. List what the draft claims about these, in the "
        "draft's own words and with its negations."
    )
    return Malformed(reason="judge_schema_mismatch", complaint=complaint)
