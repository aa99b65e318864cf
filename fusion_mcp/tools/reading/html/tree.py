"""A page as it is seen: elements and text, without anything hidden. Pure; `visible` makes it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TypeAlias

Node: TypeAlias = "Element | str"


@dataclass(slots=True, eq=False)
class Element:
    """An element that a reader sees.

    `place` is where it stands among all elements of its page, in their order; the first behind it and all that is in it
    stands at `behind`. `words` counts the characters of text in it, `linked` those of them in links; `titled`: there is
    an `h1` in it. `words` begins with those of its own text; `measure` completes them all once the tree is whole.
    """

    name: str
    attributes: dict[str, str]
    children: list[Node]
    place: int
    behind: int = 0
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
        return self.attributes["role"].strip().lower() if "role" in self.attributes else ""

    def holds(self, other: "Element") -> bool:
        """Whether `other`, of the same page, stands in this element."""
        return self.place < other.place < self.behind


def elements(root: Element) -> Iterator[Element]:
    """Go through `root` and all elements in it, in the page's order."""
    pending = [root]
    while pending:
        element = pending.pop()
        yield element
        pending.extend(reversed(element.inner))


def within(root: Element, page: list[Element], without: Collection[Element]) -> list[Element]:
    """Give `root` and all elements in it, but for those `without` and what is in them."""
    left: list[Element] = []
    begins = root.place
    for hole in sorted(filter(root.holds, without), key=lambda element: element.place):
        left += page[begins : hole.place]
        begins = max(begins, hole.behind)
    return left + page[begins : root.behind]


def raw_text(root: Element, without: Collection[Element] = ()) -> str:
    """Give all text in `root` with its white space; a `br` is the end of a line. `without` is as above."""
    parts: list[str] = []
    pending: list[Node] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            parts.append(node)
        elif node not in without:
            if node.name == "br":
                parts.append("\n")
            pending.extend(reversed(node.children))
    return "".join(parts)


def measure(page: list[Element], parents: list[Element]) -> None:
    """Complete the elements of a page, which stand in its order. Each one's parent has the same place in `parents`."""
    for element in reversed(page):
        element.behind = element.behind or element.place + 1
        if element.name == "a" and "href" in element.attributes:
            element.linked = element.words
        if element.name == "h1":
            element.titled = True
        if not element.place:
            return
        parent = parents[element.place]
        parent.words += element.words
        parent.linked += element.linked
        parent.titled |= element.titled
        parent.behind = parent.behind or element.behind
