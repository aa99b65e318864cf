"""HTML to the tree that a reader sees. The parser is Lexbor, which builds what a browser with scripts builds.

A parser that differs from browsers lets text out of what they hide; this one was compared with another of its kind on
millions of broken pages.
"""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from fusion_mcp.tools.reading.html.hiding import is_hidden
from fusion_mcp.tools.reading.html.nesting import check_nesting
from fusion_mcp.tools.reading.html.tree import Element, measure

_BETWEEN = {"mfrac": "/", "msup": "^", "msub": "_", "mover": "^", "munder": "_"}
"""Formulas would lose their meaning without: ten to the sixth must not become 106."""
_MISPLACED = "svg sup, math sup"
_RAISED = re.compile(r"(?<=<)(/?)(su[bp])(?=[\s/>])", re.IGNORECASE)
_OTHER = {"sup": "sub", "sub": "sup"}


@dataclass(kw_only=True)
class Page:
    """What one document holds: its visible body, all elements of that in their order, what stands in its head."""

    body: Element
    elements: list[Element]
    title: str = ""
    base: str = ""
    metas: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    is_whole: bool = True


def visible_page(markup: str, most: int) -> Page:
    """Parse `markup`, and leave out what is hidden. Every text is a page; only its first elements are kept.

    Raises ToolFault("too_large") for one that would take too long to parse.
    """
    check_nesting(markup)
    parser, swapped = _parsed(markup)
    body = Element("body", {}, [], 0)
    page = Page(body=body, elements=[body])
    root = parser.root
    if root is None or is_hidden("html", _attributes(root)):
        return page
    if parser.head is not None:
        _read_head(parser.head, page)
    if parser.body is not None and parser.body.tag == "body":
        _grow(parser.body, page, most)
    for element in page.elements if swapped else ():
        element.name = _OTHER.get(element.name, element.name)
    return page


def _parsed(markup: str) -> tuple[LexborHTMLParser, bool]:
    """Parse `markup`. The second value says whether `sup` and `sub` have changed their names in the tree.

    Either ends a picture or a formula that it stands in. Lexbor forgets that of `sup`, and the tree would let out what
    browsers hide; so they change places. A page that has both in such places is not a page for readers.
    """
    parser = _parser(markup)
    if not _has_misplaced(parser):
        return parser, False
    parser = _parser(_RAISED.sub(lambda found: f"{found[1]}{_OTHER[found[2].lower()]}", markup))
    return (_parser("") if _has_misplaced(parser) else parser), True


def _has_misplaced(parser: LexborHTMLParser) -> bool:
    trees: list[LexborHTMLParser | LexborNode] = [parser]
    while trees:
        tree = trees.pop()
        if tree.css_first(_MISPLACED) is not None:
            return True
        trees += tree.template_fragments()
    return False


def _parser(markup: str) -> LexborHTMLParser:
    return LexborHTMLParser(markup, scripting=True, options=LexborDocumentOptions.WO_EVENTS)


def _read_head(head: LexborNode, page: Page) -> None:
    child = head.first_child
    while child is not None:
        _note(child.tag, child, page)
        child = child.next


def _note(name: str | None, node: LexborNode, page: Page) -> None:
    """Keep the first title, the first base and all metas, none of which is ever shown."""
    if name == "title":
        page.title = page.title or node.text().strip()
    elif name == "base":
        page.base = page.base or _attributes(node).get("href", "")
    elif name == "meta":
        page.metas.append(_attributes(node))


def _grow(body: LexborNode, page: Page, most: int) -> None:
    """Copy what is visible. No recursion, since a page may be as deep as it likes."""
    attributes = _attributes(body)
    if is_hidden("body", attributes):
        return
    page.body.attributes = attributes
    parents = [page.body]
    parent, node = page.body, body.first_child
    pending: list[tuple[Element, LexborNode | None]] = []  # elements we are in, each with what follows in it
    while page.is_whole and (node is not None or pending):
        if node is None:
            parent, node = pending.pop()
        elif (name := node.tag) == "-text":
            text = node.text_content or ""
            parent.children.append(text)
            parent.words += len(text.strip())
            node = node.next
        elif (element := _seen(node, name, page)) is not None:
            if parent.name in _BETWEEN:
                _put_between(parent)
            parent.children.append(element)
            parents.append(parent)
            page.is_whole = len(parents) < most
            pending.append((parent, node.next))
            parent, node = element, node.first_child
        else:
            node = node.next
    measure(page.elements, parents)


def _seen(node: LexborNode, name: str | None, page: Page) -> Element | None:
    """Make an element that is visible, and may have children, the next one of the page."""
    if not name or name[0] in "-_!":
        return None
    attributes = _attributes(node)
    lower = name.lower()
    if is_hidden(lower, attributes):
        _note(name, node, page)
        return None
    element = Element(lower, attributes, [], len(page.elements))
    page.elements.append(element)
    return element


def _put_between(parent: Element) -> None:
    """Put a sign behind an element that another follows."""
    if any(isinstance(child, Element) for child in parent.children[-2:]):
        sign = _BETWEEN[parent.name]
        parent.children.append(sign)
        parent.words += len(sign)


def _attributes(node: LexborNode) -> dict[str, str]:
    attributes = node.attributes
    return {name.lower(): value or "" for name, value in attributes.items()} if attributes else {}
