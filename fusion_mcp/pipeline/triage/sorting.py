"""What kind of question this is, pure: by rules that are data, before it costs anything.

What is done about it is `routing`'s. A question that no rule knows is open: a hard one under a wrong name loses more
than an easy one that everybody is asked.
"""

import re
from dataclasses import dataclass

from fusion_mcp.pipeline.triage.rules import Asked, QuestionKind, in_one_spelling, rules

_HEAD, _TAIL = 3000, 1000
"""Characters of a long text that are looked at: what is asked stands first or last."""
_FENCED = re.compile(r"```[^`]{0,4000}+(?:```|$)")


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """A question's kind, and `rule`: what it was told by, '' for an open one. `advice` says so to the person.

    `is_certain`: so surely that one model may answer it in the panel's place.
    """

    kind: QuestionKind
    rule: str = ""
    advice: str = ""
    is_certain: bool = False

    @property
    def wants_panel(self) -> bool:
        """Whether several opinions are worth their price here."""
        return self.kind == "open"

    @property
    def described(self) -> str:
        """What it looks like, for the middle of a sentence."""
        return f"{rules().kinds[self.kind]['is']} ({self.rule})" if self.rule else rules().kinds[self.kind]["is"]


def sort(question: str, context: str | None = None) -> Sorted:
    """Tell a question's kind by the first rule that holds. Time does not grow with the length of what was asked."""
    asked = _looked_at(question, context)
    for rule in rules().all:
        if rule.holds(asked):
            kind = rules().kinds[rule.kind]
            advice = f"This looks like {kind['is']} ({rule.why}), for which a panel is seldom worth its price. "
            return Sorted(kind=rule.kind, rule=rule.why, advice=advice + kind["instead"], is_certain=rule.certain)
    return Sorted(kind="open")


def _looked_at(question: str, context: str | None) -> Asked:
    question, context = question.strip(), (context or "").strip()
    text = _ends(question)
    return Asked(
        question=question,
        context=context,
        text=text,
        prose=_FENCED.sub(" ", text),
        everything=f"{text}\n{_ends(context)}",
    )


def _ends(text: str) -> str:
    """Give the beginning and the end of a text, in one spelling."""
    seen = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    return in_one_spelling(seen)
