"""One look at a text: it is taken apart, its claims are checked, and a second judge looks again at what is contested.

What comes of it, such as a revision, is `verify`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import anyio
import anyio.from_thread
import anyio.to_thread

from fusion_mcp.pipeline.anonymity import LabelledAnswer
from fusion_mcp.pipeline.calling import Failures, Filled
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.pipeline.verification import claims as taking_apart
from fusion_mcp.pipeline.verification import reply
from fusion_mcp.pipeline.verification.asking import Question, Worded, ask, still_there
from fusion_mcp.pipeline.verification.excerpts import COMPACT_CHARACTERS, MOST_CHARACTERS, Window, excerpts
from fusion_mcp.pipeline.verification.exhibits import Exhibit, weighed
from fusion_mcp.pipeline.verification.prompting import check_messages, claims_messages
from fusion_mcp.pipeline.verification.verdicts import CheckedClaim, judged, twice_judged, unchecked
from fusion_mcp.presets.schema import Role
from fusion_mcp.result import Verdict
from fusion_mcp.types import ModelRef

Findings = Mapping[int, reply.Finding]

CONTESTED: tuple[Verdict, ...] = ("contradicted", "disputed", "single_member")
"""What a second judge looks at, where there is one."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Who checks, against what, and until when. `exhibits` are the answers and pages, `windows` pieces of the pages.

    `by` is whoever verified before.
    """

    desk: Desk
    verifier: Role
    labelled: Sequence[LabelledAnswer]
    exhibits: Sequence[Exhibit]
    windows: Sequence[Window]
    deadline: float
    by: ModelRef | None = None


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was found. `verifier` is None where nobody could check; then the claims, if there are any, are unchecked."""

    claims: tuple[CheckedClaim, ...] = ()
    verifier: ModelRef | None = None
    second_judge: ModelRef | None = None
    failures: Failures = ()
    notes: tuple[str, ...] = ()

    @property
    def contradicted(self) -> list[CheckedClaim]:
        """The claims against which something speaks."""
        return [claim for claim in self.claims if claim.verdict == "contradicted"]


async def look_at(bench: Bench, text: str) -> Look:
    """Check a text, claim by claim."""
    taken = await _taken_apart(bench, text)
    if taken.outcome is None:
        note = "The answer was not checked: nobody could take it apart into claims."
        return Look(failures=taken.failures, notes=(note,))
    asked = bench.desk.run.asked
    made = tuple(claim for claim in taken.outcome if taking_apart.made_in(claim, text, asked))
    notes = _about_strangers(len(taken.outcome) - len(made))
    if not made:
        note = "The check found no claim in the answer that could be looked up."
        return Look(verifier=taken.model, failures=taken.failures, notes=(*notes, note))
    checked = await _checked(bench, bench.verifier, "check", made, still_there(bench.verifier, taken.model))
    failures = (*taken.failures, *checked.failures)
    if checked.outcome is None:
        reason = "Nobody could check it."
        note = "The answer's claims are known, and nobody could check them."
        claims = tuple(unchecked(claim, reason) for claim in made)
        return Look(claims=claims, failures=failures, notes=(*notes, note))
    claims = await _judged(bench, made, checked.outcome)
    look = Look(claims=claims, verifier=checked.model, failures=failures, notes=notes)
    return await _with_second_judge(bench, look)


async def _taken_apart(bench: Bench, text: str) -> Filled[tuple[str, ...]]:
    def worded(compact: bool) -> Worded:
        most = taking_apart.COMPACT_CLAIMS if compact else taking_apart.MOST_CLAIMS
        schema = taking_apart.schema(most)
        return Worded(messages=claims_messages(bench.desk.run, text, most, schema), schema=schema)

    question = Question(seat="claims", worded=worded, read=taking_apart.read, what="list of claims")
    filled = await ask(bench.desk, bench.verifier, question, bench.deadline, still_there(bench.verifier, bench.by))
    if filled.outcome is None:
        return filled
    return Filled(outcome=filled.outcome[: taking_apart.MOST_CLAIMS], model=filled.model, failures=filled.failures)


async def _checked(
    bench: Bench, role: Role, seat: str, claims: Sequence[str], models: Sequence[ModelRef] = ()
) -> Filled[Findings]:
    def worded(compact: bool) -> Worded:
        most = COMPACT_CHARACTERS if compact else MOST_CHARACTERS
        parts = excerpts(bench.windows, claims, most)
        sources = [*(answer.label for answer in bench.labelled), *(part.label for part in parts)]
        schema = reply.schema(sources, len(claims))
        shown = bench.labelled if seat == "check" else bench.labelled[::-1]
        return Worded(messages=check_messages(bench.desk.run, shown, parts, claims, schema), schema=schema)

    read = partial(reply.read, claims=len(claims), sources=len(bench.exhibits))
    question = Question(seat=seat, worded=worded, read=read, what="check")
    return await ask(bench.desk, role, question, bench.deadline, models)


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
    failed = tuple(
        f"The second judge {model} failed ({failure.reason}): {failure.message.rstrip('.')}."
        for model, failure in checked.failures
    )
    if checked.outcome is None:
        note = "The contested claims were checked once only."
        return _with(look, look.claims, None, (*failed, note))
    looked_up = await _judged(bench, claims, checked.outcome)
    again = {each.claim: each for each in looked_up if each.verdict != "unchecked"}
    joined = tuple(
        twice_judged(claim, again[claim.claim]) if claim in contested and claim.claim in again else claim
        for claim in look.claims
    )
    return _with(look, joined, checked.model, failed)


def _with(look: Look, claims: tuple[CheckedClaim, ...], second_judge: ModelRef | None, notes: tuple[str, ...]) -> Look:
    return Look(
        claims=claims,
        verifier=look.verifier,
        second_judge=second_judge,
        failures=look.failures,
        notes=(*look.notes, *notes),
    )


def _about_strangers(number: int) -> tuple[str, ...]:
    if not number:
        return ()
    told = "a claim" if number == 1 else f"{number} claims"
    return (f"The verifier named {told} in words or figures that the answer does not have: left out.",)
