"""Which part of a page is what it was made for. Pure.

Losing a price, an answer or a table is worse than keeping a menu: something is left out only where its element says
what it is for (`around`), or where it is a list of links beside the text. A page of which too little would be left
stays whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fusion_mcp.tools.reading.html.around import around
from fusion_mcp.tools.reading.html.tree import Element, Tree
from fusion_mcp.tools.reading.html.vocabulary import BOXES, GROUPS

_ENOUGH = 140
"""Characters of text that make a page worth reading without the site around it."""
_PROSE = 500
"""Characters outside of links, from which on a page is more than a list of links."""
_MAIN_SHARE = 0.4
"""How much of the text its main element must hold; a smaller one is a teaser, or a place for skipping to."""
_LINKS_SHARE = 0.8
"""How much of a list of links is in links."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """Where a page's own text is: `root`, without the elements in `without`."""

    root: Element
    without: frozenset[Element]


def content_of(page: Tree) -> Content:
    """Choose what to read of a page."""
    body = page.root
    without = frozenset(around(page))
    left = _measured(body, without)
    if left < _ENOUGH and left * 2 < body.words:
        return Content(root=body, without=frozenset())
    main = _main(page, without, left)
    if main is not None:
        return Content(root=main, without=without)
    return Content(root=body, without=without | frozenset(_link_lists(page, without)))


def _measured(root: Element, without: frozenset[Element]) -> int:
    """Count the characters of `root` that are left."""
    return root.words - sum(element.words for element in without if root.holds(element))


def _main(page: Tree, without: frozenset[Element], left: int) -> Element | None:
    """Find the one element that says it is the content, and holds enough of it."""
    left_over = page.within(page.root, without)
    named = [element for element in left_over if element.name == "main" or "role" in element.attributes]
    named = [element for element in named if element.name == "main" or element.role == "main"]
    if len(named) != 1:
        named = list(_outermost_articles(left_over))
    if len(named) != 1:
        return None
    held = _measured(named[0], without)
    return named[0] if held >= _ENOUGH and held >= left * _MAIN_SHARE else None


def _outermost_articles(left_over: list[Element]) -> Iterator[Element]:
    """Find the articles in no other: comments to one are often articles within it."""
    passed = 0
    for element in left_over:
        if element.name == "article" and element.place >= passed:
            passed = element.behind
            yield element


def _link_lists(page: Tree, without: frozenset[Element]) -> Iterator[Element]:
    """Find lists of links beside the text: go down to where most of the text is, and look left and right."""
    box = body = page.root
    if body.prose < _PROSE:
        return
    while True:
        inner = [child for child in page.inner(box) if child not in without]
        next_box = max(inner, key=lambda child: child.prose, default=None)
        if next_box is None or next_box.name not in BOXES or next_box.prose * 2 < body.prose:
            return
        yield from (child for child in inner if child.name in GROUPS and _is_list_of_links(child))
        box = next_box


def _is_list_of_links(element: Element) -> bool:
    return element.linked > element.words * _LINKS_SHARE
