"""The gate: the draft is held against the best member's answer, so that fusing never makes an answer worse.

Both texts are anonymous, and they are compared twice, in both orders: judges prefer what stands first or last.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from fusion_mcp.pipeline.calling.roles import Failures, Filled
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.json_replies import Malformed, read_as, record
from fusion_mcp.pipeline.verification.asking import Question, Worded, ask, still_there
from fusion_mcp.pipeline.verification.prompting import gate_messages
from fusion_mcp.types import ModelRef

Better = Literal["first", "second", "neither"]

_SCHEMA = record(why={"type": "string"}, better={"type": "string", "enum": list(get_args(Better))})
"""The reason is asked for before the choice, so that the choice follows from it."""


@dataclass(frozen=True, kw_only=True)
class Preference:
    """Which is better. `by` None: nobody could compare them, and the draft stands; `failures` says who failed."""

    is_for_answer: bool
    by: ModelRef | None = None
    failures: Failures = ()


class _Choice(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    better: Better


async def prefers_answer(desk: Desk, draft: str, champion: str, deadline: float) -> Preference:
    """Ask the verifier, or else the judge, whether a member's answer is better than the draft: yes only if both times.

    It stands first the first time; whoever does not prefer it there is not asked again.
    """
    first = await _compare(desk, "gate 1", champion, draft, deadline)
    if first.outcome != "first":
        return Preference(is_for_answer=False, by=first.model, failures=first.failures)
    second = await _compare(desk, "gate 2", draft, champion, deadline, first.model)
    return Preference(
        is_for_answer=second.outcome == "second", by=second.model, failures=(*first.failures, *second.failures)
    )


async def _compare(
    desk: Desk, seat: str, first: str, second: str, deadline: float, by: ModelRef | None = None
) -> Filled[Better]:
    role = desk.run.preset.verifier or desk.run.preset.judge

    def worded(compact: bool) -> Worded:  # noqa: ARG001 - small models are asked the same
        return Worded(messages=gate_messages(desk.run, first, second, _SCHEMA), schema=_SCHEMA)

    question = Question(seat=seat, worded=worded, read=_read, what="comparison")
    return await ask(desk, role, question, deadline, still_there(role, by))


def _read(reply: str) -> Better | Malformed:
    choice = read_as(_Choice, reply)
    return choice if isinstance(choice, Malformed) else choice.better
