"""What `install` and `uninstall` come to for one text, whatever its format. Pure.

A result is read again before it is given: it says what it should, and all else as before, or there is none.
"""

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from typing import Any, Literal, Protocol, cast

from fusion_mcp.cli.install.jsonc import file as json_file
from fusion_mcp.cli.install.toml import file as toml_file
from fusion_mcp.cli.install.words import Entry, Span, UnreadableError, Wanted, is_ours

Format = Literal["json", "toml"]
_INPUTS = "inputs"


class Dialect(Protocol):
    """What is known of a format."""

    def value_of(self, text: str) -> Any:
        """Give all that a text says. Raises UnreadableError, as all that follow."""
        ...

    def entry_in(self, text: str, wanted: Wanted) -> Any:
        """Give what stands as `fusion`, or None."""
        ...

    def inputs_in(self, text: str, wanted: Wanted) -> list[Entry]:
        """Give the questions that are there of those that are wanted."""
        ...

    def merged(self, text: str, wanted: Wanted) -> str:
        """Put what is wanted in."""
        ...

    def without(self, text: str, wanted: Wanted) -> str:
        """Take out `fusion`, and our questions."""
        ...

    def tidied(self, text: str, earlier: str) -> str:
        """Take out what is empty now and was not there `earlier`."""
        ...

    def strings(self, text: str) -> list[Span]:
        """Tell where strings stand that are values."""
        ...

    def shown(self, text: str, wanted: Wanted) -> list[Span]:
        """Tell where values of our entry stand that a person may be shown."""
        ...


DIALECTS: Mapping[Format, Dialect] = {"json": json_file, "toml": toml_file}


def installed(text: str, wanted: Wanted, dialect: Dialect) -> str:
    """Put what is wanted into a text. Raises UnreadableError, also where that cannot be done safely."""
    after = dialect.merged(text, wanted)
    _check(text, after, wanted, dialect)
    return after


def uninstalled(text: str, wanted: Wanted, dialect: Dialect, earlier: Sequence[str] = ()) -> str:
    """Take `fusion` out again.

    `earlier` are copies of the file, newest first: where one of them became this very text by our entry alone, it
    is what is given back, to the byte. Raises UnreadableError.
    """
    candidates = [each for each in earlier if _is_without_us(each, wanted, dialect)]
    for each in candidates:
        if became(each, text, wanted, dialect):
            return each
    after = dialect.without(text, wanted)
    if candidates:
        after = dialect.tidied(after, candidates[0])
    _check(text, after, wanted, dialect)
    return after


def became(before: str, after: str, wanted: Wanted, dialect: Dialect) -> bool:
    """Whether our entry, as it stands in `after`, is all that tells it from `before`."""
    entry, inputs = dialect.entry_in(after, wanted), dialect.inputs_in(after, wanted)
    if not isinstance(entry, dict):
        return False
    as_it_is = Wanted(path=wanted.path, entry=cast("Entry", entry), inputs=inputs)
    try:
        return dialect.merged(before, as_it_is) == after
    except UnreadableError:
        return False


def _is_without_us(text: str, wanted: Wanted, dialect: Dialect) -> bool:
    """Whether nothing stands as `fusion`, or something that does not start us."""
    try:
        entry = dialect.entry_in(text, wanted)
    except UnreadableError:
        return False
    return not (isinstance(entry, dict) and is_ours(cast("Entry", entry)))


def _check(before: str, after: str, wanted: Wanted, dialect: Dialect) -> None:
    """Hold everything but our own against what it was. Raises UnreadableError."""
    try:
        is_same = _others(dialect.value_of(before), wanted) == _others(dialect.value_of(after), wanted)
    except UnreadableError:
        is_same = False
    except RecursionError:
        raise UnreadableError("nested too deep") from None
    if not is_same:
        raise UnreadableError("it is written in a way in which it cannot be changed safely")


def _others(value: Any, wanted: Wanted) -> Any:
    """Give what a file says without our own, and without tables that hold nothing else."""
    rest = cast("dict[str, Any]", deepcopy(value)) if value else {}
    inputs = rest.get(_INPUTS)
    if wanted.inputs and isinstance(inputs, list):
        ids = {str(each["id"]) for each in wanted.inputs}
        rest[_INPUTS] = [each for each in cast("list[Any]", inputs) if not _is_one(each, ids)]
    _drop(rest, wanted.place)
    return {name: each for name, each in rest.items() if each not in ({}, [])}


def _is_one(value: Any, ids: Collection[str]) -> bool:
    return isinstance(value, dict) and cast("dict[str, Any]", value).get("id") in ids


def _drop(value: dict[str, Any], place: tuple[str, ...]) -> None:
    inner = value.get(place[0])
    if len(place) == 1:
        _ = value.pop(place[0], None)
    elif isinstance(inner, dict):
        _drop(cast("dict[str, Any]", inner), place[1:])
