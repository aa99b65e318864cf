"""XML to what it says: feeds entry by entry, everything else as the text of its elements."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from fusion_mcp.cleaning import one_line
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.reading.addresses import Addresses
from fusion_mcp.tools.reading.finishing import finished
from fusion_mcp.tools.reading.html.hiding import is_hidden
from fusion_mcp.tools.reading.html.markup import read_piece
from fusion_mcp.tools.reading.readable import Link, Readable, ReadingLimits

_DECLARATION = re.compile(r"\s{0,1000}<\?xml[^>]{0,1000}>")
_MOST_ENTRIES = 500
_ENTRY_LENGTH = 20_000
_LINK_TEXT_LENGTH = 200
_SUMMARIES = ("encoded", "content", "description", "summary")
_DATES = ("pubDate", "published", "updated", "date")
NOTHING = "This document holds no readable text. Use another source, or answer from what you have."
BROKEN = "This XML document is broken or makes use of what is not read here. Use another source."


def read_xml(text: str, url: str, limits: ReadingLimits) -> Readable:
    """Read a feed or another XML document. Raises ToolFault("unreadable") where it is broken or empty."""
    root = _parsed(text[: limits.markup_chars])
    addresses = Addresses(url)
    entries = [element for element in root.iter() if _name(element) in ("item", "entry")][:_MOST_ENTRIES]
    title = _text_of(root, "title") or next((_text_of(child, "title") for child in root), "")
    blocks = [_entry(entry, addresses) for entry in entries] if entries else list(_words(root))
    return finished(
        title=title,
        text="\n\n".join(block for block in blocks if block),
        links=(link for entry in entries for link in _links(entry, addresses)),
        date=None,
        limits=limits,
        nothing=NOTHING,
    )


def _parsed(text: str) -> ET.Element:
    if "<!ENTITY" in text:  # what it stands for may be without end
        raise ToolFault("unreadable", BROKEN)
    try:
        return ET.fromstring(_DECLARATION.sub("", text, count=1).strip())  # noqa: S314 - as above
    except (ET.ParseError, ValueError):
        raise ToolFault("unreadable", BROKEN) from None


def _entry(entry: ET.Element, addresses: Addresses) -> str:
    """Write one entry: its title as a heading that leads there, its date, and what it says."""
    title = one_line(_text_of(entry, "title"), _LINK_TEXT_LENGTH)
    link = next(_links(entry, addresses), None)
    head = f"[{title or link.url}]({link.url})" if link else title
    said = next((text for name in _SUMMARIES if (text := _text_of(entry, name).strip())), "")
    day = next((text for name in _DATES if (text := _text_of(entry, name).strip())), "")
    return "\n\n".join(
        part for part in (head and f"## {head}", one_line(day, 60), read_piece(said, addresses, _ENTRY_LENGTH)) if part
    )


def _links(entry: ET.Element, addresses: Addresses) -> Iterator[Link]:
    for child in entry:
        if _name(child) == "link" and child.get("rel", "alternate") == "alternate":
            href = child.get("href") or (child.text or "").strip()
            if url := addresses.absolute(href):
                yield Link(url=url, text=one_line(_text_of(entry, "title"), _LINK_TEXT_LENGTH))


def _text_of(parent: ET.Element, name: str) -> str:
    """Give all text of the first child of this name."""
    found = next((child for child in parent if _name(child) == name), None)
    return "" if found is None else "".join(found.itertext())


def _words(root: ET.Element) -> Iterator[str]:
    """Give the text of every element that a page could show, one by one."""
    pending: list[ET.Element | str] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            if words := " ".join(node.split()):
                yield words
        elif not is_hidden(_name(node), {name.lower(): value for name, value in node.items()}):
            following: list[ET.Element | str] = [node.text or ""]
            for child in node:
                following += [child, child.tail or ""]
            pending.extend(reversed(following))


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
