"""What JSON is made of, and where each piece of it stands in its text. Pure. How it is read is `reader`."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from fusion_mcp.cli.install.words import Span

_SHORT = 18
TOKEN = re.compile(
    r"(?P<trivia>[ \t\r\n]++|//[^\r\n]*+|/\*[\s\S]*?\*/)"
    r'|(?P<string>"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+")'
    r"|(?P<scalar>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null)"
    r"|(?P<mark>[\[\]{}:,])"
)
_CONSTANTS = {"true": True, "false": False, "null": None}

Kind = Literal["object", "array", "string", "scalar"]


@dataclass(frozen=True, kw_only=True)
class Node:
    """A value and where it stands."""

    kind: Kind
    start: int
    end: int
    children: tuple["Child", ...] = ()

    def find(self, name: str) -> "Child | None":
        """Give the member that counts: of several with one name, the last."""
        return next((child for child in reversed(self.children) if child.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Child:
    """A member of an object, or an element of an array, which has no name. `comma`: where the one behind it stands."""

    name: str | None
    start: int
    node: Node
    comma: int | None


def plain(text: str, node: Node) -> Any:
    """Give a value as Python has it. A number that is not short stays what was written."""
    match node.kind:
        case "object":
            return {child.name: plain(text, child.node) for child in node.children}
        case "array":
            return [plain(text, child.node) for child in node.children]
        case "string":
            return json.loads(text[node.start : node.end])
        case _:
            word = text[node.start : node.end]
            return _CONSTANTS[word] if word in _CONSTANTS else _number(word)


def string_values(text: str) -> Iterator[Span]:
    """Tell where strings stand that are no names of members."""
    last: Span | None = None
    for found in TOKEN.finditer(text):
        if found.lastgroup == "trivia":
            continue
        if last is not None and found[0] != ":":
            yield last
        last = found.span() if found.lastgroup == "string" else None
    if last is not None:
        yield last


def ends_in_line_comment(text: str, start: int, end: int) -> bool:
    """Whether what stands from `start` to `end`, nothing but blanks and comments, would swallow what follows it."""
    last = ""
    for found in TOKEN.finditer(text, start, end):
        last = found[0]
    return last.startswith("//")


def _number(word: str) -> object:
    return int(word) if len(word) <= _SHORT and word.lstrip("-").isdecimal() else ("number", word)
