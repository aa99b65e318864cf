"""The whole stage: the answer is checked and perhaps revised; the gate decides last, on what would then be given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import anyio
import anyio.to_thread

from fusion_mcp.clock import now
from fusion_mcp.pipeline.answer import Given
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.verification.bench import Bench, bench_for
from fusion_mcp.pipeline.verification.gate import Preference, prefers_answer
from fusion_mcp.pipeline.verification.verify import Checked, verify
from fusion_mcp.types import Page

_GATE_SHARE = 0.25
"""How much of the stage's time is kept for the gate, where there is one."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """What the stage brought; None for what the preset does not ask for, or there was nothing to do it with."""

    preference: Preference | None = None
    checked: Checked | None = None
    seconds: float

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
    pages: Sequence[Page],
    deadline: float,
) -> tuple[Given, Check]:
    """Check what is to be given, claim by claim; hold what was written against the best member's answer, `champion`.

    The check that comes back is of the text that is given, whichever that is.
    """
    start, preset = now(), desk.run.preset
    is_gated = preset.gate and given.seat is None
    bench, checked, preference = None, None, None
    if preset.verifier is not None:
        bench = await anyio.to_thread.run_sync(bench_for, desk, preset.verifier, labelled, pages, deadline)
        until = deadline - (_GATE_SHARE * (deadline - now()) if is_gated else 0.0)
        checked = await verify(replace(bench, deadline=until), given)
        given = checked.given
    if is_gated:
        preference = await prefers_answer(desk, given.draft, champion.draft, deadline)
        if preference.is_for_answer:
            given = champion
            checked = await _checked_instead(bench, champion, checked) if bench and checked else None
    return given, Check(preference=preference, checked=checked, seconds=now() - start)


async def _checked_instead(bench: Bench, champion: Given, before: Checked) -> Checked:
    """Check the answer that is given in the draft's place, since what was found of the draft says nothing about it.

    Money is set aside for two checks; where both went into the draft and its revision, it is said that there is none.
    """
    if before.looks > 1:
        note = "This answer was not checked: what was checked is the text in whose place it stands, and its revision."
        return Checked(given=champion, failures=before.failures, is_complete=False, notes=(note,))
    checked = await verify(bench, champion)  # until the stage's end: the gate needs no time any more
    return replace(checked, failures=tuple(dict.fromkeys((*before.failures, *checked.failures))))
