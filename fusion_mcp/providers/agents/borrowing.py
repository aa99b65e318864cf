"""What goes along of an agent's own settings where the rest of them must stay out: the choice of its service. Pure.

Some programs can only be kept from the person's MCP servers by leaving out their whole settings file, and with it the
service that the person has chosen. What a table `borrows` in agents.toml names is read from it and given as arguments.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, cast

from fusion_mcp.providers.agents.agent import Borrows
from fusion_mcp.providers.foreign import Json, mapping, text


def place(borrows: Borrows, environ: Mapping[str, str]) -> str | None:
    """Say where the settings lie; None where no home is known."""
    folder = environ.get(borrows.folder, "").strip()
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    if folder:
        return str(PurePath(folder, borrows.file))
    return str(PurePath(home, borrows.below_home, borrows.file)) if home else None


def borrowed_args(borrows: Borrows, settings: str) -> tuple[str, ...]:
    """Give the arguments that say again what `settings`, a text in TOML, says of the service; () for a broken text.

    What is secret in it stays out, since arguments can be seen by everyone on the machine.
    """
    said = _read(settings)
    return tuple(arg for name, value in _chosen(borrows, said) for arg in (borrows.option, f"{name}={_toml(value)}"))


def chooses_service(borrows: Borrows, settings: str) -> bool:
    """Whether `settings` choose another service than the program's own: then nobody knows what its calls cost."""
    said = _read(settings)
    return any(text(said.get(key)) for key in borrows.keys)


def _read(settings: str) -> Json:
    try:
        return tomllib.loads(settings)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _chosen(borrows: Borrows, said: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for key in (*borrows.keys, *borrows.login):
        if text(said.get(key)):
            yield key, said[key]
    for table, key in borrows.entries.items():
        name = text(said.get(key))
        entry = mapping(mapping(said.get(table)).get(name))
        if entry and '"' not in name:
            yield table, {name: {part: value for part, value in entry.items() if part not in borrows.secret}}


def _toml(value: object) -> str:
    """Write a value on one line; a JSON string is one of TOML as well. Dates and the like are nobody's service."""
    if isinstance(value, dict):
        parts = (f"{json.dumps(name)} = {_toml(part)}" for name, part in cast("Json", value).items())
        return "{ " + ", ".join(parts) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, cast("list[object]", value))) + "]"
    return json.dumps(value) if isinstance(value, str | int | float) else '""'
