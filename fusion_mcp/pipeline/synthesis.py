"""Stage three: one answer is written from the answers and the analysis.

A synthesizer that fails costs the synthesis, nothing else.
"""

import math
from collections.abc import Sequence

from fusion_mcp.clock import now
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
from fusion_mcp.values import value

_SHOWN_CHARACTERS = 200
_SHOWN_EVERY_S = 0.05
"""Models write faster than anybody looks."""


@value
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
        writing = _Writing(caller)
        reply = await call(caller, _request(caller, labelled, judgement), writing.add)
        writing.show()
        return reply

    start = now()
    filled = await fill_role(desk, "synthesis", synthesizers, deadline, attempt, "the run's time was up")
    reply = filled.outcome
    return Synthesis(
        given=None if reply is None else written(reply.text, filled.model, labelled),
        failures=filled.failures,
        cut_short=reply is not None and reply.finish_reason == "length",
        seconds=now() - start,
    )


class _Writing:
    """Shows the end of what has been written so far, as it grows: its beginning at once, then now and then."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._tail = ""
        self._is_shown = True
        self._waits_until = -math.inf

    def add(self, piece: str) -> None:
        self._tail = (self._tail + piece)[-_SHOWN_CHARACTERS:]
        self._is_shown = False
        if now() >= self._waits_until:
            self.show()

    def show(self) -> None:
        """Show what was not shown yet."""
        if not self._is_shown:
            desk = self._caller.desk
            desk.tell(self._caller.stage, "writing", self._caller.seat, without(self._tail, desk.run.nonce))
            self._is_shown = True
            self._waits_until = now() + _SHOWN_EVERY_S


def _request(caller: Caller, labelled: Sequence[LabelledAnswer], judgement: Judgement | None) -> ChatRequest:
    run, compact = caller.desk.run, caller.desk.traits(caller.model).compact
    told = "" if judgement is None else support(judgement, labelled)
    messages = synthesis_messages(run, labelled, judgement, support=told, compact=compact)
    return role_request(run, run.preset.synthesizer, messages)
