"""HTML to the tree that a reader sees. The parser is Lexbor, which builds what a browser with scripts builds.

A parser that differs from browsers lets text out of what they hide; this one was compared with another of its kind on
millions of broken pages.
"""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from fusion_mcp.tools.reading.html.hiding import is_hidden
from fusion_mcp.tools.reading.html.nesting import check_nesting
from fusion_mcp.tools.reading.html.tree import Element, elements, measure

_BETWEEN = {"mfrac": "/", "msup": "^", "msub": "_", "mover": "^", "munder": "_"}
"""Formulas would lose their meaning without: ten to the sixth must not become 106."""
_MISPLACED = "svg sup, math sup"
_RAISED = re.compile(r"(?<=<)(/?)(su[bp])(?=[\s/>])", re.IGNORECASE)
_OTHER = {"sup": "sub", "sub": "sup"}


@dataclass(kw_only=True)
class Page:
    """What one document holds: its visible body, and what stands in its head."""

    body: Element
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
    page = Page(body=Element(name="body"))
    root = parser.root
    if root is None or is_hidden("html", _attributes(root)):
        return page
    if parser.head is not None:
        _read_head(parser.head, page)
    if parser.body is not None and parser.body.tag == "body":
        _grow(parser.body, page, most)
    for element in elements(page.body) if swapped else ():
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
    """Keep the first title, the first base and all metas; none of them is text of the page."""
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
    created = [page.body]
    pending = [(body.first_child, page.body)]
    while pending and page.is_whole:
        node, parent = pending.pop()
        if node is None:
            continue
        pending.append((node.next, parent))
        if (element := _add(node, parent, page)) is not None:
            created.append(element)
            pending.append((node.first_child, element))
            page.is_whole = len(created) < most
    measure(created)


def _add(node: LexborNode, parent: Element, page: Page) -> Element | None:
    """Add a text or a visible element to `parent`, and give the element, which may have children."""
    name = node.tag
    if name == "-text":
        parent.children.append(node.text_content or "")
        return None
    if not name or name[0] in "-_!":
        return None
    _note(name, node, page)
    attributes = _attributes(node)
    if is_hidden(name.lower(), attributes):
        return None
    element = Element(name=name.lower(), attributes=attributes)
    if parent.name in _BETWEEN and any(isinstance(child, Element) for child in parent.children[-2:]):
        parent.children.append(_BETWEEN[parent.name])
    parent.children.append(element)
    return element


def _attributes(node: LexborNode) -> dict[str, str]:
    return {name.lower(): value or "" for name, value in node.attributes.items()}
