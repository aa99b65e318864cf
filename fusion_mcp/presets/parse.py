"""One preset file's text becomes a preset, or sentences about what is wrong with it.

Pure. The shape itself is `schema`; here is what needs to know more than the file: which providers there are, which
models are fusions.
"""

from collections.abc import Callable, Collection, Iterator
from pathlib import PurePath

from fusion_mcp.errors import ConfigError
from fusion_mcp.explain import did_you_mean, read_toml, shown, validate
from fusion_mcp.presets.schema import BODY_ADVICE, AnyPreset, OpenPreset, Preset, Role
from fusion_mcp.types import ModelRef

_FOREIGN = "a preset names models and limits only; URLs and keys' variables belong into config.toml, [providers.NAME]"
_CLOSED_HINTS = {
    **dict.fromkeys(("base_url", "url", "endpoint", "api_base", "headers", "api_key", "api_key_env", "key"), _FOREIGN),
    **dict.fromkeys(("command", "args", "env", "shell", "script"), "a preset names models and limits, never a command"),
    "name": "a preset's name is its file's",
    "judge": 'add [judge] with model = "provider:model"',
    "model": 'write model = "provider:model"',
}
_OPEN_HINTS = {
    **_CLOSED_HINTS,
    **dict.fromkeys(("panel", "judge", "synthesizer", "verifier", "second_judge"), BODY_ADVICE),
}


class SeatsFusion(ConfigError):
    """A preset that seats a fusion: a panel cannot seat a panel."""


def parse_preset(
    text: str, where: str, providers: Collection[str], is_fusion: Callable[[ModelRef], bool], *, name: str | None = None
) -> AnyPreset:
    """Read one preset file's text; its name is `name`, or the file's in `where`.

    Raises ConfigError with one sentence per fault, each beginning with `where`; SeatsFusion when a model is a fusion.
    """
    data = read_toml(text, where)
    if "name" in data:
        raise ConfigError(f"{where}: unknown key 'name'; {_CLOSED_HINTS['name']}")
    if data.keys() & {"discover", "choose"}:
        preset = validate(OpenPreset, data, where, hints=_OPEN_HINTS)
    else:
        preset = validate(Preset, data, where, hints=_CLOSED_HINTS)
    _check_references(preset, where, providers, is_fusion)
    own_name = PurePath(where).stem.lower() if name is None else name
    return preset.model_copy(update={"name": own_name, "title": preset.title or own_name})


def _check_references(
    preset: AnyPreset, where: str, providers: Collection[str], is_fusion: Callable[[ModelRef], bool]
) -> None:
    """Complain of providers that do not exist and of models that are panels themselves."""
    named = list(_references(preset))
    needed = [*_bare_providers(preset), *((place, model.provider) for place, model in named)]
    strangers = [
        f"{where}: {place}: unknown provider '{shown(provider)}'{_instead(provider, providers)}"
        for place, provider in needed
        if provider not in providers
    ]
    fusions = [
        f"{where}: {place}: '{shown(str(model))}' is a fusion itself, and a panel cannot seat a panel; name one model"
        for place, model in named
        if is_fusion(model)
    ]
    if fusions:
        raise SeatsFusion(*fusions, *strangers)
    if strangers:
        raise ConfigError(*strangers)


def _instead(provider: str, providers: Collection[str]) -> str:
    known = ", ".join(sorted(providers))
    return did_you_mean(provider, providers) or f"; add it to config.toml as [providers.NAME], or use one of {known}"


def _references(preset: AnyPreset) -> Iterator[tuple[str, ModelRef]]:
    """Every model that a preset names, with its place in the file."""
    if isinstance(preset, OpenPreset):
        for at, choice in enumerate(preset.choose, 1):
            yield from ((f"choose #{at}.seats #{seat}", model) for seat, model in enumerate(choice.seats, 1))
        return
    seats = (f"panel #{at}" for at in range(1, len(preset.panel) + 1))
    for place, role in [*zip(seats, preset.panel, strict=True), *_others(preset)]:
        yield f"{place}.model", role.model
        yield from ((f"{place}.fallbacks #{at}", model) for at, model in enumerate(role.fallbacks, 1))


def _others(preset: Preset) -> Iterator[tuple[str, Role]]:
    """Who works on the panel's answers; one for which another stands in is said once."""
    yield "judge", preset.judge
    if preset.synthesizer is not preset.judge:
        yield "synthesizer", preset.synthesizer
    if preset.verifier is not None:
        yield "verifier", preset.verifier
    if preset.second_judge is not None:
        yield "second_judge", preset.second_judge


def _bare_providers(preset: AnyPreset) -> Iterator[tuple[str, str]]:
    if isinstance(preset, OpenPreset):
        yield from ((f"discover #{at}", provider) for at, provider in enumerate(preset.discover, 1))
        yield from ((f"choose #{at}.key", choice.key) for at, choice in enumerate(preset.choose, 1) if choice.key)
