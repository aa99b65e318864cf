"""Who may fill a role whose own model fails, pure: whom the preset names, or one model that is known to be there."""

from collections.abc import Iterable, Sequence

from fusion_mcp.presets.schema import Preset, Role
from fusion_mcp.types import ModelRef


def stand_ins(preset: Preset, role: Role, present: Iterable[ModelRef]) -> list[ModelRef]:
    """Name those of whom one stands in for the judge or the synthesizer, the first choice first.

    That is who has the other of these two tasks; where one model has both, the first who is `present`. Nobody does
    where the preset names fallbacks.
    """
    if role.fallbacks:
        return []
    named = [model for model in (preset.synthesizer.model, preset.judge.model) if model != role.model]
    return named[:1] or [model for model in present if model != role.model]


def may_fill(preset: Preset, role: Role, present: Sequence[ModelRef]) -> list[ModelRef]:
    """Name who fills the judge's or the synthesizer's role in turn; `present` are models that have answered."""
    return [*role.models, *stand_ins(preset, role, present)[:1]]
