"""Our entry in a configuration in JSON: looked up, put in, taken out. From text to text, pure.

What is repeated counts as programs count it: the last one does. Every result is read again, and is only given if it
says what it should and nothing else has changed.
"""

from typing import Any, cast

from fusion_mcp.cli.install.jsonc import splice
from fusion_mcp.cli.install.jsonc.reader import read
from fusion_mcp.cli.install.jsonc.tree import Child, Node, plain, string_values
from fusion_mcp.cli.install.words import NAME, Entry, Span, UnreadableError, Wanted

_INPUTS = "inputs"
_SAID = ("command", "args", "type", "source")
_KINDS = {"array": "a list", "string": "a string", "scalar": "null, a number or a boolean"}


def entry_in(text: str, wanted: Wanted) -> Any:
    """Give what stands as `fusion`, or None. Raises UnreadableError."""
    root = _root(text)
    found = _member(text, root, wanted.place) if root else None
    return None if found is None else plain(text, found.node)


def inputs_in(text: str, wanted: Wanted) -> list[Entry]:
    """Give the questions that are there of those that are wanted."""
    root = _root(text)
    found = root.find(_INPUTS) if root else None
    ids = {each["id"] for each in wanted.inputs}
    values = [] if found is None else [plain(text, child.node) for child in found.node.children]
    return [cast("Entry", each) for each in values if isinstance(each, dict) and each.get("id") in ids]  # pyright: ignore[reportUnknownMemberType]


def merged(text: str, wanted: Wanted) -> str:
    """Put what is wanted in. What else stands in an entry stays, and so does a key that it has a value for."""
    for each in wanted.inputs:
        text = _with_input(text, each)
    existing = entry_in(text, wanted)
    if not isinstance(existing, dict):
        return _with(text, wanted.place, dict(wanted.entry))
    for name, value in wanted.entry.items():
        text = _updated(text, (*wanted.place, name), value, wanted.keys)
    return text


def without(text: str, wanted: Wanted) -> str:
    """Take out every `fusion` that is there, and our questions that nobody else refers to."""
    while (found := _found(text, wanted)) is not None:
        text = splice.remove(text, *found)
    for each in wanted.inputs:
        text = _without_input(text, each["id"])
    return text


def tidied(text: str, earlier: str) -> str:
    """Take out what is empty now and was not there `earlier`."""
    before, root = _root(earlier), _root(text)
    for child in root.children if root else ():
        is_new = before is None or before.find(child.name or "") is None
        if root and is_new and child.node.kind in ("object", "array") and not child.node.children:
            return tidied(splice.remove(text, root, child), earlier)
    return text


def value_of(text: str) -> Any:
    """Give all that a text says; None where it says nothing."""
    root = _root(text)
    return None if root is None else plain(text, root)


def strings(text: str) -> list[Span]:
    """Tell where strings stand that are values."""
    return list(string_values(text))


def shown(text: str, wanted: Wanted) -> list[Span]:
    """Tell where values of our entry stand that a person may be shown: how it is started."""
    root = _root(text)
    found = _member(text, root, wanted.place) if root else None
    members = found.node.children if found else ()
    return [(each.node.start, each.node.end) for each in members if each.name in _SAID]


def _root(text: str) -> Node | None:
    root = read(text)
    if root is not None and root.kind != "object":
        raise UnreadableError(f"expected an object in {{}}, found {_KINDS[root.kind]}")
    return root


def _member(text: str, root: Node, place: tuple[str, ...]) -> Child | None:
    """Find a member. Raises UnreadableError where something on the way to it is no object."""
    node, found = root, None
    for depth, name in enumerate(place):
        if node.kind != "object":
            way = ".".join(place[:depth])
            raise UnreadableError(f"'{way}' is {_KINDS[node.kind]}, not an object", _line(text, node.start))
        found = node.find(name)
        if found is None:
            return None
        node = found.node
    return found


def _with(text: str, place: tuple[str, ...], value: Any) -> str:
    """Put a value in its place, and make the objects on the way to it."""
    root = _root(text)
    if root is None:
        return splice.fresh(text, _nested(place, value))
    parent = root
    for depth, name in enumerate(place):
        child = _member(text, root, place[: depth + 1])
        if child is None:
            return splice.insert(text, root, parent, name, _nested(place[depth + 1 :], value))
        if depth == len(place) - 1:
            return splice.replace(text, root, child, value)
        parent = child.node
    return text


def _nested(place: tuple[str, ...], value: Any) -> Any:
    for name in reversed(place):
        value = {name: value}
    return value


def _updated(text: str, place: tuple[str, ...], value: Any, keys: frozenset[str]) -> str:
    root = _root(text)
    found = _member(text, root, place) if root else None
    if found is None:
        return _with(text, place, value)
    if not isinstance(value, dict) or found.node.kind != "object":
        return text if plain(text, found.node) == value else _with(text, place, value)
    for name, each in cast("dict[str, Any]", value).items():
        if found.node.find(name) is None or name not in keys:
            text = _updated(text, (*place, name), each, keys)
    return text


def _with_input(text: str, wanted: Entry) -> str:
    root = _root(text)
    found = root.find(_INPUTS) if root else None
    if root is None or found is None:
        return _with(text, (_INPUTS,), [dict(wanted)])
    if found.node.kind != "array":
        raise UnreadableError(f"'{_INPUTS}' is not a list", _line(text, found.node.start))
    if _input(text, found.node, wanted["id"]) is not None:
        return text
    return splice.insert(text, root, found.node, None, dict(wanted))


def _without_input(text: str, name: str) -> str:
    root = _root(text)
    found = root.find(_INPUTS) if root else None
    child = _input(text, found.node, name) if found else None
    if found is None or child is None or f"${{input:{name}}}" in text:
        return text
    return splice.remove(text, found.node, child)


def _input(text: str, inputs: Node, name: str) -> Child | None:
    for child in inputs.children:
        member = child.node.find("id")
        if member is not None and plain(text, member.node) == name:
            return child
    return None


def _found(text: str, wanted: Wanted) -> tuple[Node, Child] | None:
    root = _root(text)
    parent = _member(text, root, wanted.path) if root else None
    child = parent.node.find(NAME) if parent else None
    return (parent.node, child) if parent and child else None


def _line(text: str, at: int) -> int:
    return text[:at].replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
