"""HTML to the tree that a reader sees. The parser is Lexbor, which builds what a browser with scripts builds.

A parser that differs from browsers lets text out of what they hide; this one was compared with another of its kind on
millions of broken pages.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from fusion_mcp.tools.reading.html.hiding import HIDING, is_hidden
from fusion_mcp.tools.reading.html.nesting import check_nesting
from fusion_mcp.tools.reading.html.tree import Element, End, Node, Tree
from fusion_mcp.tools.reading.html.vocabulary import SILENT, USUAL

_BETWEEN = {"mfrac": "/", "msup": "^", "msub": "_", "mover": "^", "munder": "_"}
"""Formulas would lose their meaning without: ten to the sixth must not become 106."""
_MISPLACED = "svg sup, math sup"
_RAISED = re.compile(r"(?<=<)(/?)(su[bp])(?=[\s/>])", re.IGNORECASE)
_OTHER = {"sup": "sub", "sub": "sup"}


@dataclass(kw_only=True)
class Page:
    """What one document holds: all that is seen of its body, what stands in its head."""

    tree: Tree
    title: str = ""
    base: str = ""
    metas: list[Mapping[str, str | None]] = field(default_factory=list)
    is_whole: bool = True


def visible_page(markup: str, most: int) -> Page:
    """Parse `markup`, and leave out what is hidden. Every text is a page; only its first elements are kept.

    Raises ToolFault("too_large") for one that would take too long to parse.
    """
    check_nesting(markup)
    parser, swapped = _parsed(markup)
    page = Page(tree=Tree(Element("body", {}, 0)))
    root, body = parser.root, parser.body
    if root is None or is_hidden("html", root.attributes):
        body = None
    elif parser.head is not None:
        _read_head(parser.head, page)
    if body is not None and body.tag == "body" and not is_hidden("body", body.attributes):
        page.tree.root.attributes = body.attributes
        _grow(page, body.first_child, most)
    else:
        _grow(page, None, most)
    for element in page.tree.elements if swapped else ():  # their ends are alike
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
        page.base = page.base or node.attributes.get("href") or ""
    elif name == "meta":
        page.metas.append(node.attributes)


def _grow(page: Page, node: LexborNode | None, most: int) -> None:
    """Copy what is visible of `node` and all that follows. No recursion, since a page may be as deep as it likes."""
    nodes, elements = page.tree.nodes, page.tree.elements
    ends = _Ends()
    words = linked = 0  # characters so far; what an element has of them is what they become until its end
    parent = page.tree.root
    open_: list[tuple[Element, LexborNode | None]] = []  # elements around this one, each with what follows in it
    while True:
        if node is None:
            parent.words = words - parent.words
            if parent.name == "a" and "href" in parent.attributes:
                linked = parent.linked + parent.words
            parent.linked = linked - parent.linked
            nodes.append(ends[parent.name])
            parent.behind = len(nodes)
            if not open_:
                return
            parent, node = open_.pop()
        elif (text := node.text_content) is not None or (
            not (attributes := node.attributes)
            and node.tag in SILENT
            and parent.name not in _BETWEEN
            and (text := _only_text_of(node)) is not None
        ):
            nodes.append(text)
            words += len(text.strip())
            node = node.next
        elif (HIDING.isdisjoint(attributes) and (name := node.tag) in USUAL) or (name := _seen(node, page)):
            if parent.name in _BETWEEN and _follows_element(nodes):
                nodes.append(sign := _BETWEEN[parent.name])
                words += len(sign)
            open_.append((parent, node.next))
            parent, node = Element(name, attributes, len(nodes), words, linked), node.first_child
            nodes.append(parent)
            elements.append(parent)
            if len(elements) >= most:
                page.is_whole, node = False, None
                open_ = [(element, None) for element, _ in open_]
        else:
            node = node.next


def _only_text_of(node: LexborNode) -> str | None:
    """Give the text of an element that holds one and nothing else: where it says nothing of that, it is no more."""
    child = node.first_child
    return child.text_content if child is not None and child.next is None else None


class _Ends(dict[str, End]):
    """Ends by the names of what ends: one for all elements of a name."""

    def __missing__(self, name: str) -> End:
        end = self[name] = End(name)
        return end


def _seen(node: LexborNode, page: Page) -> str | None:
    """Give an element's name in small letters; None for one that is not visible, or cannot have children."""
    name = node.tag
    if not name or name[0] in "-_!":
        return None
    lower = name.lower()
    if is_hidden(lower, node.attributes):
        _note(name, node, page)
        return None
    return lower


def _follows_element(nodes: Sequence[Node]) -> bool:
    """Whether what comes next stands behind an element, with no more than one text between them."""
    return isinstance(nodes[-1], End) or (isinstance(nodes[-1], str) and isinstance(nodes[-2], End))
