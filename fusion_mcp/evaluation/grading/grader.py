"""What a grader is told about one criterion, and how its verdict is read. Pure; who asks it is `verdicts`.

It sees query, response, and one requirement with its sign: no weight, no other criterion, and not whose response it is.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import cast

from fusion_mcp.cleaning import one_line
from fusion_mcp.evaluation.tasks import Criterion, RubricTask
from fusion_mcp.fencing import fenced
from fusion_mcp.presets.schema import PanelMember, Preset, Role
from fusion_mcp.types import ModelRef

_DEADLINE_S = 180.0
_MOST_TOKENS = 4096
_REASONING = "low"
"""With the temperature of 0, as DRACO's authors ask their grader."""

_MEANING = {
    "positive": "It describes something that a good response has: it is MET when the response has it, UNMET otherwise.",
    "negative": "It describes a fault: it is MET when the response has that fault, UNMET when it does not.",
}
EXCERPT = 4000
"""How much of a reply that could not be read is shown again, in characters."""
_WHY = 400
_STATUS = re.compile(r'"criterion_status"\s*+:\s*+"(?P<status>[^"]{1,20})"')
_WORDS = {"met": True, "unmet": False, "notmet": False}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A verdict as it was read."""

    met: bool
    why: str


def question(task: RubricTask, criterion: Criterion, response: str, fence: str) -> str:
    """Write all that the grader sees. What is the same for every criterion comes first, for prompt caches."""
    sign = "negative" if criterion.weight < 0 else "positive"
    return _render(
        "criterion",
        fence=fence,
        query=fenced("query", task.problem, fence),
        response=fenced("response", response, fence),
        criterion=fenced("criterion", criterion.requirement, fence),
        sign=sign,
        meaning=_MEANING[sign],
    )


def repair(asked: str, reply: str, fence: str) -> str:
    """Write the same question again, with the reply that could not be read."""
    return f"{asked}\n\n{_render('criterion_repair', reply=fenced('reply', reply[-EXCERPT:], fence))}"


def fence_for(plan_id: str, response: str) -> str:
    """Make the marks around data: no text can hold a digest of itself, and a plan taken up again asks the same."""
    return _digest(plan_id, response)[:12]


def read(reply: str) -> Reading | None:
    """Read a verdict: fences, thinking and words around it are tolerated. None where there is none, or two."""
    found = [
        (_WORDS.get(re.sub(r"[\s_-]", "", each["status"]).casefold()), each.start()) for each in _STATUS.finditer(reply)
    ]
    statuses = {status for status, _ in found}
    if len(statuses) != 1 or (met := statuses.pop()) is None:
        return None
    return Reading(met=met, why=_explanation(reply, found[-1][1]))


def preset_for(grader: ModelRef) -> Preset:
    """Seat the grader alone."""
    member = PanelMember(model=grader, temperature=0.0, max_output_tokens=_MOST_TOKENS, reasoning=_REASONING)
    preset = Preset(title="Grader", panel=(member,), judge=Role(model=grader), deadline_s=_DEADLINE_S, triage="off")
    return preset.model_copy(update={"name": "grader"})


def yardstick(task: RubricTask, grader: ModelRef) -> str:
    """Name by digest what makes scores comparable: who grades, what it is asked and how, and the whole rubric."""
    manner = (str(_DEADLINE_S), str(_MOST_TOKENS), _REASONING, *map(_text, ("criterion", "criterion_repair")))
    return f"{grader} {_digest(str(grader), *manner, task.model_dump_json())[:16]}"


def _explanation(reply: str, status_at: int) -> str:
    """Give the explanation of the object in which the status stands."""
    start = reply.rfind('"explanation"', 0, status_at)
    brace = reply.rfind("{", 0, start) if start >= 0 else -1
    if brace < 0:
        return ""
    try:
        record = cast("dict[str, object]", json.JSONDecoder(strict=False).raw_decode(reply, brace)[0])
    except (ValueError, RecursionError):
        return ""
    return one_line(str(record.get("explanation", "")), _WHY)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _render(name: str, **values: str) -> str:
    return Template(_text(name)).substitute(values).strip()


@cache
def _text(name: str) -> str:
    return files("fusion_mcp.evaluation.grading").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")
