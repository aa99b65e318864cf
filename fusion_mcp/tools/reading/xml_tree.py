"""XML to a tree without what it hides, and elements of that back to HTML. Pure."""

import re
from collections.abc import Mapping
from html import escape
from html.entities import html5
from xml.etree import ElementTree as ET

from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.reading.html.hiding import is_hidden

_XHTML = "{http://www.w3.org/1999/xhtml}"
_DECLARATION = re.compile(r"\A\s*+<\?xml[^>]{0,1000}>")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31};)")
_NO_TEXT = {"script", "style", "template"}
_EMPTY = {"br", "col", "hr", "img", "wbr"}
BROKEN = "This XML document is broken or makes use of what is not read here. Use another source."


def parsed(text: str) -> ET.Element:
    """Parse `text`, and leave out what is hidden. Raises ToolFault("unreadable") where it is broken."""
    # An entity may stand for a thousand others, and each of these for a thousand more.
    if "<!ENTITY" in text:
        raise ToolFault("unreadable", BROKEN)
    text = _ENTITY.sub(_reference, _DECLARATION.sub("", text, count=1).strip())
    try:
        root = ET.fromstring(text)  # noqa: S314 - without entities there is nothing that could unfold
    except (ET.ParseError, ValueError):
        raise ToolFault("unreadable", BROKEN) from None
    if _is_hidden(root):
        return ET.Element(name_of(root))
    for element in root.iter():
        _leave_out_hidden(element)
    return root


def name_of(element: ET.Element) -> str:
    """Give an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def attributes_of(element: ET.Element) -> Mapping[str, str]:
    """Give its attributes by their names in small letters, without namespaces."""
    return {name.rpartition("}")[2].lower(): value for name, value in element.items()}


def is_page(element: ET.Element) -> bool:
    """Whether a browser shows it as a page."""
    return element.tag.startswith(_XHTML) or name_of(element).lower() == "html"


def html_of(element: ET.Element) -> str:
    """Give `element` and all that is in it as HTML.

    Text within XHTML is text. Elsewhere it is HTML once more: feeds carry theirs so, and between elements of any kind.
    """
    parts: list[str] = []
    pending: list[tuple[ET.Element | str, bool]] = [(element, False)]
    while pending:
        node, literal = pending.pop()
        if isinstance(node, str):
            parts.append(escape(node) if literal else node)
            continue
        name, attributes = name_of(node), attributes_of(node)
        within = literal or is_page(node) or attributes.get("type") == "xhtml"
        written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
        parts.append(f"<{name}{written}>")
        if name.lower() in _EMPTY:
            continue
        inner: list[tuple[ET.Element | str, bool]] = [(node.text or "", within)]
        for child in node:
            inner += [(child, within), (child.tail or "", within)]
        pending += [(f"</{name}>", False), *reversed(inner)]
    return "".join(parts)


def _reference(found: re.Match[str]) -> str:
    """Spell an entity of HTML in a way that XML knows without a definition."""
    return "".join(f"&#{ord(letter)};" for letter in html5.get(found[1], "")) or found[0]


def _leave_out_hidden(parent: ET.Element) -> None:
    """Leave out hidden children, but keep the text behind them."""
    if not any(_is_hidden(child) for child in parent):
        return
    kept: list[ET.Element] = []
    for child in parent:
        if not _is_hidden(child):
            kept.append(child)
        elif kept:
            kept[-1].tail = (kept[-1].tail or "") + (child.tail or "")
        else:
            parent.text = (parent.text or "") + (child.tail or "")
    parent[:] = kept


def _is_hidden(element: ET.Element) -> bool:
    name = name_of(element).lower()
    return is_hidden(name if element.tag.startswith(_XHTML) or name in _NO_TEXT else "", attributes_of(element))
