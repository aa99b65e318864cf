"""Stage four: the draft is checked, revised once if something contradicts it, and checked once more.

A verifier that fails costs the verification, never the answer. The comparison with a member's answer is `gate`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import anyio

from fusion_mcp.pipeline.anonymity import LabelledAnswer
from fusion_mcp.pipeline.calling import Failures
from fusion_mcp.pipeline.evidence import Evidence
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.pipeline.verification.excerpts import windows_of
from fusion_mcp.pipeline.verification.exhibits import exhibits
from fusion_mcp.pipeline.verification.looking import Bench, Look, look_at
from fusion_mcp.pipeline.verification.revision import Draft, revise
from fusion_mcp.pipeline.verification.verdicts import CheckedClaim, unchecked
from fusion_mcp.types import ModelRef


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What became of a draft, in labels: `text` is the revision where there is one that is better, else the draft.

    `verifier` None: nobody could check the claims. `failures` are the verifiers that failed, `notes` sentences for the
    person. `writer` wrote the text as it is now.
    """

    text: str
    claims: tuple[CheckedClaim, ...] = ()
    writer: ModelRef | None = None
    verifier: ModelRef | None = None
    second_judge: ModelRef | None = None
    failures: Failures = ()
    is_revised: bool = False
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


async def verify(
    desk: Desk, draft: Draft, labelled: Sequence[LabelledAnswer], evidence: Evidence, deadline: float
) -> Checked:
    """Check a draft by the preset's verifier, until `deadline` at the latest.

    What time or money does not suffice for is missing from the outcome, which says so.
    """
    verifier = desk.run.preset.verifier
    if verifier is None:
        return Checked(text=draft.text, writer=draft.writer)
    start = anyio.current_time()
    row = exhibits(labelled, evidence.pages, desk.run.given)
    bench = Bench(
        desk=desk,
        verifier=verifier,
        labelled=labelled,
        exhibits=row,
        windows=windows_of(row),
        deadline=deadline,
    )
    checked = await _checked(bench, draft)
    return replace(checked, seconds=anyio.current_time() - start)


async def _checked(bench: Bench, draft: Draft) -> Checked:
    first = await look_at(bench, draft.text)
    kept = _as_it_is(draft, first)
    if not first.contradicted or not draft.can_be_revised:
        return kept
    revision = await revise(bench.desk, draft, bench.labelled, first.contradicted, bench.deadline)
    if revision.text is None:
        return replace(kept, notes=(*kept.notes, *revision.notes))
    second = await look_at(replace(bench, by=first.verifier), revision.text)
    if second.verifier is not None and len(second.contradicted) >= len(first.contradicted):
        note = "The answer was revised, and the revision was contradicted no less: the first version stands."
        return replace(kept, failures=(*kept.failures, *second.failures), notes=(*kept.notes, *revision.notes, note))
    return _revised(revision.text, revision.writer, first, second, revision.notes)


def _as_it_is(draft: Draft, look: Look) -> Checked:
    return Checked(
        text=draft.text,
        claims=look.claims,
        writer=draft.writer,
        verifier=look.verifier,
        second_judge=look.second_judge,
        failures=look.failures,
        notes=look.notes,
    )


def _revised(text: str, writer: ModelRef | None, first: Look, second: Look, notes: tuple[str, ...]) -> Checked:
    """A revision that nobody could check again is kept all the same: of the first version it is known what is wrong."""
    was_checked = second.verifier is not None
    number = len(first.contradicted)
    told = f"{number} of its claims were contradicted" if number > 1 else "one of its claims was contradicted"
    note = f"The answer was revised, since {told}{'' if was_checked else '; the revision is not checked'}."
    return Checked(
        text=text,
        claims=second.claims if was_checked else _of_unchecked(first),
        writer=writer,
        verifier=second.verifier or first.verifier,
        second_judge=second.second_judge or first.second_judge,
        failures=tuple(dict.fromkeys((*first.failures, *second.failures))),
        is_revised=True,
        notes=tuple(dict.fromkeys((*first.notes, *notes, note, *second.notes))),
    )


def _of_unchecked(first: Look) -> tuple[CheckedClaim, ...]:
    reason = "The answer was revised because something contradicts this, and could not be checked again."
    return tuple(unchecked(each.claim, reason) if each.verdict == "contradicted" else each for each in first.claims)
