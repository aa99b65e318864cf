"""What verifiers write: claims, findings and choices as JSON; and which of their tasks a prompt is."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Literal

Task = Literal["claims", "check", "revision", "gate"]
Said = tuple[str, str]
Found = tuple[Sequence[Said], Sequence[Said]]
"""Quotations for and against a claim, each with its source."""

NOTHING: Found = ((), ())

_TASKS: Mapping[str, Task] = {
    "Take the draft apart": "claims",
    "Check each claim below": "check",
    "Below is a draft of the answer": "revision",
    "Which of the two texts": "gate",
}
_CLAIM = re.compile(r"^\d+\. (.+)$", re.MULTILINE)


def task_of(prompt: str) -> Task | None:
    """Which task of the stage a prompt is, if it is one."""
    return next((task for words, task in _TASKS.items() if words in prompt), None)


def claims_in(prompt: str) -> list[str]:
    """The claims that a prompt asks to be checked."""
    return _CLAIM.findall(prompt.rpartition("The claims:")[2])


def taken_apart(*claims: str) -> str:
    return json.dumps({"claims": claims})


def findings(prompt: str, found: Mapping[str, Found]) -> str:
    """Findings about the claims of a prompt: those of `found`, and nothing about others."""

    def quotes(said: Sequence[Said]) -> list[dict[str, str]]:
        return [{"source": source, "quote": quote} for source, quote in said]

    rows = [(number, *found.get(claim, NOTHING)) for number, claim in enumerate(claims_in(prompt), 1)]
    listed = [
        {"claim": number, "supports": quotes(supports), "contradicts": quotes(against)}
        for number, supports, against in rows
    ]
    return json.dumps({"claims": listed})


def choice(better: str) -> str:
    return json.dumps({"why": "It is right.", "better": better})


def label_of(prompt: str, text: str) -> str:
    """The label under which a prompt shows an answer."""
    return re.findall(r"<<<(Response [A-H]) ", prompt[: prompt.index(text)])[-1]
