"""A caller's own choice of members for one comparison, pure: only models that stand in some preset may be seated."""

from collections.abc import Sequence

from fusion_mcp.errors import Refused
from fusion_mcp.explain import did_you_mean, shown
from fusion_mcp.presets.library import PresetEntry
from fusion_mcp.presets.schema import PanelMember, Preset, default_quorum
from fusion_mcp.types import ModelRef


def seat_models(preset: Preset, wanted: Sequence[str], entries: Sequence[PresetEntry]) -> Preset:
    """Seat `wanted` instead of the preset's panel, keeping what the preset says of a member that it knows.

    Raises Refused(invalid_arguments) for a model that no preset names.
    """
    visible = _visible(preset, entries)
    unknown = [name for name in wanted if name not in visible]
    if unknown:
        hint = did_you_mean(unknown[0], visible) or f" Those in the presets are: {', '.join(sorted(visible))[:600]}."
        raise Refused("invalid_arguments", f"models: no preset names '{shown(unknown[0])}'.{hint}")
    known = {str(member.model): member for member in preset.panel}
    panel = tuple(known.get(name) or PanelMember(model=visible[name]) for name in wanted)
    return preset.model_copy(update={"panel": panel, "quorum": min(preset.quorum, default_quorum(len(panel)))})


def _visible(preset: Preset, entries: Sequence[PresetEntry]) -> dict[str, ModelRef]:
    presets = [preset, *(entry.content for entry in entries if isinstance(entry.content, Preset))]
    roles = [role for known in presets for role in (*known.panel, known.judge, known.synthesizer)]
    return {str(model): model for role in roles for model in (role.model, *role.fallbacks)}
