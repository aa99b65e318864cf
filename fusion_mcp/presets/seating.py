"""A caller's own choice of members for one comparison, pure: only models that stand in some preset may be seated."""

from collections.abc import Iterable, Sequence

from fusion_mcp.errors import Refused
from fusion_mcp.explain import did_you_mean, shown
from fusion_mcp.presets.library import PresetEntry
from fusion_mcp.presets.schema import PanelMember, Preset, default_quorum
from fusion_mcp.types import ModelRef

_LONGEST_LIST = 600


def seat_models(preset: Preset, wanted: Sequence[str], entries: Sequence[PresetEntry]) -> Preset:
    """Seat `wanted` instead of the preset's panel, keeping what the preset says of a member that it knows.

    Raises Refused(invalid_arguments) for a model that no preset names.
    """
    visible = _visible(preset, entries)
    unknown = [name for name in wanted if name not in visible]
    if unknown:
        hint = did_you_mean(unknown[0], visible) or f". Those in the presets are: {_first(visible)}."
        raise Refused("invalid_arguments", f"models: no preset names '{shown(unknown[0])}'{hint}")
    known = {str(member.model): member for member in preset.panel}
    panel = tuple(known.get(name) or PanelMember(model=visible[name]) for name in wanted)
    return preset.model_copy(update={"panel": panel, "quorum": min(preset.quorum, default_quorum(len(panel)))})


def _visible(preset: Preset, entries: Sequence[PresetEntry]) -> dict[str, ModelRef]:
    """Every model that may be seated: first this preset's, then those of the person's own presets."""
    own_first = sorted(entries, key=lambda entry: entry.shipped)
    presets = [preset, *(entry.content for entry in own_first if isinstance(entry.content, Preset))]
    roles = [role for known in presets for role in known.roles]
    return {str(model): model for role in roles for model in role.models}


def _first(names: Iterable[str]) -> str:
    """List as many names as there is room for, and say whether there are more."""
    listed = ""
    for name in names:
        if len(listed) + len(name) > _LONGEST_LIST:
            return f"{listed}, …"
        listed += f"{', ' if listed else ''}{name}"
    return listed
