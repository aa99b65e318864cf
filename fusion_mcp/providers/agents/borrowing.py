"""What goes along of an agent's own settings where the rest of them must stay out: the choice of its service. Pure.

Some programs can only be kept from the person's MCP servers by leaving out their whole settings file, and with it the
service that the person has chosen. What a table `borrows` in agents.toml names is read from it and given as arguments.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, cast

from fusion_mcp.providers.catalog.agent import Borrows
from fusion_mcp.providers.foreign import Json, mapping, parsed, text

_USER = re.compile(r"^(https?://)[^/?#]*@")
_SECRET = re.compile(r"key|token|secret|password|auth", re.IGNORECASE)


def place(borrows: Borrows, environ: Mapping[str, str]) -> str | None:
    """Say where the settings lie; None where no home is known."""
    folder = environ.get(borrows.folder, "").strip()
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    if folder:
        return str(PurePath(folder, borrows.file))
    return str(PurePath(home, borrows.below_home, borrows.file)) if home else None


def borrowed_args(borrows: Borrows, settings: str, *, with_model: bool = False) -> tuple[str, ...]:
    """Give the arguments that say again what `settings`, a text in TOML, says of the service; () for a broken text.

    `with_model`: the model that they choose goes along as well, since nobody names another. Everyone on the machine can
    see arguments: addresses go without user and password, and of an entry only what is no secret.
    """
    if not borrows.option:
        return ()
    said = _in_toml(settings)
    chosen = [*_chosen(borrows, said)]
    if with_model and text(said.get(borrows.model)):
        chosen.insert(0, (borrows.model, said[borrows.model]))
    return tuple(arg for name, value in chosen for arg in (borrows.option, f"{name}={_toml(value)}"))


def borrowed_files(borrows: Borrows, settings: str, *, has_key: bool = False) -> dict[str, str]:
    """Give the file that says again what `settings`, a text in JSON, says at the paths that are kept.

    `has_key`: the program is given a key, and told to use that.
    """
    if not borrows.into:
        return {}
    kept: Json = {}
    said = _in_json(settings)
    for path in borrows.keeps:
        *tables, last = path.split(".")
        found = said
        for table in tables:
            found = mapping(found.get(table))
        if last in found:
            _set(kept, path, found[last])
    for path, value in borrows.keyed.items() if has_key else ():
        _set(kept, path, value)
    return {borrows.into: json.dumps(kept)}


def _set(settings: Json, path: str, value: object) -> None:
    *tables, last = path.split(".")
    for table in tables:
        settings = settings.setdefault(table, {})
    settings[last] = value


def chooses_service(borrows: Borrows, settings: str) -> bool:
    """Whether `settings` choose another service than the program's own: then nobody knows what its calls cost."""
    said = _in_toml(settings) if borrows.option else {}
    return any(text(said.get(key)) for key in borrows.keys)


def _in_toml(settings: str) -> Json:
    """Read settings, with what the profile that they choose says instead."""
    try:
        said: Json = tomllib.loads(settings)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
    profile = mapping(mapping(said.get("profiles")).get(text(said.get("profile"))))
    return {**said, **profile}


def _in_json(settings: str) -> Json:
    try:
        return mapping(parsed(settings))
    except (ValueError, RecursionError):
        return {}


def _chosen(borrows: Borrows, said: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for key in (*borrows.keys, *borrows.login):
        if text(said.get(key)):
            yield key, _without_user(text(said[key]))
    for table, key in borrows.entries.items():
        name = text(said.get(key))
        entry = mapping(mapping(said.get(table)).get(name))
        parts = {part: entry[part] for part in borrows.parts if _is_plain(entry.get(part))}
        if parts and '"' not in name:
            yield table, {name: parts}


def _without_user(address: str) -> str:
    return _USER.sub(r"\1", address)


def _is_plain(value: object) -> bool:
    """Whether a value goes along. What is called a key in an address's query would be one."""
    if isinstance(value, dict):
        query = cast("Json", value)
        return not any(_SECRET.search(name) for name in query) and all(isinstance(part, str) for part in query.values())
    return isinstance(value, str | int)


def _toml(value: object) -> str:
    """Write a value on one line: a table, a text, a number or a truth."""
    if isinstance(value, dict):
        parts = (f"{_quoted(name)} = {_toml(part)}" for name, part in cast("Json", value).items())
        return "{ " + ", ".join(parts) + " }"
    return _quoted(_without_user(value)) if isinstance(value, str) else json.dumps(value)


def _quoted(words: str) -> str:
    """Write a text as TOML does: JSON's escapes, but for those of characters beyond its plane."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")
