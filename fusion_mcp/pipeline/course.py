"""How a run goes, as one record: what the stages bring, one after another, before it becomes a result."""

from collections.abc import Sequence
from dataclasses import dataclass

from fusion_mcp.pipeline.answer import Given
from fusion_mcp.pipeline.examining import Evidence
from fusion_mcp.pipeline.judge import Verdict
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.synthesis import Synthesis
from fusion_mcp.pipeline.verification.stage import Check
from fusion_mcp.result import Seconds
from fusion_mcp.types import MemberAnswer, MemberFailure, MemberOutcome
from fusion_mcp.values import worked_out


@dataclass(kw_only=True, eq=False)
class Course:
    """How a run goes.

    Every member's outcome, what the retrieved pages say about the answers, and what judge, synthesizer and verifier
    make of them, where they are asked. `given` is the answer, None in a comparison.
    """

    outcomes: Sequence[MemberOutcome]
    evidence: Evidence
    panel_s: float
    labelled: Sequence[LabelledAnswer] = ()
    verdict: Verdict | None = None
    synthesis: Synthesis | None = None
    given: Given | None = None
    checks: Check | None = None

    @worked_out
    def answers(self) -> list[MemberAnswer]:
        """The members that answered, in the preset's order."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, MemberAnswer)]

    @worked_out
    def failures(self) -> list[MemberFailure]:
        """The members that did not."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, MemberFailure)]

    @property
    def seconds(self) -> Seconds:
        """How long each stage took, where it was gone through, to the millisecond."""
        stages = {"judge": self.verdict, "synthesis": self.synthesis, "verification": self.checks}
        took = {name: stage.seconds for name, stage in stages.items() if stage is not None}
        total = self.panel_s + sum(took.values())
        rounded = {name: round(seconds, 3) for name, seconds in took.items()}
        return Seconds(panel=round(self.panel_s, 3), total=round(total, 3), **rounded)
