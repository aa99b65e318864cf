"""The one revision of a draft in which something is contradicted."""

from collections.abc import Sequence
from dataclasses import dataclass

import anyio.to_thread

from fusion_mcp.pipeline.answer import Given, written
from fusion_mcp.pipeline.calling.call import Caller, call
from fusion_mcp.pipeline.calling.roles import Patience, fill_role, role_request
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.pipeline.verification.asking import STAGE, TOO_LATE, models_of_role
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim
from fusion_mcp.pipeline.verification.prompting import revision_messages
from fusion_mcp.types import CallFailure, ChatRequest, Completion, ModelRef

_LEAST_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A new version, or None where there is none worth having; `notes` say why, and who failed."""

    given: Given | None
    notes: tuple[str, ...] = ()


async def revise(
    desk: Desk,
    given: Given,
    labelled: Sequence[LabelledAnswer],
    contradicted: Sequence[CheckedClaim],
    deadline: float,
) -> Revision:
    """Have the draft's writer, or another synthesizer, write it again so that it holds."""

    async def attempt(model: ModelRef, patience: Patience) -> Completion | CallFailure:
        request = await anyio.to_thread.run_sync(_request, desk, model, given, labelled, contradicted, patience)
        return await call(Caller(desk=desk, stage=STAGE, seat="revision"), model, request)

    named = models_of_role(desk.run.preset.synthesizer)
    writers = named if given.writer is None else (given.writer, *(model for model in named if model != given.writer))
    filled = await fill_role(desk, STAGE, writers, deadline, attempt, TOO_LATE)
    failed = tuple(
        f"{model} could not revise the answer ({failure.reason}): {failure.message.rstrip('.')}."
        for model, failure in filled.failures
    )
    if filled.outcome is None:
        return Revision(given=None, notes=failed)
    fault = _fault(filled.outcome, given.draft)
    if fault is not None:
        return Revision(given=None, notes=(*failed, f"The answer was revised, but the revision {fault}: not used."))
    return Revision(given=written(filled.outcome.text, filled.model, labelled), notes=failed)


def _fault(reply: Completion, draft: str) -> str | None:
    if reply.finish_reason == "length":
        return "ran into the output limit"
    if len(reply.text) < _LEAST_SHARE * len(draft):
        return "is less than half as long"
    return "changes nothing" if reply.text == draft.strip() else None


def _request(
    desk: Desk,
    model: ModelRef,
    given: Given,
    labelled: Sequence[LabelledAnswer],
    contradicted: Sequence[CheckedClaim],
    patience: Patience,
) -> ChatRequest:
    compact = desk.models.traits(model).compact
    messages = revision_messages(desk.run, labelled, given.draft, contradicted, compact=compact)
    return role_request(desk, desk.run.preset.synthesizer, messages, patience)
