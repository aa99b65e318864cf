"""XML to what it says: feeds entry by entry, everything else as the text of its elements."""

import re
from collections.abc import Iterable, Iterator
from html import escape
from xml.etree import ElementTree as ET

from fusion_mcp.cleaning import one_line
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.reading.addresses import Addresses
from fusion_mcp.tools.reading.finishing import finished
from fusion_mcp.tools.reading.html.markup import read_markup, read_piece, read_words
from fusion_mcp.tools.reading.html.vocabulary import NEVER_SHOWN
from fusion_mcp.tools.reading.readable import Link, Readable, ReadingLimits
from fusion_mcp.tools.reading.xml_tree import html_of, is_page, name_of, parsed

_MOST_ENTRIES = 500
_ENTRY_LENGTH = 20_000
_LINK_TEXT_LENGTH = 200
_SUMMARIES = ("encoded", "content", "description", "summary")
_DATES = ("pubDate", "published", "updated", "date")
_SWALLOWING = re.compile(rf"<({'|'.join(sorted(NEVER_SHOWN))})>", re.IGNORECASE)
NOTHING = "This document holds no readable text. Use another source, or answer from what you have."


def read_xml(text: str, url: str, limits: ReadingLimits) -> Readable:
    """Read a feed or another XML document. Raises ToolFault("unreadable") where it is broken or empty."""
    root = parsed(text[: limits.markup_chars])
    if is_page(root):
        return read_markup(html_of(root), url, limits)
    addresses = Addresses(url)
    entries = [element for element in root.iter() if name_of(element) in ("item", "entry")][:_MOST_ENTRIES]
    title = _text_of(root, "title") or next((_text_of(child, "title") for child in root), "")
    blocks = (_entry(entry, addresses) for entry in entries) if entries else _words(root)
    return finished(
        title=title,
        text="\n\n".join(_enough(blocks, limits.text_chars)),
        links=(link for entry in entries for link in _links(entry, addresses)),
        date=None,
        limits=limits,
        nothing=NOTHING,
    )


def read_xhtml(text: str, url: str, limits: ReadingLimits) -> Readable:
    """Read a page that browsers parse as XML; one that is none is read as HTML. Raises as `read_markup` does."""
    try:
        root = parsed(text[: limits.markup_chars])
    except ToolFault:
        return read_markup(text, url, limits)
    return read_markup(html_of(root), url, limits)


def _enough(blocks: Iterable[str], length: int) -> Iterator[str]:
    """Give blocks that hold something, until they are longer than `length` together."""
    for block in blocks:
        if block:
            yield block
            length -= len(block)
        if length < 0:
            return


def _entry(entry: ET.Element, addresses: Addresses) -> str:
    """Write one entry: its title as a heading that leads there, its date, and what it says."""
    title = one_line(_text_of(entry, "title"), _LINK_TEXT_LENGTH)
    link = next(_links(entry, addresses), None)
    head = f"[{title or link.url}]({link.url})" if link else title
    pieces = (read_piece(_html_in(entry, name), addresses, _ENTRY_LENGTH) for name in _SUMMARIES)
    said = next((piece for piece in pieces if piece), "")
    day = next((text for name in _DATES if (text := _text_of(entry, name))), "")
    return "\n\n".join(part for part in (head and f"## {head}", one_line(day, 60), said) if part)


def _links(entry: ET.Element, addresses: Addresses) -> Iterator[Link]:
    for child in entry:
        if name_of(child) == "link" and child.get("rel", "alternate") == "alternate":
            href = child.get("href") or (child.text or "").strip()
            if url := addresses.absolute(href):
                yield Link(url=url, text=one_line(_text_of(entry, "title"), _LINK_TEXT_LENGTH))


def _html_in(parent: ET.Element, name: str) -> str:
    """Give what the first child of this name holds, as HTML."""
    found = next((child for child in parent if name_of(child) == name), None)
    if found is None:
        return ""
    held = ET.Element("div", {"type": found.get("type", "")})
    text = found.text or ""
    kind = found.get("type")  # Atom, section 3.1.1
    held.text = escape(text) if kind == "text" else text if kind == "xhtml" else _spared(text)
    held[:] = found[:]
    return html_of(held)


def _spared(text: str) -> str:
    """Spell words about elements so that they are words: what is never closed would hide all the rest."""
    closed = text.lower()
    return _SWALLOWING.sub(lambda tag: tag[0] if f"</{tag[1].lower()}" in closed else f"&lt;{tag[1]}&gt;", text)


def _text_of(parent: ET.Element, name: str) -> str:
    return read_words(_html_in(parent, name), _ENTRY_LENGTH)


def _words(root: ET.Element) -> Iterator[str]:
    """Give the text of every element that a page could show, one by one."""
    pending: list[ET.Element | str] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            if words := " ".join(node.split()):
                yield words
        else:
            following: list[ET.Element | str] = [node.text or ""]
            for child in node:
                following += [child, child.tail or ""]
            pending.extend(reversed(following))
