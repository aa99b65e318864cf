"""Claims held against the answers and the pages: a model points at words, and these are looked up.

Which claims there are, and who is asked about them, is `looking`'s.
"""

from collections.abc import Sequence
from functools import partial

import anyio
import anyio.from_thread
import anyio.to_thread

from fusion_mcp.pipeline.calling.roles import Filled
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.verification.asking import Question, Worded, ask
from fusion_mcp.pipeline.verification.bench import Bench
from fusion_mcp.pipeline.verification.evidence import reply
from fusion_mcp.pipeline.verification.evidence.excerpts import COMPACT_CHARACTERS, MOST_CHARACTERS, excerpts
from fusion_mcp.pipeline.verification.evidence.quotes import counted
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim, judged, unchecked
from fusion_mcp.pipeline.verification.prompting import check_messages
from fusion_mcp.presets.schema import Role
from fusion_mcp.types import ModelRef


async def check_claims(
    bench: Bench,
    role: Role,
    seat: str,
    shown: Sequence[LabelledAnswer],
    claims: Sequence[str],
    models: Sequence[ModelRef] = (),
) -> Filled[tuple[CheckedClaim, ...]]:
    """Have claims checked by `models`, or else the role's own; the answers are `shown` in this order."""

    def worded(compact: bool) -> Worded:
        return check_of(bench, shown, claims, compact=compact)

    read = partial(reply.read, claims=len(claims), sources=len(bench.exhibits))
    question = Question(seat=seat, worded=worded, read=read, what="check")
    found = await ask(bench.desk, role, question, bench.deadline, models)
    checked = None if found.outcome is None else await _judged(bench, claims, found.outcome)
    return Filled(outcome=checked, model=found.model, failures=found.failures)


def check_of(bench: Bench, shown: Sequence[LabelledAnswer], claims: Sequence[str], *, compact: bool) -> Worded:
    """Have claims held against the answers, in the order in which they are `shown`, and the pages."""
    most = COMPACT_CHARACTERS if compact else MOST_CHARACTERS
    parts = excerpts(bench.windows, claims, most)
    sources = [*(answer.label for answer in bench.labelled), *(part.label for part in parts)]
    schema = reply.schema(sources, len(claims))
    return Worded(messages=check_messages(bench.desk.run, shown, parts, claims, schema), schema=schema)


async def _judged(bench: Bench, claims: Sequence[str], findings: reply.Findings) -> tuple[CheckedClaim, ...]:
    """Look the quotations up, beside the event loop: pages are long. What there is no time for stays unchecked."""
    found: list[CheckedClaim] = []

    def look_up() -> None:
        for number, claim in enumerate(claims, 1):
            anyio.from_thread.check_cancelled()  # nothing else stops a thread
            found.append(_judged_by(bench, claim, findings.get(number)))

    with anyio.CancelScope(deadline=bench.deadline):
        await anyio.to_thread.run_sync(look_up)
    late = (unchecked(claim, "The time for checking was up.") for claim in claims[len(found) :])
    return (*found, *late)


def _judged_by(bench: Bench, claim: str, finding: reply.Finding | None) -> CheckedClaim:
    if finding is None:
        return unchecked(claim, "The check says nothing about it.")
    return judged(claim, *counted(finding, claim, bench.exhibits, bench.labelled))
