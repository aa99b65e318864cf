"""Puts keys and tables into TOML, and takes them out again, by cutting the text; all else in it stays. Pure."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from fusion_mcp.cli.install.toml.tree import Item, Path, Statement, items, statements
from fusion_mcp.cli.install.words import Entry, Span, newline_of, spliced

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def rendered(value: Any) -> str:
    """Write a value on one line."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        inner = ", ".join(f"{_key(name)} = {rendered(each)}" for name, each in members.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(rendered, cast('list[Any]', value)))}]"
    return json.dumps(value, ensure_ascii=False, default=str)


def table(place: Path, entry: Entry, newline: str = "\n") -> str:
    """Write an entry as a table of its own."""
    lines = [f"[{'.'.join(place)}]", *(f"{_key(name)} = {rendered(value)}" for name, value in entry.items())]
    return "".join(line + newline for line in lines)


def value_at(text: str, place: Path) -> Span | None:
    """Find the value of a key, however it is written; None for a table that has none of its own."""
    for each in statements(text):
        if each.value is not None and place[: len(each.path)] == each.path:
            return _within(text, each.value, place[len(each.path) :])
    return None


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _within(text: str, value: Span, rest: Path) -> Span | None:
    if not rest:
        return value
    if text[value[0]] != "{":
        return None
    inner = (each for each in items(text, value) if rest[: len(each.path)] == each.path)
    spans = (_within(text, each.value, rest[len(each.path) :]) for each in inner)
    return next((span for span in spans if span is not None), None)


def braces_at(text: str, place: Path) -> Span | None:
    """Find a table that is written in braces; None for one that is not."""
    span = value_at(text, place)
    return span if span is not None and text[span[0]] == "{" else None


def with_key(text: str, place: Path, value: Any) -> str:
    """Put a new key into a table that is there, in the way in which that is written."""
    parent, line = place[:-1], f"{_key(place[-1])} = {rendered(value)}"
    braces = braces_at(text, parent)
    if braces is not None:
        return with_item(text, braces, line)
    found = statements(text)
    direct = [each for each in found if each.path[:-1] == parent == each.table and each.value is not None]
    heads = [each for each in found if each.value is None and each.path == parent]
    if direct or heads:
        return _with_line(text, (direct or heads)[-1], line)
    dotted = [each for each in found if each.value is not None and each.path[: len(parent)] == parent]
    if dotted and len(dotted[-1].table) < len(parent):
        last = dotted[-1]
        words = last.words[: len(parent) - len(last.table)]
        return _with_line(text, last, ".".join((*words, line)))
    return with_table(text, parent, {place[-1]: value})


def _with_line(text: str, before: Statement, line: str) -> str:
    newline = newline_of(text)
    start = text.rfind("\n", 0, before.start) + 1
    indent = text[start : before.start]
    end = text.find("\n", before.end)
    if end < 0:
        return f"{text}{newline}{indent}{line}"
    return spliced(text, [(end + 1, end + 1, f"{indent}{line}{newline}")])


def with_table(text: str, place: Path, entry: Entry) -> str:
    """Put a table at the end."""
    newline = newline_of(text)
    ends = "" if not text or text.endswith("\n") else newline
    blank = newline if text.strip() and not (text + ends).endswith(newline * 2) else ""
    return f"{text}{ends}{blank}{table(place, entry, newline)}"


def with_item(text: str, place: Span, piece: str) -> str:
    """Put a piece behind the others between brackets."""
    found = items(text, place)
    if not found:
        return spliced(text, [(place[0] + 1, place[0] + 1, f" {piece} " if text[place[0]] == "{" else piece)])
    last = found[-1]
    if last.comma is None:
        return spliced(text, [(last.value[1], last.value[1], f", {piece}")])
    return spliced(text, [(last.comma + 1, last.comma + 1, f" {piece},")])


def cuts_of(text: str, found: list[Statement], index: int, place: Path) -> Iterator[tuple[int, int, str]]:
    """Give what has to be cut out of one statement, so that it says nothing of `place`."""
    each = found[index]
    if each.value is None:
        if each.path[: len(place)] == place:
            following = (at for at in range(index + 1, len(found)) if found[at].value is None)
            last = found[next(following, len(found)) - 1]
            yield _lines(text, each.start, last.end)
    elif each.path[: len(place)] == place:
        if each.table[: len(place)] != place:
            yield _lines(text, each.start, each.end)
    elif place[: len(each.path)] == each.path and text[each.value[0]] == "{":
        yield from _item_cuts(text, each.value, place[len(each.path) :])


def _lines(text: str, start: int, end: int) -> tuple[int, int, str]:
    """Give whole lines, with the blank one before them where a blank one, or nothing, follows."""
    start = text.rfind("\n", 0, start) + 1
    newline = text.find("\n", end)
    end = len(text) if newline < 0 else newline + 1
    before, after = text[:start].splitlines(keepends=True)[-1:], text[end:].splitlines()[:1]
    if before and not before[0].strip() and not "".join(after).strip():
        start -= len(before[0])
    return start, end, ""


def _item_cuts(text: str, braces: Span, rest: Path) -> Iterator[tuple[int, int, str]]:
    found = items(text, braces)
    ours = [index for index, each in enumerate(found) if each.path[: len(rest)] == rest]
    if ours and len(ours) == len(found):
        yield braces[0], braces[1], "{}"
        return
    for index in ours:
        yield _item_cut(found, index)
    for each in found:
        if each.path != rest and rest[: len(each.path)] == each.path and text[each.value[0]] == "{":
            yield from _item_cuts(text, each.value, rest[len(each.path) :])


def _item_cut(found: list[Item], index: int) -> tuple[int, int, str]:
    each = found[index]
    if each.comma is not None and index + 1 < len(found):
        return each.start, found[index + 1].start, ""
    before = found[index - 1]
    return before.value[1], each.value[1], ""
