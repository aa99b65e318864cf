"""What belongs to a site and not to the text of one of its pages, by what its elements say of themselves. Pure."""

import re
from collections.abc import Iterator

from fusion_mcp.tools.reading.html.tree import Element
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


def around(body: Element) -> Iterator[int]:
    """Find the id() of what is around the text of a page; not of what is within such an element."""
    pending = [(child, False) for child in body.inner]
    while pending:
        element, in_text = pending.pop()
        if _is_around(element, body, in_text=in_text):
            yield id(element)
            continue
        inner = element.inner
        if element.name in HEADINGS:  # whose buttons open what is under them, and say what it is
            inner = [child for child in inner if child.name != "button"]
        pending += [(child, in_text or element.name in TEXTS) for child in inner]


def _is_around(element: Element, body: Element, *, in_text: bool) -> bool:
    if element.name == "button":
        return True
    if element.words > body.words * _MOST_SHARE and element.prose > _SHORT:
        return False
    if element.name in AROUND or element.role in AROUND_ROLES:
        return True
    if element.name in AROUND_TEXTS and not in_text:
        return not element.titled
    return element.name in GROUPS and _says_so(element)


def _says_so(element: Element) -> bool:
    """Whether its class or id gives it away."""
    classes, ids = _words(element, "class"), _words(element, "id")
    if classes & AROUND_CLASSES or (ids & AROUND_CLASSES and ids & OVERLAY_IDS):
        return element.name not in TEXTS or element.prose < _CHAPTER
    is_links = element.linked > element.words * _LINKS_SHARE
    return is_links and bool((classes | ids) & PERHAPS_AROUND) and not element.titled


def _words(element: Element, attribute: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(element.attributes.get(attribute, "")[:_LONGEST_NAME])}
