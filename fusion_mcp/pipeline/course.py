"""How a run went, as one value: what the stages brought, before it becomes a result."""

from collections.abc import Sequence
from dataclasses import dataclass

from fusion_mcp.pipeline.anonymity import LabelledAnswer
from fusion_mcp.pipeline.evidence import Evidence
from fusion_mcp.pipeline.judge import Verdict
from fusion_mcp.pipeline.synthesis import Synthesis
from fusion_mcp.result import Seconds
from fusion_mcp.types import MemberAnswer, MemberFailure, MemberOutcome


@dataclass(frozen=True, kw_only=True)
class Course:
    """How a run went.

    Every member's outcome, what the retrieved pages say about the answers, and what judge and synthesizer made of them,
    where they were asked.
    """

    outcomes: Sequence[MemberOutcome]
    evidence: Evidence
    seconds: Seconds
    labelled: Sequence[LabelledAnswer] = ()
    verdict: Verdict | None = None
    synthesis: Synthesis | None = None

    @property
    def answers(self) -> list[MemberAnswer]:
        """The members that answered, in the preset's order."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, MemberAnswer)]

    @property
    def failures(self) -> list[MemberFailure]:
        """The members that did not."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, MemberFailure)]
