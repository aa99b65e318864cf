"""The one revision of a draft in which something is contradicted."""

from collections.abc import Sequence
from dataclasses import dataclass

import anyio.to_thread

from fusion_mcp.pipeline.anonymity import LabelledAnswer
from fusion_mcp.pipeline.calling import Caller, call
from fusion_mcp.pipeline.roles import Patience, fill_role, role_request
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.pipeline.verification.asking import STAGE, TOO_LATE, models_of_role
from fusion_mcp.pipeline.verification.prompting import revision_messages
from fusion_mcp.pipeline.verification.verdicts import CheckedClaim
from fusion_mcp.types import CallFailure, ChatRequest, Completion, ModelRef

_LEAST_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An answer as it was written, in labels. `writer` is a model that is known to be able to write it."""

    text: str
    writer: ModelRef | None
    can_be_revised: bool = True


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A new version, or None where there is none worth having; `notes` say why, and who failed."""

    text: str | None
    writer: ModelRef | None = None
    notes: tuple[str, ...] = ()


async def revise(
    desk: Desk,
    draft: Draft,
    labelled: Sequence[LabelledAnswer],
    contradicted: Sequence[CheckedClaim],
    deadline: float,
) -> Revision:
    """Have the draft's writer, or another synthesizer, write it again so that it holds."""

    async def attempt(model: ModelRef, patience: Patience) -> Completion | CallFailure:
        request = await anyio.to_thread.run_sync(_request, desk, model, draft, labelled, contradicted, patience)
        return await call(Caller(desk=desk, stage=STAGE, seat="revision"), model, request)

    named = models_of_role(desk.run.preset.synthesizer)
    writers = named if draft.writer is None else (draft.writer, *(model for model in named if model != draft.writer))
    filled = await fill_role(desk, STAGE, writers, deadline, attempt, TOO_LATE)
    failed = tuple(
        f"{model} could not revise the answer ({failure.reason}): {failure.message.rstrip('.')}."
        for model, failure in filled.failures
    )
    if filled.outcome is None:
        return Revision(text=None, notes=failed)
    fault = _fault(filled.outcome, draft)
    if fault is not None:
        return Revision(text=None, notes=(*failed, f"The answer was revised, but the revision {fault}: not used."))
    return Revision(text=filled.outcome.text, writer=filled.model, notes=failed)


def _fault(reply: Completion, draft: Draft) -> str | None:
    if reply.finish_reason == "length":
        return "ran into the output limit"
    if len(reply.text) < _LEAST_SHARE * len(draft.text):
        return "is less than half as long"
    return "changes nothing" if reply.text == draft.text.strip() else None


def _request(
    desk: Desk,
    model: ModelRef,
    draft: Draft,
    labelled: Sequence[LabelledAnswer],
    contradicted: Sequence[CheckedClaim],
    patience: Patience,
) -> ChatRequest:
    compact = desk.models.traits(model).compact
    messages = revision_messages(desk.run, labelled, draft.text, contradicted, compact=compact)
    return role_request(desk, desk.run.preset.synthesizer, messages, patience)
