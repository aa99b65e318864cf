"""The whole stage: the gate decides what is given, and what is given is checked, whoever wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass

from fusion_mcp.pipeline.anonymity import LabelledAnswer
from fusion_mcp.pipeline.answer import Given
from fusion_mcp.pipeline.evidence import Evidence
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.pipeline.verification.gate import Preference, prefers_answer
from fusion_mcp.pipeline.verification.verify import Checked, verify


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
        return compared and (self.checked is None or self.checked.verifier is not None)


async def check(
    desk: Desk,
    given: Given,
    champion: Given,
    labelled: Sequence[LabelledAnswer],
    evidence: Evidence,
    deadline: float,
) -> tuple[Given, Check]:
    """Hold what was written against the best member's answer, `champion`, and check what is left claim by claim."""
    preset, preference, checked = desk.run.preset, None, None
    if preset.gate and given.seat is None:
        best = next(answer for answer in labelled if answer.seat == champion.seat)
        preference = await prefers_answer(desk, given.draft, best, deadline)
        given = champion if preference.is_for_answer else given
    if preset.verifier is not None:
        checked = await verify(desk, given.as_draft(), tuple(labelled), evidence, deadline)
        given = given.revised(checked.text, checked.writer, labelled) if checked.is_revised else given
    return given, Check(preference=preference, checked=checked)
