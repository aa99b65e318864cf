"""Stage three: one answer is written from the answers and the analysis.

A synthesizer that fails costs the synthesis, nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import anyio

from fusion_mcp.guard.nonce import without
from fusion_mcp.pipeline.answer import Given, written
from fusion_mcp.pipeline.calling.call import Caller, call
from fusion_mcp.pipeline.calling.roles import Failures, fill_role, role_request
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.judging.analysis import Judgement
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.judging.confidence import support
from fusion_mcp.pipeline.prompting import synthesis_messages
from fusion_mcp.types import CallFailure, ChatRequest, Completion, ModelRef

_SHOWN_CHARACTERS = 200


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """The written answer, or None, and each synthesizer that failed."""

    given: Given | None
    failures: Failures = ()
    cut_short: bool = False
    seconds: float = 0.0


async def write(
    desk: Desk,
    labelled: Sequence[LabelledAnswer],
    judgement: Judgement | None,
    synthesizers: Sequence[ModelRef],
    deadline: float,
) -> Synthesis:
    """Ask the synthesizers in turn until one writes an answer or the run's time is up."""

    async def attempt(caller: Caller) -> Completion | CallFailure:
        return await call(caller, _request(caller, labelled, judgement), _showing(caller))

    start = anyio.current_time()
    filled = await fill_role(desk, "synthesis", synthesizers, deadline, attempt, "the run's time was up")
    reply = filled.outcome
    return Synthesis(
        given=None if reply is None else written(reply.text, filled.model, labelled),
        failures=filled.failures,
        cut_short=reply is not None and reply.finish_reason == "length",
        seconds=anyio.current_time() - start,
    )


def _showing(caller: Caller) -> Callable[[str], None]:
    """Show the end of what has been written so far, as it grows."""
    tail = ""

    def show(piece: str) -> None:
        nonlocal tail
        tail = (tail + piece)[-_SHOWN_CHARACTERS:]
        caller.desk.tell(caller.stage, "writing", caller.seat, without(tail, caller.desk.run.nonce))

    return show


def _request(caller: Caller, labelled: Sequence[LabelledAnswer], judgement: Judgement | None) -> ChatRequest:
    run, compact = caller.desk.run, caller.desk.traits(caller.model).compact
    told = "" if judgement is None else support(judgement, labelled)
    messages = synthesis_messages(run, labelled, judgement, support=told, compact=compact)
    return role_request(run, run.preset.synthesizer, messages)
