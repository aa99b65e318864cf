"""A preset on its way from one person to another, pure: the text with its name, and what to know before taking it.

What a preset may say is `schema` and `parse`, what it comes to here is `cards`; this says what these leave out because
the person's own presets need no saying of it: what is asked of whom, and whose place a stranger's preset would take.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from fusion_mcp.cleaning import as_code, clean, listed
from fusion_mcp.errors import ConfigError
from fusion_mcp.explain import shown
from fusion_mcp.presets.library import PresetEntry
from fusion_mcp.presets.schema import AnyPreset, OpenPreset, PanelMember, Preset, preset_name

_NAMED = re.compile(r"\A\s*#[ \t]*fusion-mcp preset:[ \t]*([^\n]*)\n?", re.IGNORECASE)
_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)))
)
"""Names that are no files' on Windows, whatever they end in."""
_MOST_LISTED = 6


def with_name(text: str, name: str) -> str:
    """Put the preset's name into the first line of its text, as a comment."""
    return f"# fusion-mcp preset: {name}\n{without_name(text)}"


def name_in(text: str) -> str | None:
    """Give the name that a text's first line says, whatever it is; None where it says none."""
    found = _NAMED.match(text)
    return found[1].strip() if found else None


def without_name(text: str) -> str:
    """Give a preset's text as it stands in its own file, whose name is the preset's."""
    return _NAMED.sub("", text, count=1)


def checked_name(name: str, where: str) -> str:
    """Accept the name that a preset is to have here. Raises ConfigError for one that cannot be a file's."""
    try:
        wanted = preset_name(name.strip().lower())
    except ValueError as error:
        raise ConfigError(f"{where}: '{shown(name)}' cannot be its name: {error}; choose one with --name") from None
    if wanted in _DEVICES:
        raise ConfigError(f"{where}: '{wanted}' is a device's name on Windows; choose another with --name")
    return wanted


def check_visible(text: str, where: str) -> None:
    """Refuse a text with something in it that a reader does not see. Raises ConfigError naming the line."""
    if clean(text) == text:
        return
    for number, line in enumerate(text.split("\n"), 1):
        if clean(line) != line:
            raise ConfigError(f"{where}: line {number}: holds control or invisible characters; take them out")
    raise ConfigError(f"{where}: holds control or invisible characters; take them out")


def taken_over(name: str, preset: AnyPreset, entries: Iterable[PresetEntry]) -> list[str]:
    """Say which names that lead somewhere here would lead to this preset, or be claimed by it."""
    found: list[str] = []
    for entry in entries:
        if entry.name == name:
            whose = "the shipped preset" if entry.shipped else "your own preset"
            found.append(f"it takes the place of {whose} '{name}'")
            continue
        if name in entry.aliases:
            found.append(f"its name '{name}' leads to the preset '{entry.name}' now")
        found += [
            f"its alias '{alias}' leads to the preset '{entry.name}' now"
            for alias in preset.aliases
            if alias in (entry.name, *entry.aliases)
        ]
    return found


def remarks(preset: AnyPreset, providers: Mapping[str, str]) -> list[str]:
    """Say what is asked of whom. `providers` says in words where each provider's calls go."""
    asked = dict.fromkeys(_providers(preset))
    places = ", ".join(f"{as_code(name)} ({providers[name]})" for name in asked if name in providers)
    whom = f": {places}" if places else ", whichever of these is taken"
    return [f"Your questions and their context go to the models it names{whom}.", *_details(preset), *_reach(preset)]


def _details(preset: AnyPreset) -> Iterator[str]:
    if isinstance(preset, OpenPreset):
        named = list(dict.fromkeys(choice.preset for choice in preset.choose if choice.preset))
        if named:
            yield f"It leads to presets of yours: {_listed(named)}."
        return
    for number, member in enumerate(preset.panel, 1):
        if member.lens:
            yield f"Member {number} is told besides: {as_code(member.lens, limit=400)}"
    fallbacks = dict.fromkeys(str(model) for role in preset.roles for model in role.fallbacks)
    if fallbacks:
        yield f"Where a model fails, others stand in: {_listed(list(fallbacks))}."


def _reach(preset: AnyPreset) -> Iterator[str]:
    """Say whether members go to the web, by whose tools, and where."""
    tools = {*preset.tools, *(tool for member in _panel(preset) for tool in member.tools or ())}
    if not tools:
        yield "Members have no web tools."
        return
    whose = "their providers' own web tools" if preset.web == "native" else "the web"
    most = f"at most {preset.max_tool_calls} times each"
    yield f"Members use {whose} ({', '.join(sorted(tools))}), {most}; search services and sites see what for."
    if preset.allowed_domains:
        yield f"They may read only {_listed(preset.allowed_domains)}."
    if preset.excluded_domains:
        yield f"They must not read {_listed(preset.excluded_domains)}."


def _panel(preset: AnyPreset) -> tuple[PanelMember, ...]:
    return preset.panel if isinstance(preset, Preset) else ()


def _providers(preset: AnyPreset) -> Iterator[str]:
    if isinstance(preset, OpenPreset):
        yield from preset.discover
        yield from (model.provider for choice in preset.choose for model in choice.seats)
        return
    yield from (model.provider for model in preset.models)


def _listed(names: Sequence[str]) -> str:
    return listed([as_code(name) for name in names], _MOST_LISTED)
