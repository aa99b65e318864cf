"""What belongs to a site and not to the text of one of its pages, by what its elements say of themselves. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache

from fusion_mcp.tools.reading.html.tree import Element, Tree
from fusion_mcp.tools.reading.html.vocabulary import (
    AROUND,
    AROUND_CLASSES,
    AROUND_ROLES,
    AROUND_TEXTS,
    GROUPS,
    HEADINGS,
    OVERLAY_IDS,
    PERHAPS_AROUND,
    TEXTS,
)

_MOST_SHARE = 0.4
"""How much of a page's text an element may hold, and be left out for what it says."""
_SHORT = 140
_CHAPTER = 500
"""Characters of text that are more than a notice."""
_LINKS_SHARE = 0.6
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_LONGEST_NAME = 500
_BY_NAME = HEADINGS | TEXTS | AROUND | AROUND_TEXTS | {"button"}
"""What counts even if it says no more of itself."""
_SAYING = frozenset({"class", "id", "role"})


def around(page: Tree) -> Iterator[Element]:
    """Find what is around the text of a page; not what is within such an element."""
    passed = text_ends = 0
    openers: set[Element] = set()  # buttons of headings, which open what is under them, and say what it is
    for element in page.elements[1:]:
        if element.place < passed or (element.name not in _BY_NAME and _SAYING.isdisjoint(element.attributes)):
            continue
        if element in openers:
            passed = element.behind
        elif _is_around(element, page, in_text=element.place < text_ends):
            passed = element.behind
            yield element
        elif element.name in HEADINGS:
            openers.update(child for child in page.inner(element) if child.name == "button")
        elif element.name in TEXTS:
            text_ends = max(text_ends, element.behind)


def _is_around(element: Element, page: Tree, *, in_text: bool) -> bool:
    if element.name == "button":
        return True
    if element.words > page.root.words * _MOST_SHARE and element.prose > _SHORT:
        return False
    if element.name in AROUND or element.role in AROUND_ROLES:
        return True
    if element.name in AROUND_TEXTS and not in_text:
        return not page.is_titled(element)
    return element.name in GROUPS and _says_so(element, page)


def _says_so(element: Element, page: Tree) -> bool:
    """Whether its class or id gives it away."""
    surely, perhaps = _told_by(element.says("class")[:_LONGEST_NAME], element.says("id")[:_LONGEST_NAME])
    if surely:
        return element.name not in TEXTS or element.prose < _CHAPTER
    return perhaps and element.linked > element.words * _LINKS_SHARE and not page.is_titled(element)


@lru_cache(maxsize=1_000)
def _told_by(classes: str, ids: str) -> tuple[bool, bool]:
    """Whether such a class and id say what is around a text, and whether they may: most are those of many elements."""
    by_class, by_id = _words(classes), _words(ids)
    surely = bool(by_class & AROUND_CLASSES or (by_id & AROUND_CLASSES and by_id & OVERLAY_IDS))
    return surely, bool((by_class | by_id) & PERHAPS_AROUND)


def _words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(name))
