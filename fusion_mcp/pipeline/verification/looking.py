"""One look at a text: it is taken apart, its claims are checked, and a second judge looks again at what is contested.

What comes of it, such as a revision, is `verify`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import anyio
import anyio.from_thread
import anyio.to_thread

from fusion_mcp.pipeline.calling.roles import Failures, Filled, failed
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.verification.asking import Question, Worded, ask, still_there
from fusion_mcp.pipeline.verification.bench import Bench
from fusion_mcp.pipeline.verification.claims import claims as taking_apart
from fusion_mcp.pipeline.verification.claims.said import MOST_CHECKED, Said
from fusion_mcp.pipeline.verification.evidence import reply
from fusion_mcp.pipeline.verification.evidence.excerpts import COMPACT_CHARACTERS, MOST_CHARACTERS, excerpts
from fusion_mcp.pipeline.verification.evidence.exhibits import weighed
from fusion_mcp.pipeline.verification.evidence.omissions import left_out
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim, judged, twice_judged, unchecked
from fusion_mcp.pipeline.verification.prompting import check_messages, claims_messages
from fusion_mcp.presets.schema import Role
from fusion_mcp.result import Verdict
from fusion_mcp.types import ModelRef

Findings = Mapping[int, reply.Finding]

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
        """The claims against which something speaks."""
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
    checked = await _checked(bench, bench.verifier, "check", made, still_there(bench.verifier, taken.model))
    look = replace(look, failures=(*taken.failures, *checked.failures))
    if checked.outcome is None:
        claims = tuple(unchecked(claim, "Nobody could check it.") for claim in made)
        return _noting(replace(look, claims=claims), "The answer's claims are known, and nobody could check them.")
    claims = await _judged(bench, made, checked.outcome)
    look = replace(look, claims=_remembering(claims, before), verifier=checked.model)
    return await _with_second_judge(bench, look)


async def _taken_apart(bench: Bench, said: Said) -> Filled[taking_apart.Listed]:
    def worded(compact: bool) -> Worded:
        most = taking_apart.COMPACT_CLAIMS if compact else taking_apart.MOST_CLAIMS
        schema = taking_apart.schema(most)
        return Worded(messages=claims_messages(bench.desk.run, said.text, most, schema), schema=schema)

    read = partial(taking_apart.read, draft=said, asked=bench.asked)

    def check(compact: bool) -> Worded:
        return _check_of(bench, (said.text,), bench.labelled, compact=compact)

    question = Question(seat="claims", worded=worded, read=read, what="list of claims", then=check)
    return await ask(bench.desk, bench.verifier, question, bench.deadline, still_there(bench.verifier, bench.by))


def _to_look_up(bench: Bench, listed: Sequence[str], said: Said, before: Look | None) -> tuple[str, ...]:
    """Give the listed claims, as many as there is room for besides those that a second list leaves out."""
    if before is None:
        return tuple(listed)
    missing = left_out(listed, before.contradicted, before.said, said, bench.asked)[: taking_apart.MOST_CLAIMS]
    return (*listed[: taking_apart.MOST_CLAIMS - len(missing)], *missing)


def _remembering(claims: Sequence[CheckedClaim], before: Look | None) -> tuple[CheckedClaim, ...]:
    """What was found against a claim in an earlier look counts in this."""
    known = {each.claim.casefold(): each for each in before.contradicted} if before else {}
    return tuple(
        twice_judged(known[claim.claim.casefold()], claim) if claim.claim.casefold() in known else claim
        for claim in claims
    )


async def _checked(
    bench: Bench, role: Role, seat: str, claims: Sequence[str], models: Sequence[ModelRef] = ()
) -> Filled[Findings]:
    shown = bench.labelled if seat == "check" else bench.labelled[::-1]

    def worded(compact: bool) -> Worded:
        return _check_of(bench, claims, shown, compact=compact)

    read = partial(reply.read, claims=len(claims), sources=len(bench.exhibits))
    question = Question(seat=seat, worded=worded, read=read, what="check")
    return await ask(bench.desk, role, question, bench.deadline, models)


def _check_of(bench: Bench, claims: Sequence[str], shown: Sequence[LabelledAnswer], *, compact: bool) -> Worded:
    """Have claims held against the answers, in the order in which they are `shown`, and the pages."""
    most = COMPACT_CHARACTERS if compact else MOST_CHARACTERS
    parts = excerpts(bench.windows, claims, most)
    sources = [*(answer.label for answer in bench.labelled), *(part.label for part in parts)]
    schema = reply.schema(sources, len(claims))
    return Worded(messages=check_messages(bench.desk.run, shown, parts, claims, schema), schema=schema)


async def _judged(bench: Bench, claims: Sequence[str], findings: Findings) -> tuple[CheckedClaim, ...]:
    """Look the quotations up, beside the event loop: pages are long. What there is no time for stays unchecked."""
    found: list[CheckedClaim] = []

    def look_up() -> None:
        for number, claim in enumerate(claims, 1):
            anyio.from_thread.check_cancelled()
            found.append(_judged_by(bench, claim, findings.get(number)))

    with anyio.CancelScope(deadline=bench.deadline):
        await anyio.to_thread.run_sync(look_up)
    late = (unchecked(claim, "The time for checking was up.") for claim in claims[len(found) :])
    return (*found, *late)


def _judged_by(bench: Bench, claim: str, finding: reply.Finding | None) -> CheckedClaim:
    if finding is None:
        return unchecked(claim, "The check says nothing about it.")
    return judged(claim, *weighed(finding, claim, bench.exhibits, bench.labelled))


async def _with_second_judge(bench: Bench, look: Look) -> Look:
    """Have the contested claims checked again by somebody who knows no verdict and sees the answers in reverse."""
    role = bench.desk.run.preset.second_judge
    contested = [claim for claim in look.claims if claim.verdict in CONTESTED]
    if role is None or not contested:
        return look
    claims = [claim.claim for claim in contested]
    checked = await _checked(bench, role, "second judge", claims)
    notes = tuple(failed("second judge", checked.failures))
    if checked.outcome is None:
        return _noting(look, *notes, "The contested claims were checked once only.")
    looked_up = await _judged(bench, claims, checked.outcome)
    again = {each.claim: each for each in looked_up}
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
