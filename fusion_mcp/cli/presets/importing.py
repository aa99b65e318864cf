"""`presets import`: takes in a preset that somebody else has made, once the person has seen what it is.

Nothing of it is obeyed before it is accepted: it is read as any preset is, described, and written into the person's
folder under a name that is a plain file's.
"""

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio

from fusion_mcp.cleaning import clean, one_line
from fusion_mcp.cli.arguments import UsageError
from fusion_mcp.cli.consent import says_yes, somebody_is_there
from fusion_mcp.cli.context import STDIN, read_given
from fusion_mcp.cli.exits import OK
from fusion_mcp.cli.streams import say, show
from fusion_mcp.engine import Engine, open_engine
from fusion_mcp.errors import ConfigError, FusionError, Refused
from fusion_mcp.presets.library import MOST_BYTES, TOO_LARGE, PresetEntry, PresetLibrary
from fusion_mcp.presets.markdown import preset_markdown
from fusion_mcp.presets.schema import AnyPreset
from fusion_mcp.presets.stacks import check_visible, checked_name, name_in, remarks, taken_over, without_name
from fusion_mcp.settings import Settings, load_settings

_ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_MOST_SAID = 3
_LONGEST_PATH = 300


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A preset as it came: its text without its name, the name that it is to have, and where it is from, in words."""

    text: str
    name: str
    where: str


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a preset comes to here. `is_there`: one of that name says the same; `takes`: names that it would take."""

    words: str
    is_there: bool
    takes: list[str]


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Show a preset, ask, and keep it. Raises ConfigError for a broken one, Refused where the person says no."""
    stack = _stack(arguments.source, arguments.name)
    settings = load_settings(environ)
    preview = anyio.run(_previewed, settings, stack)
    if isinstance(preview, FusionError):
        raise preview
    if preview.is_there:
        show(f"Preset {stack.name} is there already, just as it is in {stack.where}.")
        return OK
    if preview.takes and not arguments.replace:
        raise UsageError(_conflict(stack, preview.takes))
    say(preview.words)
    if not arguments.yes:
        _ask(stack)
    kept = anyio.run(_kept, settings, stack, arguments.replace)
    if isinstance(kept, FusionError):
        raise kept
    show(f"Preset {stack.name} is in {kept}. To ask it: fusion-mcp ask QUESTION --preset {stack.name}")
    return OK


def _stack(source: str, name: str | None) -> Stack:
    """Read what was named: a file, stdin, or the text itself."""
    text, where, stem = _read(source)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    check_visible(text, where)
    named = name if name is not None else name_in(text) or stem
    if named is None:
        raise UsageError(f"{where}: says no name of its own; give it one with --name")
    return Stack(text=without_name(text), name=checked_name(named, where), where=where)


def _read(source: str) -> tuple[str, str, str | None]:
    """Give a text, where it is from, and what its file is called."""
    if not source.strip():
        raise UsageError("FILE: name a file, - for stdin, or give the preset's text itself")
    if _ADDRESS.match(source):
        raise UsageError("presets are not fetched from addresses; download it, look at it, and import the file")
    if source == STDIN:
        return _given(source, "stdin"), "stdin", None
    if "\n" in source or ("=" in source and not source.endswith(".toml") and not _is_there(source)):
        return source, "the text", None
    where = one_line(source, _LONGEST_PATH)
    return _given(source, where), where, Path(source).stem


def _is_there(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


def _given(source: str, where: str) -> str:
    return read_given(source, where, what="the preset", most_bytes=MOST_BYTES, too_long=TOO_LARGE)


async def _previewed(settings: Settings, stack: Stack) -> Preview | FusionError:
    try:
        async with open_engine(settings) as engine:
            library = engine.presets.library
            preset = _understood(library, stack)
            entries = library.all()
            same = any(entry.name == stack.name and entry.content == preset for entry in entries)
            takes = taken_over(stack.name, preset, entries)
            return Preview(words=await _words(engine, preset, stack, takes), is_there=same, takes=takes)
    except FusionError as error:
        return error


def _understood(library: PresetLibrary, stack: Stack) -> AnyPreset:
    """Read the preset. Raises ConfigError; of many faults, the first: `doctor` cannot list those of what is nowhere."""
    try:
        return library.read(stack.text, stack.where, stack.name)
    except ConfigError as error:
        first, *more = error.faults
        if len(more) <= 1:
            raise
        raise ConfigError(first, f"and {len(more)} more faults; mend this one, and import it again") from None


async def _words(engine: Engine, preset: AnyPreset, stack: Stack, takes: list[str]) -> str:
    entry = PresetEntry(name=stack.name, content=preset, path=Path(stack.where), shipped=False)
    card = await engine.describe_entry(entry)
    said = remarks(preset, engine.presets.whereabouts())
    if card.may_cost_usd is None:
        said.append("What a question may cost is not known: its models cannot be told now.")
    said += [f"{each[0].upper()}{each[1:]}." for each in takes]
    listed = clean("\n".join(f"- {each}" for each in said))
    return f"{preset_markdown(card)}\n**Before you keep it**\n\n{listed}\n"


def _conflict(stack: Stack, takes: list[str]) -> str:
    more = f", and {len(takes) - _MOST_SAID} more" if len(takes) > _MOST_SAID else ""
    advice = "add --replace if that is meant, else --name, or take its aliases out"
    return f"{stack.where}: {'; '.join(takes[:_MOST_SAID])}{more}\nNothing was written: {advice}."


def _ask(stack: Stack) -> None:
    """Ask the person on the terminal. Raises UsageError where there is none, Refused for a no."""
    if not somebody_is_there():
        raise UsageError("to be asked needs a terminal; nothing was written. Look at the above, then add --yes")
    if not says_yes(f"Keep it as the preset {stack.name}?"):
        raise Refused("cancelled", "not confirmed; nothing was written")


async def _kept(settings: Settings, stack: Stack, replace: bool) -> Path | FusionError:
    try:
        async with open_engine(settings) as engine:
            return engine.presets.library.save(stack.name, stack.text, replace=replace)
    except FusionError as error:
        return error
