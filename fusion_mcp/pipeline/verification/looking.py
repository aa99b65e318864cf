"""One look at a text: it is taken apart, its claims are checked, and a second judge looks again at what is contested.

What comes of it, such as a revision, is `verify`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import anyio.to_thread

from fusion_mcp.pipeline.calling.roles import Failures, Filled, failed
from fusion_mcp.pipeline.verification.asking import Question, Worded, ask, still_there
from fusion_mcp.pipeline.verification.bench import Bench
from fusion_mcp.pipeline.verification.checking import check_claims, check_of
from fusion_mcp.pipeline.verification.claims import listing
from fusion_mcp.pipeline.verification.claims.said import MOST_CHECKED, Said
from fusion_mcp.pipeline.verification.evidence.omissions import left_out
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim, twice_judged, unchecked
from fusion_mcp.pipeline.verification.prompting import claims_messages
from fusion_mcp.result import Verdict
from fusion_mcp.types import ModelRef

CONTESTED: tuple[Verdict, ...] = ("contradicted", "disputed", "single_member")
"""What a second judge looks at, where there is one."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was found in `said`. `verifier` is None where nobody could check; then any claims are unchecked."""

    said: Said
    claims: tuple[CheckedClaim, ...] = ()
    verifier: ModelRef | None = None
    second_judge: ModelRef | None = None
    failures: Failures = ()
    notes: tuple[str, ...] = ()

    @property
    def contradicted(self) -> list[CheckedClaim]:
        """The claims that did not stand up, for which a text is revised."""
        return [claim for claim in self.claims if claim.verdict == "contradicted"]


async def look_at(bench: Bench, text: str, before: Look | None = None) -> Look:
    """Check a text, claim by claim; a revision moreover for what was contradicted `before`, whoever lists it."""
    said = await anyio.to_thread.run_sync(Said, text)
    taken = await _taken_apart(bench, said)
    look = Look(said=said, failures=taken.failures, notes=_about_length(said))
    if taken.outcome is None:
        return _noting(look, "The answer was not checked: nobody could take it apart into claims.")
    look = _noting(look, *_about_strangers(taken.outcome.strangers))
    made = await anyio.to_thread.run_sync(_to_look_up, bench, taken.outcome.claims, said, before)
    if not made:
        note = "The check found no claim in the answer that could be looked up."
        return _noting(replace(look, verifier=taken.model), note)
    models = still_there(bench.verifier, taken.model)  # who failed a moment ago is not waited for again
    checked = await check_claims(bench, bench.verifier, "check", bench.labelled, made, models)
    look = replace(look, failures=(*taken.failures, *checked.failures))
    if checked.outcome is None:
        claims = tuple(unchecked(claim, "Nobody could check it.") for claim in made)
        return _noting(replace(look, claims=claims), "The answer's claims are known, and nobody could check them.")
    look = replace(look, claims=_remembering(checked.outcome, before), verifier=checked.model)
    return await _with_second_judge(bench, look)


async def _taken_apart(bench: Bench, said: Said) -> Filled[listing.Listed]:
    def worded(compact: bool) -> Worded:
        most = listing.COMPACT_CLAIMS if compact else listing.MOST_CLAIMS
        schema = listing.schema(most)
        return Worded(messages=claims_messages(bench.desk.run, said.text, most, schema), schema=schema)

    read = partial(listing.read, draft=said, asked=bench.asked)

    def check(compact: bool) -> Worded:
        return check_of(bench, bench.labelled, (said.text,), compact=compact)

    question = Question(seat="claims", worded=worded, read=read, what="list of claims", then=check)
    return await ask(bench.desk, bench.verifier, question, bench.deadline, still_there(bench.verifier, bench.by))


def _to_look_up(bench: Bench, listed: Sequence[str], said: Said, before: Look | None) -> tuple[str, ...]:
    """Give the listed claims, as many as there is room for besides those that a second list leaves out."""
    if before is None:
        return tuple(listed)
    missing = left_out(listed, before.contradicted, before.said, said, bench.asked)[: listing.MOST_CLAIMS]
    return (*listed[: listing.MOST_CLAIMS - len(missing)], *missing)


def _remembering(claims: Sequence[CheckedClaim], before: Look | None) -> tuple[CheckedClaim, ...]:
    """What was found against a claim in an earlier look counts in this."""
    known = {each.claim.casefold(): each for each in before.contradicted} if before else {}
    return tuple(twice_judged(known.get(claim.claim.casefold(), claim), claim) for claim in claims)


async def _with_second_judge(bench: Bench, look: Look) -> Look:
    """Have the contested claims checked again by somebody who knows no verdict and sees the answers in reverse."""
    role = bench.desk.run.preset.second_judge
    contested = [claim for claim in look.claims if claim.verdict in CONTESTED]
    if role is None or not contested:
        return look
    claims = [claim.claim for claim in contested]
    checked = await check_claims(bench, role, "second judge", bench.labelled[::-1], claims)
    notes = tuple(failed("second judge", checked.failures))
    if checked.outcome is None:
        return _noting(look, *notes, "The contested claims were checked once only.")
    again = {each.claim: each for each in checked.outcome}
    joined = tuple(twice_judged(claim, again.get(claim.claim, claim)) for claim in look.claims)
    return _noting(replace(look, claims=joined, second_judge=checked.model), *notes)


def _noting(look: Look, *notes: str) -> Look:
    return replace(look, notes=(*look.notes, *notes))


def _about_length(said: Said) -> tuple[str, ...]:
    if said.is_whole:
        return ()
    return (f"The answer is very long: only its first {MOST_CHECKED:,} characters were checked.",)


def _about_strangers(number: int) -> tuple[str, ...]:
    if not number:
        return ()
    told = "a claim" if number == 1 else f"{number} claims"
    return (f"The verifier named {told} that the answer does not make: left out.",)
