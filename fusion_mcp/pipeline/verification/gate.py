"""The gate: the draft is held against the best member's answer, so that fusing never makes an answer worse.

Both texts are anonymous, and they are compared twice, in both orders: judges prefer what stands first or last.
"""

from dataclasses import dataclass
from typing import Any, Literal

import anyio
from pydantic import BaseModel, ConfigDict, ValidationError

from fusion_mcp.pipeline.calling.roles import Failures, Filled
from fusion_mcp.pipeline.judging.analysis import Malformed, complaint_of, json_object, record
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.pipeline.verification.asking import Question, Worded, ask, still_there
from fusion_mcp.pipeline.verification.prompting import gate_messages
from fusion_mcp.types import ModelRef

Better = Literal["first", "second", "neither"]

_CHOICES: tuple[Better, ...] = ("first", "second", "neither")


@dataclass(frozen=True, kw_only=True)
class Preference:
    """Which is better. `by` None: nobody could compare them, and the draft stands; `failures` says who failed."""

    is_for_answer: bool
    by: ModelRef | None = None
    failures: Failures = ()
    seconds: float = 0.0


class _Choice(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    better: Better


async def prefers_answer(desk: Desk, draft: str, champion: LabelledAnswer, deadline: float) -> Preference:
    """Ask the verifier, or else the judge, whether a member's answer is better than the draft: yes only if both times.

    It stands first the first time; whoever does not prefer it there is not asked again.
    """
    start = anyio.current_time()
    first = await _compare(desk, "gate 1", champion.content, draft, deadline, None)
    if first.outcome != "first":
        return _preference(first, is_for_answer=False, start=start)
    second = await _compare(desk, "gate 2", draft, champion.content, deadline, first.model)
    failures = (*first.failures, *second.failures)
    both = Filled[Better](outcome=second.outcome, model=second.model, failures=failures)
    return _preference(both, is_for_answer=second.outcome == "second", start=start)


async def _compare(
    desk: Desk, seat: str, first: str, second: str, deadline: float, by: ModelRef | None
) -> Filled[Better]:
    role = desk.run.preset.verifier or desk.run.preset.judge

    def worded(compact: bool) -> Worded:  # noqa: ARG001 - small models are asked the same
        schema = _schema()
        return Worded(messages=gate_messages(desk.run, first, second, schema), schema=schema)

    question = Question(seat=seat, worded=worded, read=_read, what="comparison")
    return await ask(desk, role, question, deadline, still_there(role, by))


def _preference(filled: Filled[Better], *, is_for_answer: bool, start: float) -> Preference:
    return Preference(
        is_for_answer=is_for_answer,
        by=filled.model,
        failures=filled.failures,
        seconds=anyio.current_time() - start,
    )


def _schema() -> dict[str, Any]:
    return record(why={"type": "string"}, better={"type": "string", "enum": list(_CHOICES)})


def _read(reply: str) -> Better | Malformed:
    found = json_object(reply, ("better",))
    if found is None:
        return Malformed(reason="judge_not_valid_json", complaint="The reply is not one complete JSON object.")
    try:
        return _Choice.model_validate(found).better
    except ValidationError as error:
        return Malformed(reason="judge_schema_mismatch", complaint=complaint_of(error))
