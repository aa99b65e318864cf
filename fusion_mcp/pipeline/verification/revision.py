"""The one revision of an answer that was written from all of them, where something in it is contradicted."""

from collections.abc import Sequence
from dataclasses import dataclass

import anyio.to_thread

from fusion_mcp.pipeline.answer import Given, written
from fusion_mcp.pipeline.calling.call import Caller, call
from fusion_mcp.pipeline.calling.roles import fill_role, role_request
from fusion_mcp.pipeline.verification.asking import STAGE, TOO_LATE
from fusion_mcp.pipeline.verification.bench import Bench
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim
from fusion_mcp.pipeline.verification.prompting import revision_messages
from fusion_mcp.types import CallFailure, ChatRequest, Completion

_LEAST_SHARE = 0.5
"""Of the draft's length. What is shorter is an apology or a fragment."""


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A new version, or None where there is none worth having; `notes` say why, and who failed."""

    given: Given | None
    notes: tuple[str, ...] = ()


async def revise(bench: Bench, given: Given, contradicted: Sequence[CheckedClaim]) -> Revision:
    """Have the draft's writer, or another synthesizer, write it again so that it holds."""
    desk = bench.desk

    async def attempt(caller: Caller) -> Completion | CallFailure:
        request = await anyio.to_thread.run_sync(_request, caller, bench, given, contradicted)
        return await call(caller, request)

    named = desk.run.preset.synthesizer.models
    writers = named if given.writer is None else (given.writer, *(model for model in named if model != given.writer))
    filled = await fill_role(desk, STAGE, writers, bench.deadline, attempt, TOO_LATE, "revision")
    failed = tuple(
        f"{model} could not revise the answer ({failure.reason}): {failure.message.rstrip('.')}."
        for model, failure in filled.failures
    )
    if filled.outcome is None:
        return Revision(given=None, notes=failed)
    fault = _fault(filled.outcome, given.draft)
    if fault is not None:
        return Revision(given=None, notes=(*failed, f"The answer was revised, but the revision {fault}: not used."))
    return Revision(given=written(filled.outcome.text, filled.model, bench.labelled), notes=failed)


def _fault(reply: Completion, draft: str) -> str | None:
    if reply.finish_reason == "length":
        return "ran into the output limit"
    if len(reply.text) < _LEAST_SHARE * len(draft):
        return "is less than half as long"
    return "changes nothing" if reply.text == draft.strip() else None


def _request(caller: Caller, bench: Bench, given: Given, contradicted: Sequence[CheckedClaim]) -> ChatRequest:
    run, compact = caller.desk.run, caller.desk.traits(caller.model).compact
    messages = revision_messages(run, bench.labelled, given.draft, contradicted, compact=compact)
    return role_request(run, run.preset.synthesizer, messages)
