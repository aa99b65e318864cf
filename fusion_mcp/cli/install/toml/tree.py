"""Reads TOML that `tomllib` has accepted, and keeps where its statements stand. Pure."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from fusion_mcp.cli.install.words import Span

Path = tuple[str, ...]

_TOKEN = re.compile(
    r'(?P<string>"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*+"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*+')"
    r"|(?P<comment>#[^\n]*+)|(?P<line>\r?\n)|(?P<blank>[ \t\r]++)"
    r"|(?P<mark>[\[\]{},=])"
    r"|(?P<bare>[^\s\"'#\[\]{},=]++)"
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A table's head, which has no value, or a key with its value. `path` is the whole way to it from the root.

    `table` is the head that it stands under, and `words` its own key as it is written, part by part.
    """

    path: Path
    table: Path
    words: tuple[str, ...]
    start: int
    value: Span | None
    end: int


@dataclass(frozen=True, kw_only=True)
class Item:
    """A member of an inline table, or an element of a list, which has no path. `comma`: where the one behind it is."""

    path: Path
    start: int
    value: Span
    comma: int | None


def statements(text: str) -> list[Statement]:
    """Take a document apart. `end` is behind the value, or behind a head's last bracket."""
    found: list[Statement] = []
    table: Path = ()
    at = 0
    while (start := _past(text, at, "line", "blank", "comment")) < len(text):
        if text[start] == "[":
            close = _until(text, start, "]")
            inner = text[start:close].lstrip("[")
            table, at = _path(inner), close + (2 if text.startswith("[[", start) else 1)
            found.append(Statement(path=table, table=table, words=_words(inner), start=start, value=None, end=at))
            continue
        equals = _until(text, start, "=")
        key = text[start:equals]
        value = _value(text, equals + 1)
        at = value[1]
        path = (*table, *_path(key))
        found.append(Statement(path=path, table=table, words=_words(key), start=start, value=value, end=at))
    return found


def items(text: str, value: Span) -> list[Item]:
    """Take an inline table or a list apart."""
    start, end = value
    found: list[Item] = []
    at = start + 1
    while (begin := _past(text, at, "line", "blank", "comment")) < end - 1:
        path: Path = ()
        inner = begin
        if text[start] == "{":
            equals = _until(text, begin, "=")
            path, inner = _path(text[begin:equals]), equals + 1
        piece = _value(text, inner, ends=",]}")
        behind = _past(text, piece[1], "line", "blank", "comment")
        comma = behind if text[behind] == "," else None
        found.append(Item(path=path, start=begin, value=piece, comma=comma))
        at = behind + 1 if comma is not None else end
    return found


def string_values(text: str) -> Iterator[Span]:
    """Tell where strings stand that are no keys."""
    for statement in statements(text):
        if statement.value is not None:
            yield from _strings_in(text, statement.value)


def _strings_in(text: str, value: Span) -> Iterator[Span]:
    if text[value[0]] in "[{":
        for item in items(text, value):
            yield from _strings_in(text, item.value)
    elif text[value[0]] in "\"'":
        yield value


def _value(text: str, at: int, ends: str = "") -> Span:
    """Give where the value at `at` begins and ends."""
    start = _past(text, at, "blank")
    depth, end, at = 0, start, start
    while at < len(text):
        token = _token(text, at)
        word = token[0]
        outside = depth == 0
        if outside and (token.lastgroup in ("line", "comment") or (token.lastgroup == "mark" and word in ends)):
            break
        if token.lastgroup == "mark":
            depth += (word in "[{") - (word in "]}")
        at = token.end()
        if token.lastgroup not in ("blank", "line", "comment"):
            end = at
    return start, end


def _until(text: str, at: int, mark: str) -> int:
    while True:
        token = _token(text, at)
        if token.lastgroup == "mark" and token[0] == mark:
            return token.start()
        at = token.end()


def _past(text: str, at: int, *kinds: str) -> int:
    while at < len(text):
        token = _token(text, at)
        if token.lastgroup not in kinds:
            return at
        at = token.end()
    return at


def _token(text: str, at: int) -> re.Match[str]:
    found = _TOKEN.match(text, at)
    if found is None:
        raise ValueError(f"no TOML at character {at}")
    return found


def _path(key: str) -> Path:
    table = tomllib.loads(f"{key.strip()} = 0")
    path: list[str] = []
    inner: object = table
    while isinstance(inner, dict):
        name, inner = next(iter(inner.items()))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        path.append(str(name))  # pyright: ignore[reportUnknownArgumentType]
    return tuple(path)


def _words(key: str) -> tuple[str, ...]:
    return tuple(re.findall(r'"(?:[^"\\]|\\.)*+"|\'[^\']*+\'|[^\s."\']++', key))
