"""A preset that depends on what is there becomes one that names its models.

Pure: which keys are set, which servers run and whether the embedded model is there arrive as `Facts`. The order of
choice and the advice are the preset file's own; no preset's name stands here.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fusion_mcp import guard
from fusion_mcp.errors import Refused
from fusion_mcp.presets.schema import (
    MAX_MEMBERS,
    AnyPreset,
    Choice,
    OpenPreset,
    PanelMember,
    Preset,
    Role,
    default_quorum,
)
from fusion_mcp.types import ModelRef

GetPreset = Callable[[str], AnyPreset]
"""Finds a preset by its name; raises Refused where there is none, or a broken one."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What can be called on this machine, now.

    `keys`: providers whose key is set, or that need none; agent programs that are installed. `servers`: local servers
    that answered, with their models. `embedded`: the embedded model's weights and runtime are there. `misnamed`: by
    the variable of a key that is missing, one that is set and looks like it. `unfilled`: variables in whose place a
    client has handed over the text of its configuration.
    """

    keys: frozenset[str] = frozenset()
    servers: Mapping[str, tuple[str, ...]]
    embedded: bool = False
    misnamed: Mapping[str, str] = field(default_factory=dict[str, str])
    unfilled: tuple[str, ...] = ()


def resolve(
    preset: AnyPreset, get_preset: GetPreset, facts: Facts, *, is_fusion: Callable[[ModelRef], bool] = guard.is_fusion
) -> tuple[Preset, str]:
    """Give a preset that names its models, and a sentence on what was chosen and why ('' where nothing was to choose).

    Raises Refused when nothing that the preset allows is there, naming every way to mend that.
    """
    if isinstance(preset, Preset):
        return preset, ""
    if preset.discover:
        return _discovered(preset, facts, is_fusion)
    return _chosen(preset, get_preset, facts, is_fusion)


def missing_keys(
    preset: AnyPreset, key_variables: Mapping[str, str | None], present: Collection[str]
) -> tuple[str, ...]:
    """Name the variables that must still be set for everybody that the preset names to be called.

    `key_variables` maps a provider to its key's variable, None where it needs none; `present` are the variables
    that are set. Fallbacks are not counted, nor is a preset whose panel depends on what is there.
    """
    if isinstance(preset, OpenPreset):
        return ()
    providers = [role.model.provider for role in preset.roles]
    needed = dict.fromkeys(key_variables.get(provider) for provider in providers)
    return tuple(variable for variable in needed if variable and variable not in present)


def _discovered(preset: OpenPreset, facts: Facts, is_fusion: Callable[[ModelRef], bool]) -> tuple[Preset, str]:
    models: dict[str, ModelRef] = {}
    for model in _offered(preset, facts):
        if not is_fusion(model):
            models.setdefault(model.model.lower(), model)
    found = tuple(models.values())[: preset.most]
    if not found:
        raise Refused(
            "upstream_error", f"preset '{preset.name}' found no chat model to seat. {preset.otherwise}".strip()
        )
    return _seated(preset, found), f"{preset.name} seated {_listed(found)}, which this machine's servers have."


def _offered(preset: OpenPreset, facts: Facts) -> Iterator[ModelRef]:
    for provider in preset.discover:
        for name in facts.servers.get(provider, ()):
            if not any(word.lower() in name.lower() for word in preset.skip):
                yield ModelRef(provider, name)


def _chosen(
    preset: OpenPreset, get_preset: GetPreset, facts: Facts, is_fusion: Callable[[ModelRef], bool]
) -> tuple[Preset, str]:
    """Take the first rule that holds; remember why a rule that should have held did not."""
    obstacles: list[str] = []
    for choice in preset.choose:
        if not _holds(choice, facts):
            continue
        if choice.preset is None:
            found = tuple(model for model in choice.seats if model.provider in facts.keys)[:MAX_MEMBERS]
            if found:
                return _seated(preset, found), _sentence(preset, f"seated {_listed(found)}", choice, obstacles)
            continue
        try:
            chosen, details = _static(choice.preset, get_preset, facts, is_fusion)
        except Refused as refusal:
            if refusal.reason in ("invalid_arguments", "recursion_refused", "unknown_preset"):
                obstacles.append(f"{choice.preset} cannot be used: {refusal.message}")
            continue
        told = _sentence(preset, f"chose {chosen.name}", choice, obstacles)
        return chosen, f"{told} {details}".strip()
    raise Refused("unauthorized", _nothing_fits(preset, obstacles, facts))


def _static(
    name: str, get_preset: GetPreset, facts: Facts, is_fusion: Callable[[ModelRef], bool]
) -> tuple[Preset, str]:
    """Resolve a chosen preset, which may discover but not choose in turn: a rule cannot run in a circle."""
    chosen = get_preset(name)
    if isinstance(chosen, OpenPreset) and chosen.choose:
        raise Refused("invalid_arguments", "it chooses among presets itself, and a rule may not name such a one.")
    return resolve(chosen, get_preset, facts, is_fusion=is_fusion)


def _holds(choice: Choice, facts: Facts) -> bool:
    return (choice.key is None or choice.key in facts.keys) and (facts.embedded or not choice.embedded)


def _seated(preset: OpenPreset, models: Sequence[ModelRef]) -> Preset:
    """Seat the models; a single one sits twice. The first is also the judge, and the others stand in for it."""
    seats = tuple(models) if len(models) > 1 else (models[0], models[0])
    limits = preset.model_dump(include=set(Preset.model_fields) & set(OpenPreset.model_fields) - {"quorum"})
    judge = Role(model=models[0], fallbacks=tuple(models[1:3]))
    return Preset(
        **limits,
        panel=tuple(PanelMember(model=model) for model in seats),
        judge=judge,
        synthesizer=judge,
        quorum=min(preset.quorum or default_quorum(len(seats)), len(seats)),
    )


def _listed(models: Sequence[ModelRef]) -> str:
    return ", ".join(str(model) for model in models)


def _sentence(preset: OpenPreset, what: str, choice: Choice, obstacles: Sequence[str]) -> str:
    why = f", since {choice.because}" if choice.because else ""
    return " ".join([f"{preset.name} {what}{why}.", *obstacles])


def _nothing_fits(preset: OpenPreset, obstacles: Sequence[str], facts: Facts) -> str:
    ways = [f"rename {near}, which is set, to {variable}" for variable, near in facts.misnamed.items()]
    ways += [f"put the key itself into {name}, which your client has not filled in" for name in facts.unfilled]
    ways += [choice.otherwise for choice in preset.choose if choice.otherwise]
    numbered = "; ".join(f"({at}) {way}" for at, way in enumerate(ways, 1))
    return " ".join([f"preset '{preset.name}' found no model to call. Do one of these: {numbered}.", *obstacles])
