"""Our entry in a configuration in TOML: looked up, put in, taken out. From text to text, pure.

A new entry is a table at the end. In one that is there already, what differs is cut out and put in where it stands,
whether in a table, in dotted keys or in braces.
"""

import tomllib
from typing import Any, cast

from fusion_mcp.cli.install.toml.splice import braces_at, cuts_of, rendered, value_at, with_item, with_key, with_table
from fusion_mcp.cli.install.toml.tree import Path, statements, string_values
from fusion_mcp.cli.install.words import Entry, Span, UnreadableError, Wanted, spliced

_NAMES = "env_vars"
_SAID = ("command", "args", _NAMES)


def value_of(text: str) -> dict[str, Any]:
    """Give all that a text says. Raises UnreadableError."""
    try:
        return tomllib.loads(text, parse_float=str)  # nan is not even itself
    except tomllib.TOMLDecodeError as error:
        raise UnreadableError(f"this is not TOML: {error}") from None
    except RecursionError:
        raise UnreadableError("nested too deep") from None


def entry_in(text: str, wanted: Wanted) -> Any:
    """Give what stands as `fusion`, or None. Raises UnreadableError."""
    return _at(value_of(text), wanted.place)


def inputs_in(text: str, wanted: Wanted) -> list[Entry]:
    """Give none: such files ask nothing."""
    _ = text, wanted
    return []


def merged(text: str, wanted: Wanted) -> str:
    """Put what is wanted in. What else stands in an entry stays, and so does a key that it has a value for."""
    existing = entry_in(text, wanted)
    if existing is None:
        place = braces_at(text, wanted.path)
        if place is not None:
            return with_item(text, place, f"{wanted.place[-1]} = {rendered(dict(wanted.entry))}")
        return with_table(text, wanted.place, wanted.entry)
    if not isinstance(existing, dict):
        raise UnreadableError(f"'{'.'.join(wanted.place)}' is not a table")
    for name, value in wanted.entry.items():
        text = _updated(text, (*wanted.place, name), value, wanted.keys)
    return text


def without(text: str, wanted: Wanted) -> str:
    """Take out every line, or every piece of one, that says something of `fusion`."""
    found = statements(text)
    return spliced(text, (cut for index in range(len(found)) for cut in cuts_of(text, found, index, wanted.place)))


def tidied(text: str, earlier: str) -> str:
    """Leave a text as it is: an empty table is part of it."""
    _ = earlier
    return text


def strings(text: str) -> list[Span]:
    """Tell where strings stand that are values."""
    return list(string_values(text))


def shown(text: str, wanted: Wanted) -> list[Span]:
    """Tell where values of our entry stand that a person may be shown: how it is started."""
    spans = (value_at(text, (*wanted.place, name)) for name in _SAID)
    return [span for span in spans if span is not None]


def _at(value: Any, place: Path) -> Any:
    for depth, name in enumerate(place):
        if not isinstance(value, dict):
            raise UnreadableError(f"'{'.'.join(place[:depth])}' is not a table")
        value = cast("dict[str, Any]", value).get(name)
        if value is None:
            return None
    return value


def _updated(text: str, place: Path, value: Any, keys: frozenset[str]) -> str:
    existing = _at(value_of(text), place)
    if existing is None:
        return with_key(text, place, value)
    if isinstance(value, dict) and isinstance(existing, dict):
        for name, each in cast("dict[str, Any]", value).items():
            if name not in existing or name not in keys:
                text = _updated(text, (*place, name), each, keys)
        return text
    span = value_at(text, place)
    if existing == value:
        return text
    if span is None:
        raise UnreadableError(f"'{'.'.join(place)}' is a table; expected {rendered(value)}")
    if place[-1] == _NAMES and isinstance(existing, list):
        for name in cast("list[str]", value):
            if name in existing:
                continue
            text = with_item(text, cast("Span", value_at(text, place)), rendered(name))
        return text
    return spliced(text, [(*span, rendered(value))])
