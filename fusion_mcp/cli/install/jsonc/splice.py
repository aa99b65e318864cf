"""Puts members into JSON, and takes them out again, by cutting the text; whatever else stands there stays. Pure."""

import json
import re
from collections.abc import Sequence
from typing import Any, cast

from fusion_mcp.cli.install.jsonc.tree import Child, Node, ends_in_line_comment
from fusion_mcp.cli.install.words import newline_of, spliced

_BLANK = " \t\r\n"
_INDENT = "  "
_REST_OF_LINE = re.compile(r"[ \t]*+(?://[^\r\n]*+|(?:/\*(?:[^*\r\n]|\*(?!/))*+\*/[ \t]*+)++)(?=[\r\n]|\Z)")


def fresh(text: str, value: Any) -> str:
    """Write a document behind a text that has none, but perhaps comments."""
    newline = newline_of(text)
    lead = "" if not text or text[-1] in "\r\n" else newline if text.strip(_BLANK) else ""
    return f"{text}{lead}{rendered(value, newline=newline, unit=_INDENT)}{newline}"


def insert(text: str, root: Node, parent: Node, name: str | None, value: Any) -> str:
    """Put a member behind the others of `parent`, in the manner of what stands there."""
    unit, newline = _unit(text, root), newline_of(text)
    if not _has_lines(text, root, parent):
        gap = _gap(text, root)
        return _insert_in_line(text, parent, _named(name, rendered(value, gap=gap), gap), gap)
    outer = line_indent(text, parent.start)
    indent = _indent_of(text, parent.children) or outer + unit
    piece = _named(name, rendered(value, newline=newline, indent=indent, unit=unit))
    lead, close = newline + indent, newline + outer
    if parent.children:
        return _insert_behind(text, parent.children[-1], lead + piece)
    inside = text[parent.start + 1 : parent.end - 1].rstrip(_BLANK)
    at = parent.start + 1 + len(inside)
    if inside and any(mark in text[at : parent.end - 1] for mark in "\r\n"):
        return spliced(text, [(at, at, lead + piece)])
    return spliced(text, [(at, parent.end - 1, lead + piece + close)])


def replace(text: str, root: Node, child: Child, value: Any) -> str:
    """Put another value in the place of a member's."""
    words = (
        rendered(value, newline=newline_of(text), indent=line_indent(text, child.start), unit=_unit(text, root))
        if _lines_in(text, root)
        else rendered(value, gap=_gap(text, root))
    )
    return spliced(text, [(child.node.start, child.node.end, words)])


def remove(text: str, parent: Node, child: Child) -> str:
    """Take a member out, with its comma."""
    inside = text[parent.start + 1 : child.start] + text[child.node.end : parent.end - 1]
    if len(parent.children) == 1 and not inside.strip(_BLANK + ","):
        return spliced(text, [(parent.start + 1, parent.end - 1, "")])
    index = parent.children.index(child)
    before = parent.children[index - 1] if index else None
    left = parent.start + 1 if before is None else before.node.end if before.comma is None else before.comma + 1
    start = left + len(text[left : child.start].rstrip(_BLANK))
    end = child.node.end if child.comma is None else child.comma + 1
    if before is None and child.comma is not None and not any(mark in text[start : child.start] for mark in "\r\n"):
        start, end = child.start, len(text) - len(text[end:].lstrip(" \t"))
    keep = newline_of(text) if ends_in_line_comment(text, left, start) and text[end : end + 1] not in "\r\n" else ""
    cuts = [(start, end, keep)]
    if child.comma is None and before is not None and before.comma is not None:
        cuts.append((before.comma, before.comma + 1, ""))
    return spliced(text, cuts)


def rendered(value: Any, *, newline: str = "", indent: str = "", unit: str = "", gap: str = " ") -> str:
    """Write a value: in lines, where there is a `newline`, with lists of plain values on one.

    `gap` is what stands behind a colon, and behind a comma within a line.
    """
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        deeper = indent + unit
        pieces = [
            f"{json.dumps(name)}:{gap}{rendered(each, newline=newline, indent=deeper, unit=unit, gap=gap)}"
            for name, each in members.items()
        ]
        return _bracketed("{", "}", pieces, (newline, indent, unit, gap))
    if isinstance(value, list):
        items = cast("list[Any]", value)
        is_plain = not any(isinstance(each, dict | list) for each in items)
        if is_plain or not newline:
            return f"[{f',{gap}'.join(rendered(each, gap=gap) for each in items)}]"
        pieces = [rendered(each, newline=newline, indent=indent + unit, unit=unit) for each in items]
        return _bracketed("[", "]", pieces, (newline, indent, unit, gap))
    if isinstance(value, tuple):  # a number as it was written
        return str(cast("tuple[str, str]", value)[1])
    return json.dumps(value, ensure_ascii=False)


def line_indent(text: str, at: int) -> str:
    """Give the blanks at the beginning of the line in which `at` is."""
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    line = text[start:at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _bracketed(left: str, right: str, pieces: Sequence[str], manner: tuple[str, str, str, str]) -> str:
    newline, indent, unit, gap = manner
    if not pieces:
        return left + right
    if not newline:
        return f"{left}{f',{gap}'.join(pieces)}{right}"
    inner = f",{newline}{indent}{unit}".join(pieces)
    return f"{left}{newline}{indent}{unit}{inner}{newline}{indent}{right}"


def _named(name: str | None, value: str, gap: str = " ") -> str:
    return value if name is None else f"{json.dumps(name)}:{gap}{value}"


def _insert_behind(text: str, last: Child, piece: str) -> str:
    """Put a line behind the last member's: past a comment on that, with a comma at the end if the last one had one."""
    end = last.node.end if last.comma is None else last.comma + 1
    rest = _REST_OF_LINE.match(text, end)
    at = rest.end() if rest else end
    if last.comma is not None:
        return spliced(text, [(at, at, f"{piece},")])
    if at == end:
        return spliced(text, [(at, at, f",{piece}")])
    return spliced(text, [(end, end, ","), (at, at, piece)])


def _insert_in_line(text: str, parent: Node, piece: str, gap: str) -> str:
    if not parent.children:
        at = parent.end - 1
        return spliced(text, [(at, at, piece)])
    last = parent.children[-1]
    if last.comma is None:
        return spliced(text, [(last.node.end, last.node.end, f",{gap}{piece}")])
    at = last.comma + 1
    return spliced(text, [(at, at, f"{gap}{piece},")])


def _has_lines(text: str, root: Node, parent: Node) -> bool:
    """Whether a new member gets a line of its own."""
    decides = parent if parent.children or _lines_in(text, parent) else root
    return not root.children or _lines_in(text, decides)


def _lines_in(text: str, node: Node) -> bool:
    return any(mark in text[node.start : node.end] for mark in "\r\n")


def _gap(text: str, root: Node) -> str:
    """Tell what stands behind a colon, from the first one."""
    first = next(iter(root.children), None)
    return " " if first is None or text[first.node.start - 1] in _BLANK else ""


def _unit(text: str, root: Node) -> str:
    """Tell by what lines are indented, from the first member that is."""
    return _indent_of(text, root.children) or _INDENT


def _indent_of(text: str, children: Sequence[Child]) -> str:
    for child in children:
        start = max(text.rfind("\n", 0, child.start), text.rfind("\r", 0, child.start)) + 1
        if start and start < child.start and not text[start : child.start].strip(" \t"):
            return text[start : child.start]
    return ""
