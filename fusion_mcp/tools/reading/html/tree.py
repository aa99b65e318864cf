"""A page as it is seen: elements and text, without anything hidden. Pure; `visible` makes it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

Node: TypeAlias = "Element | str"


@dataclass(slots=True, kw_only=True, eq=False)
class Element:
    """An element that a reader sees.

    `words` counts the characters of text in it, `linked` those of them in links; `titled`: there is an `h1` in it.
    """

    name: str
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    children: list[Node] = field(default_factory=list[Node])
    words: int = 0
    linked: int = 0
    titled: bool = False

    @property
    def inner(self) -> list["Element"]:
        """The elements right within it, without the text between them."""
        return [child for child in self.children if isinstance(child, Element)]

    @property
    def prose(self) -> int:
        """Characters of text that are no link's."""
        return self.words - self.linked

    @property
    def role(self) -> str:
        """What it says to be for."""
        return self.attributes.get("role", "").strip().lower()


def elements(root: Element, without: frozenset[int] = frozenset()) -> Iterator[Element]:
    """Go through `root` and all elements in it, in the page's order, leaving out those whose id() is in `without`."""
    pending = [root]
    while pending:
        element = pending.pop()
        if id(element) in without:
            continue
        yield element
        pending.extend(reversed(element.inner))


def raw_text(root: Element, without: frozenset[int] = frozenset()) -> str:
    """Give all text in `root` with its white space; a `br` is the end of a line. `without` is as above."""
    parts: list[str] = []
    pending: list[Node] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            parts.append(node)
        elif id(node) not in without:
            parts.extend("\n" * (node.name == "br"))
            pending.extend(reversed(node.children))
    return "".join(parts)


def measure(created: list[Element]) -> None:
    """Find `words`, `linked` and `titled` of elements that stand behind their parents in `created`."""
    for element in reversed(created):
        element.titled = element.name == "h1"
        for child in element.children:
            if isinstance(child, str):
                element.words += len(child.strip())
            else:
                element.words += child.words
                element.linked += child.linked
                element.titled |= child.titled
        if element.name == "a" and "href" in element.attributes:
            element.linked = element.words
