"""Stage three: one answer is written from the answers and the analysis.

A synthesizer that fails costs the synthesis, nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import anyio

from fusion_mcp.pipeline.analysis import Judgement
from fusion_mcp.pipeline.anonymity import LabelledAnswer, restore_names
from fusion_mcp.pipeline.calling import call, patience
from fusion_mcp.pipeline.prompting import synthesis_messages
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.types import CallFailure, ChatRequest, ModelRef

_SHOWN_CHARACTERS = 200


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """The written answer, or None, and each synthesizer that failed."""

    text: str | None
    synthesizer: ModelRef | None = None
    failures: tuple[tuple[ModelRef, CallFailure], ...] = ()
    cut_short: bool = False


async def write(
    desk: Desk,
    labelled: Sequence[LabelledAnswer],
    judgement: Judgement | None,
    synthesizers: Sequence[ModelRef],
    deadline: float,
) -> Synthesis:
    """Ask the synthesizers in turn until one writes an answer or the run's time is up."""
    failures: list[tuple[ModelRef, CallFailure]] = []
    for index, model in enumerate(synthesizers):
        desk.tell("synthesis", "started", str(model))
        request = _request(desk, model, labelled, judgement, patience(deadline, len(synthesizers) - index))
        account = desk.ledger.account("synthesis", str(model))
        reply = CallFailure(reason="timed_out", message="the run's time was up")
        with anyio.CancelScope(deadline=deadline):
            reply = await call(desk, model, request, account, _showing(desk, model))
        if not isinstance(reply, CallFailure):
            desk.tell("synthesis", "answered", str(model))
            text = restore_names(reply.text, labelled)
            cut_short = reply.finish_reason == "length"
            return Synthesis(text=text, synthesizer=model, failures=tuple(failures), cut_short=cut_short)
        failures.append((model, reply))
        desk.tell("synthesis", "failed", str(model), reply.reason)
        if anyio.current_time() >= deadline:
            break
    return Synthesis(text=None, failures=tuple(failures))


def _showing(desk: Desk, model: ModelRef) -> Callable[[str], None]:
    """Show the end of what has been written so far, as it grows."""
    tail = ""

    def show(piece: str) -> None:
        nonlocal tail
        tail = (tail + piece)[-_SHOWN_CHARACTERS:]
        desk.tell("synthesis", "writing", str(model), tail)

    return show


def _request(
    desk: Desk,
    model: ModelRef,
    labelled: Sequence[LabelledAnswer],
    judgement: Judgement | None,
    silence_within: float,
) -> ChatRequest:
    role, traits = desk.run.preset.synthesizer, desk.models.traits(model)
    return ChatRequest(
        messages=synthesis_messages(desk.run, labelled, judgement, compact=traits.compact),
        temperature=role.temperature,
        max_output_tokens=role.max_output_tokens,
        reasoning=role.reasoning,
        seed=desk.run.seed % 2**31,
        silence_within=silence_within,
    )
