"""An answer is checked, revised once if something contradicts it, and checked once more.

A verifier that fails costs the verification, never the answer. Whether a revision may take the place of what it
revises is for `evidence.improvement` to say; the comparison with a member's answer is `gate`'s.
"""

from dataclasses import dataclass, replace

from fusion_mcp.pipeline.answer import Given
from fusion_mcp.pipeline.calling.roles import Failures
from fusion_mcp.pipeline.verification.bench import Bench
from fusion_mcp.pipeline.verification.evidence.improvement import fault
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim
from fusion_mcp.pipeline.verification.looking import CONTESTED, Look, look_at
from fusion_mcp.pipeline.verification.revision import revise
from fusion_mcp.types import ModelRef

_MOST_UNCHECKED = 0.5
"""How many of the claims may be left unchecked without the check being incomplete."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What became of an answer: `given` is the revision where there is one that is better, else the answer as it was.

    `verifier` None: nobody could check the claims. `failures` are the verifiers that failed, `notes` sentences for the
    person. `is_complete`: all was done that the preset asks for and the answer called for. `looks` is how often a text
    was checked: money is set aside for two.
    """

    given: Given
    claims: tuple[CheckedClaim, ...] = ()
    verifier: ModelRef | None = None
    second_judge: ModelRef | None = None
    failures: Failures = ()
    is_revised: bool = False
    is_complete: bool = True
    looks: int = 1
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing in the text is known to be contradicted."""
        return not any(claim.verdict == "contradicted" for claim in self.claims)


async def verify(bench: Bench, given: Given) -> Checked:
    """Check an answer, and have it revised where something contradicts it, until the bench's deadline at the latest.

    What time or money does not suffice for is missing from the outcome, which says so.
    """
    first = await look_at(bench, given.draft)
    kept = _as_it_is(bench, given, first)
    # Of a text that was checked in part, a revision might change what nobody has looked at.
    if not first.contradicted or not given.can_be_revised or not first.said.is_whole:
        return kept
    revision = await revise(bench, given, first.contradicted)
    if revision.given is None:
        return replace(kept, is_complete=False, notes=(*kept.notes, *revision.notes))
    second = await look_at(replace(bench, by=first.verifier), revision.given.draft, first)
    wrong = "could not be checked"
    if second.verifier is not None:
        wrong = fault(first.said, first.claims, second.said, second.claims, bench.asked)
    if wrong is None:
        return _revised(bench, revision.given, first, second, revision.notes)
    note = f"The answer was revised, but the revision {wrong}: not used."
    return replace(
        kept,
        failures=_joined(first, second),
        is_complete=False,
        looks=2,
        notes=(*kept.notes, *revision.notes, note),
    )


def _as_it_is(bench: Bench, given: Given, look: Look) -> Checked:
    return Checked(
        given=given,
        claims=look.claims,
        verifier=look.verifier,
        second_judge=look.second_judge,
        failures=look.failures,
        is_complete=_is_complete(bench, look),
        notes=look.notes,
    )


def _revised(bench: Bench, revision: Given, first: Look, second: Look, notes: tuple[str, ...]) -> Checked:
    kept = _as_it_is(bench, revision, second)
    number = len(first.contradicted)
    told = f"{number} of its claims were contradicted" if number > 1 else "one of its claims was contradicted"
    return replace(
        kept,
        second_judge=second.second_judge or first.second_judge,
        failures=_joined(first, second),
        is_revised=True,
        is_complete=kept.is_complete and _is_complete(bench, first),
        looks=2,
        notes=tuple(dict.fromkeys((*first.notes, *notes, f"The answer was revised, since {told}.", *second.notes))),
    )


def _is_complete(bench: Bench, look: Look) -> bool:
    """Whether a look found out what it was for: about all of the text, most claims, and a contested one from two."""
    unchecked = sum(claim.verdict == "unchecked" for claim in look.claims)
    if look.verifier is None or not look.said.is_whole or unchecked > _MOST_UNCHECKED * len(look.claims):
        return False
    is_contested = any(claim.verdict in CONTESTED for claim in look.claims)
    return bench.desk.run.preset.second_judge is None or look.second_judge is not None or not is_contested


def _joined(first: Look, second: Look) -> Failures:
    return tuple(dict.fromkeys((*first.failures, *second.failures)))
