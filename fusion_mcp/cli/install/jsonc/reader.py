"""Reads JSON, with comments and trailing commas if there are any, and keeps where everything stands. Pure.

Of a repeated name all are kept. A text in which there is nothing but blanks and comments has no tree.
"""

import json
from dataclasses import dataclass, field
from functools import lru_cache

from fusion_mcp.cli.install.jsonc.tree import TOKEN, Child, Kind, Node
from fusion_mcp.cli.install.words import UnreadableError

_DEEPEST = 300


@dataclass(kw_only=True)
class _Open:
    kind: Kind
    start: int
    children: list[Child] = field(default_factory=list)
    name: str | None = None
    name_at: int = 0


@lru_cache(maxsize=4)
def read(text: str) -> Node | None:
    """Read a whole text. Raises UnreadableError, with the line. The last few are remembered: each is read often."""
    return _Reader(text).document()


class _Reader:
    """Reads one text, without recursion, so that its depth is ours to limit."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._open: list[_Open] = []

    def document(self) -> Node | None:
        token = self._next()
        if token is None:
            return None
        node = self._value(*token)
        after = self._next()
        if after is not None:
            raise self._fault("something stands behind the end", after[1])
        return node

    def _value(self, kind: str, start: int) -> Node:
        """Read one value, with all that is in it."""
        while True:
            node = self._begun(kind, start)
            while node is not None:
                if not self._open:
                    return node
                node = self._placed(node)
            kind, start = self._inside()

    def _begun(self, kind: str, start: int) -> Node | None:
        """Take a value's first token: a node if that was all, or None where an object or array begins."""
        word = self._text[start : self._at]
        if kind != "mark":
            return Node(kind="string" if kind == "string" else "scalar", start=start, end=self._at)
        if word in ("{", "["):
            if len(self._open) >= _DEEPEST:
                raise self._fault(f"nested deeper than {_DEEPEST} levels", start)
            self._open.append(_Open(kind="object" if word == "{" else "array", start=start))
            return self._closed_at_once()
        raise self._fault(f"expected a value, found '{word}'", start)

    def _closed_at_once(self) -> Node | None:
        return self._closed() if self._peek() == ("}" if self._open[-1].kind == "object" else "]") else None

    def _placed(self, node: Node) -> Node | None:
        """Put a value where it belongs: what was open is given where it ends behind it."""
        inside = self._open[-1]
        start = inside.name_at if inside.kind == "object" else node.start
        mark = self._expected("',' or '}'" if inside.kind == "object" else "',' or ']'", ",", "}", "]")
        comma = self._at - 1 if mark == "," else None
        inside.children.append(Child(name=inside.name, start=start, node=node, comma=comma))
        if mark == ",":
            return self._closed_at_once()
        if mark != ("}" if inside.kind == "object" else "]"):
            raise self._fault(f"'{mark}' closes what it did not open", self._at - 1)
        return self._finished()

    def _inside(self) -> tuple[str, int]:
        """Come to the next value of what is open, past its name."""
        inside = self._open[-1]
        token = self._next()
        if inside.kind == "object":
            if token is None or token[0] != "string":
                raise self._fault('expected a name in "quotes"', token[1] if token else len(self._text))
            inside.name, inside.name_at = json.loads(self._text[token[1] : self._at]), token[1]
            _ = self._expected("':'", ":")
            token = self._next()
        if token is None:
            raise self._fault("the text ends too early", len(self._text))
        return token

    def _closed(self) -> Node:
        _ = self._next()
        return self._finished()

    def _finished(self) -> Node:
        done = self._open.pop()
        return Node(kind=done.kind, start=done.start, end=self._at, children=tuple(done.children))

    def _peek(self) -> str:
        before = self._at
        token = self._next()
        word = "" if token is None else self._text[token[1] : self._at]
        self._at = before
        return word

    def _expected(self, what: str, *marks: str) -> str:
        token = self._next()
        start = token[1] if token else len(self._text)
        word = self._text[start : self._at] if token else ""
        if word not in marks:
            raise self._fault(f"expected {what}", start)
        return word

    def _next(self) -> tuple[str, int] | None:
        while self._at < len(self._text):
            start = self._at
            found = TOKEN.match(self._text, start)
            if found is None:
                raise self._fault("this is not JSON", start)
            self._at = found.end()
            if found.lastgroup != "trivia":
                return str(found.lastgroup), start
        return None

    def _fault(self, why: str, at: int) -> UnreadableError:
        before = self._text[:at].replace("\r\n", "\n").replace("\r", "\n")
        return UnreadableError(why, before.count("\n") + 1)
