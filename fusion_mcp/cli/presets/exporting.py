"""`presets export`: prints one preset's file, with its name in the first line, for somebody else to import."""

import argparse
from collections.abc import Mapping
from pathlib import Path

import anyio

from fusion_mcp.cleaning import clean
from fusion_mcp.cli.arguments import UsageError
from fusion_mcp.cli.exits import OK
from fusion_mcp.cli.streams import say, show
from fusion_mcp.engine import open_engine
from fusion_mcp.errors import ConfigError, FusionError
from fusion_mcp.presets.stacks import with_name
from fusion_mcp.settings import Settings, load_settings


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Print the preset's text, or write it into a new file. Raises ConfigError for a preset that is broken."""
    text = anyio.run(_text, load_settings(environ), arguments.name)
    if isinstance(text, FusionError):
        raise text
    if arguments.out is None:
        show(text)
    else:
        _write(Path(arguments.out), text)
        say(f"Written to {arguments.out}. It holds no key and no address: what it needs is said where it is imported.")
    return OK


async def _text(settings: Settings, name: str) -> str | FusionError:
    try:
        async with open_engine(settings) as engine:
            own_name, text = engine.presets.library.text(name)
    except FusionError as error:
        return error
    return clean(with_name(text, own_name))


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            _ = stream.write(text)
    except FileExistsError:
        raise UsageError(f"--out: {file} is there already; name a new file") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else None
        raise ConfigError(f"--out: {file} cannot be written ({why or 'not a path'})") from None
