"""The whole stage: the answer is checked and perhaps revised; the gate decides last, on what would then be given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import anyio

from fusion_mcp.pipeline.answer import Given
from fusion_mcp.pipeline.evidence import Evidence
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.pipeline.verification.gate import Preference, prefers_answer
from fusion_mcp.pipeline.verification.verify import Checked, verify

_GATE_SHARE = 0.25
"""How much of the stage's time is kept for the gate, where there is one."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """What the stage brought; None for what the preset does not ask for, or there was nothing to do it with."""

    preference: Preference | None = None
    checked: Checked | None = None

    @property
    def seconds(self) -> float:
        """How long it took."""
        return sum(part.seconds for part in (self.preference, self.checked) if part is not None)

    @property
    def is_complete(self) -> bool:
        """Whether everything that was asked for could be done."""
        compared = self.preference is None or self.preference.by is not None
        return compared and (self.checked is None or self.checked.is_complete)


async def check(
    desk: Desk,
    given: Given,
    champion: Given,
    labelled: Sequence[LabelledAnswer],
    evidence: Evidence,
    deadline: float,
) -> tuple[Given, Check]:
    """Check what is to be given, claim by claim; hold what was written against the best member's answer, `champion`.

    The check that comes back is of the text that is given, whichever that is.
    """
    preset, checked = desk.run.preset, None
    is_gated = preset.gate and given.seat is None
    if preset.verifier is not None:
        until = deadline - (_GATE_SHARE * (deadline - anyio.current_time()) if is_gated else 0.0)
        checked = await verify(desk, given, tuple(labelled), evidence, until)
        given = checked.given
    if not is_gated:
        return given, Check(checked=checked)
    best = next(answer for answer in labelled if answer.seat == champion.seat)
    preference = await prefers_answer(desk, given.draft, best, deadline)
    if not preference.is_for_answer:
        return given, Check(preference=preference, checked=checked)
    if checked is not None:
        checked = await _checked_instead(desk, champion, checked, labelled, evidence, deadline)
    return champion, Check(preference=preference, checked=checked)


async def _checked_instead(
    desk: Desk,
    champion: Given,
    before: Checked,
    labelled: Sequence[LabelledAnswer],
    evidence: Evidence,
    deadline: float,
) -> Checked:
    """Check the answer that is given in the draft's place, since what was found of the draft says nothing about it.

    Money is set aside for two checks; where both went into the draft and its revision, it is said that there is none.
    """
    if before.looks > 1:
        note = "This answer was not checked: what was checked is the text in whose place it stands, and its revision."
        return replace(_nothing_of(champion, before), notes=(note,))
    checked = await verify(desk, champion, tuple(labelled), evidence, deadline)
    return replace(
        checked,
        failures=tuple(dict.fromkeys((*before.failures, *checked.failures))),
        seconds=before.seconds + checked.seconds,
    )


def _nothing_of(champion: Given, before: Checked) -> Checked:
    return Checked(
        given=champion,
        failures=before.failures,
        is_complete=False,
        seconds=before.seconds,
    )
