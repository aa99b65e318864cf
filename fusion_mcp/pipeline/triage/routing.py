"""What is done about a question that wants no panel, pure: the person is told, or one model answers it.

Never silently: whatever is done differently is said in the note. What kind of question it is, `sorting` tells.
"""

from collections.abc import Callable

from fusion_mcp.codes import Kind
from fusion_mcp.pipeline.triage.rules import QuestionKind
from fusion_mcp.pipeline.triage.sorting import Sorted, sort
from fusion_mcp.presets.schema import MAX_FALLBACKS, PanelMember, Preset
from fusion_mcp.types import ModelRef
from fusion_mcp.values import value

_SELECTING_SUITS: tuple[QuestionKind, ...] = ("code", "closed")
"""What a panel is worth its price for where its best answer is given as it stands."""


@value
class Triaged:
    """The preset that a question goes to, whether that is one model now, and the sentence for the person, or ''."""

    preset: Preset
    is_single: bool = False
    note: str = ""


def triaged(
    kind: Kind,
    question: str,
    context: str | None,
    preset: Preset,
    is_callable: Callable[[ModelRef], bool] = lambda _: True,
) -> Triaged:
    """Decide by the preset's `triage` who is asked.

    A comparison, and a question whose kind is not certain, is advised on and goes to everybody all the same.
    `is_callable` tells whether a model could be called now: a routed question goes to the first member who can be.
    """
    if preset.triage == "off" or len(preset.panel) == 1:
        return Triaged(preset=preset)
    found = sort(question, context)
    if found.wants_panel or (preset.aggregate == "select" and found.kind in _SELECTING_SUITS and kind == "ask"):
        return Triaged(preset=preset)
    if preset.triage == "advise" or kind == "compare" or not found.is_certain:
        return Triaged(preset=preset, note=found.advice)
    seat = _first_callable(preset, is_callable)
    return Triaged(preset=alone(preset, seat), is_single=True, note=_routed(found, preset, preset.panel[seat]))


def alone(preset: Preset, seat: int = 0) -> Preset:
    """Keep one member of a preset, and nobody who works on its answer: there is nothing to compare.

    The other members stand in for it, after its own fallbacks, in the preset's order.
    """
    member = preset.panel[seat]
    others = (each.model for each in preset.panel)
    fallbacks = (model for model in dict.fromkeys((*member.fallbacks, *others)) if model != member.model)
    with_others = member.model_copy(update={"fallbacks": tuple(fallbacks)[:MAX_FALLBACKS]})
    told = {"panel": (with_others,), "quorum": 1, "verifier": None, "second_judge": None, "gate": False}
    return preset.model_copy(update=told)


def _first_callable(preset: Preset, is_callable: Callable[[ModelRef], bool]) -> int:
    seats = (index for index, member in enumerate(preset.panel) if any(map(is_callable, member.models)))
    return next(seats, 0)


def _routed(found: Sorted, preset: Preset, member: PanelMember) -> str:
    return (
        f"{member.model} was asked alone: this looks like {found.described}, and the preset '{preset.name}' sends such "
        'questions to one model (triage = "route"). To ask the whole panel, set triage = "advise" in the preset, or '
        "name another preset."
    )
