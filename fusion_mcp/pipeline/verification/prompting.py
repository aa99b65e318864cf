"""What the stage says to its models, pure: the words stand in prompts/*.md, what anybody else wrote is fenced here.

A draft is shown without what its writer says of being itself, as the answers are: nobody here may know whose it is.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fusion_mcp.fencing import fenced
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer, without_identity
from fusion_mcp.pipeline.prompting import render, review_messages, whole_question
from fusion_mcp.pipeline.run import Run
from fusion_mcp.pipeline.verification.evidence.excerpts import Excerpt
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim
from fusion_mcp.types import Message


def claims_messages(run: Run, draft: str, most: int, schema: Mapping[str, Any]) -> tuple[Message, ...]:
    """The question and the draft, and the task of taking it apart. Nothing that the draft is made of."""
    return _messages(run, [("draft", _anonymous(run, draft))], render("claims", most=str(most), schema=_json(schema)))


def check_messages(
    run: Run,
    labelled: Sequence[LabelledAnswer],
    excerpts: Sequence[Excerpt],
    claims: Sequence[str],
    schema: Mapping[str, Any],
) -> tuple[Message, ...]:
    """The answers, parts of the pages, and the claims to hold against them. Never the draft, nor an earlier verdict."""
    parts = "\n\n".join(fenced(f"{part.label}: {part.url}", part.text, run.fence) for part in excerpts)
    sources = ", ".join((*(answer.label for answer in labelled), *(part.label for part in excerpts)))
    task = render("check", sources=sources, schema=_json(schema))
    numbered = "\n".join(f"{number}. {claim}" for number, claim in enumerate(claims, 1))
    told = f"{task}\n\n{fenced('claims', numbered, run.fence)}"
    return review_messages(run, labelled, f"{parts}\n\n{told}" if parts else told, compact=False)


def revision_messages(
    run: Run, labelled: Sequence[LabelledAnswer], draft: str, contradicted: Sequence[CheckedClaim], *, compact: bool
) -> tuple[Message, ...]:
    """The answers, the draft, and what was found against it."""
    found = "\n\n".join(_finding(each) for each in contradicted)
    shown = fenced("draft", _anonymous(run, draft), run.fence)
    parts = (render("revise"), shown, fenced("what the check found", found, run.fence))
    return review_messages(run, labelled, "\n\n".join(parts), compact=compact)


def gate_messages(run: Run, first: str, second: str, schema: Mapping[str, Any]) -> tuple[Message, ...]:
    """The question and two anonymous answers in this order, and the task of naming the better one."""
    texts = [(name, _anonymous(run, text)) for name, text in (("first text", first), ("second text", second))]
    return _messages(run, texts, render("gate", schema=_json(schema)))


def _anonymous(run: Run, text: str) -> str:
    return without_identity(text, run.preset.models, run.asked)


def _messages(run: Run, texts: Sequence[tuple[str, str]], task: str) -> tuple[Message, ...]:
    shown = "\n\n".join(fenced(name, text, run.fence) for name, text in texts)
    content = f"{whole_question(run, run.fence)}\n\n{shown}\n\n{task}"
    return Message(role="system", content=render("checker", fence=run.fence)), Message(role="user", content=content)


def _finding(claim: CheckedClaim) -> str:
    lines = [f"Claim: {claim.claim}"]
    for side, quotes in (("For it", claim.supports), ("Against it", claim.contradicts)):
        lines += [f"{side}, {quote.exhibit.url or quote.exhibit.label}: “{quote.text}”" for quote in quotes]
    return "\n".join(lines)


def _json(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, separators=(",", ":"))
