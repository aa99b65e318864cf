"""A page as it is seen: elements and text, without anything hidden. Pure; `visible` makes it.

The tree is one list of what follows on what, since nearly all that is done with a page goes through it once.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TypeAlias


@dataclass(slots=True, eq=False)
class Element:
    """An element that a reader sees.

    `place` is where it stands among the nodes of its page; the first behind it and all that is in it stands at
    `behind`. `words` counts the characters of text in it, `linked` those of them in links. All but its name, its
    attributes and its place are there once the tree is whole.
    """

    name: str
    attributes: Mapping[str, str | None]
    place: int
    words: int = 0
    linked: int = 0
    behind: int = 0

    def says(self, attribute: str) -> str:
        """Give an attribute's value; "" where there is none."""
        return self.attributes.get(attribute) or ""

    @property
    def prose(self) -> int:
        """Characters of text that are no link's."""
        return self.words - self.linked

    @property
    def role(self) -> str:
        """What it says to be for."""
        return self.says("role").strip().lower() if "role" in self.attributes else ""

    def holds(self, other: "Element") -> bool:
        """Whether `other`, of the same page, stands in this element."""
        return self.place < other.place < self.behind


@dataclass(slots=True, frozen=True)
class End:
    """The end of an element of this name."""

    name: str


Node: TypeAlias = Element | End | str
_place = attrgetter("place")


class Tree:
    """`nodes` are what is seen of a page in its order: text, and elements, each with its end; `elements` those alone.

    The first element holds all others.
    """

    def __init__(self, root: Element) -> None:
        """Begin with an element in which there is nothing yet."""
        self.nodes: list[Node] = [root]
        self.elements = [root]

    @property
    def root(self) -> Element:
        """The element that holds all others."""
        return self.elements[0]

    def all_in(self, element: Element) -> list[Node]:
        """Give `element`, all that is in it, and its end."""
        return self.nodes[element.place : element.behind]

    def elements_in(self, element: Element) -> Iterator[Element]:
        """Go through `element` and all elements in it. Whoever has seen enough pays for no more."""
        for place in range(element.place, element.behind):
            node = self.nodes[place]
            if isinstance(node, Element):
                yield node

    def only_text_of(self, element: Element) -> str | None:
        """Give the text of an element that holds one and nothing else; None for any other."""
        node = self.nodes[element.place + 1]
        return node if isinstance(node, str) and isinstance(self.nodes[element.place + 2], End) else None

    def inner(self, element: Element) -> list[Element]:
        """Give the elements right within this one."""
        found: list[Element] = []
        place, end = element.place + 1, element.behind
        while place < end:
            node = self.nodes[place]
            if isinstance(node, Element):
                found.append(node)
                place = node.behind
            else:
                place += 1
        return found

    def within(self, element: Element, without: Collection[Element]) -> list[Element]:
        """Give `element` and all elements in it, but for those `without` and what is in them."""
        left: list[Element] = []
        begins = self._first_from(element.place)
        for hole in sorted(filter(element.holds, without), key=_place):
            left += self.elements[begins : self._first_from(hole.place)]
            begins = max(begins, self._first_from(hole.behind))
        return left + self.elements[begins : self._first_from(element.behind)]

    def is_titled(self, element: Element) -> bool:
        """Whether there is an `h1` in `element`, or it is one."""
        titles = self._titles
        first = bisect_left(titles, element.place)
        return first < len(titles) and titles[first] < element.behind

    def text_in(self, element: Element, without: Collection[Element] = ()) -> str:
        """Give all text in `element` with its white space; a `br` is the end of a line. `without` is as above."""
        parts: list[str] = []
        passed = 0
        for place, node in enumerate(self.all_in(element), element.place):
            if place < passed or isinstance(node, End):
                continue
            if isinstance(node, str):
                parts.append(node)
            elif node in without:
                passed = node.behind
            elif node.name == "br":
                parts.append("\n")
        return "".join(parts)

    @cached_property
    def _titles(self) -> list[int]:
        return [element.place for element in self.elements if element.name == "h1"]

    def _first_from(self, place: int) -> int:
        """Find the first element that stands at `place` or behind it, by its index among the elements."""
        return bisect_left(self.elements, place, key=_place)
