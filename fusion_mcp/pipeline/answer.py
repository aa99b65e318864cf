"""What is given as the answer, pure: what was written from all answers, or one member's own words."""

from collections.abc import Sequence

from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer, restore_names
from fusion_mcp.types import MemberAnswer, ModelRef
from fusion_mcp.values import value


@value
class Given:
    """An answer. `seat` is the member whose own words it is, None where it was written from all of them.

    `draft` is the text as judges see it, with labels for names; `writer` the model that wrote it.
    """

    text: str
    draft: str
    seat: str | None = None
    writer: ModelRef | None = None

    @property
    def can_be_revised(self) -> bool:
        """Whether it may be written anew: a member's own words are given as they are, or not at all."""
        return self.seat is None


def written(draft: str, writer: ModelRef | None, labelled: Sequence[LabelledAnswer]) -> Given:
    """What was written from all answers, with the members' names put back."""
    return Given(text=restore_names(draft, labelled), draft=draft, writer=writer)


def own_words(answer: MemberAnswer, labelled: Sequence[LabelledAnswer] = ()) -> Given:
    """A member's answer as it stands."""
    draft = next((each.content for each in labelled if each.seat == answer.seat), answer.content)
    return Given(text=answer.content, draft=draft, seat=answer.seat, writer=answer.served_by)
