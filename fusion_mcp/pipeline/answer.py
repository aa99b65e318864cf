"""What is given as the answer, pure: what a synthesizer wrote, or one member's own words."""

from collections.abc import Sequence
from dataclasses import dataclass

from fusion_mcp.pipeline.anonymity import LabelledAnswer, restore_names
from fusion_mcp.pipeline.synthesis import Synthesis
from fusion_mcp.pipeline.verification.revision import Draft
from fusion_mcp.types import MemberAnswer, ModelRef


@dataclass(frozen=True, kw_only=True)
class Given:
    """An answer. `seat` is the member whose own words it is, None where it was written from all of them.

    `draft` is the text as judges see it, with labels for names; `writer` the model that wrote it.
    """

    text: str
    draft: str
    seat: str | None = None
    writer: ModelRef | None = None

    def as_draft(self) -> Draft:
        """Give it to be checked: a member's own words are given as they are, or not at all."""
        return Draft(text=self.draft, writer=self.writer, can_be_revised=self.seat is None)

    def revised(self, draft: str, writer: ModelRef | None, labelled: Sequence[LabelledAnswer]) -> "Given":
        """Put another version in its place."""
        return Given(text=restore_names(draft, labelled), draft=draft, writer=writer)


def written(synthesis: Synthesis | None) -> Given | None:
    """What the synthesizer wrote; None where nobody did."""
    if synthesis is None or synthesis.text is None:
        return None
    return Given(text=synthesis.text, draft=synthesis.draft or synthesis.text, writer=synthesis.synthesizer)


def own_words(answer: MemberAnswer, labelled: Sequence[LabelledAnswer] = ()) -> Given:
    """A member's answer as it stands."""
    draft = next((each.content for each in labelled if each.seat == answer.seat), answer.content)
    return Given(text=answer.content, draft=draft, seat=answer.seat, writer=answer.served_by)
