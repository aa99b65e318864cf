"""A page of HTML to what it says."""

from collections.abc import Iterator
from itertools import chain

from fusion_mcp.cleaning import one_line
from fusion_mcp.tools.reading.addresses import Addresses
from fusion_mcp.tools.reading.finishing import finished
from fusion_mcp.tools.reading.html.content import content_of
from fusion_mcp.tools.reading.html.dates import published
from fusion_mcp.tools.reading.html.tree import Element, elements, raw_text, within
from fusion_mcp.tools.reading.html.visible import visible_page
from fusion_mcp.tools.reading.html.writing import written
from fusion_mcp.tools.reading.readable import Link, Readable, ReadingLimits

_TITLE_LENGTH = 300
_LINK_TEXT_LENGTH = 200
_MARKUP = 5
"""How many characters of markup one of text may take."""
NOTHING = (
    "This page holds no readable text; it may be made by scripts alone. Use another source, or answer from what you "
    "have."
)


def read_markup(markup: str, url: str, limits: ReadingLimits) -> Readable:
    """Read a page that was found at `url`. Raises ToolFault: `unreadable` where nothing is seen, `too_large`."""
    page = visible_page(markup[: limits.markup_chars], limits.elements)
    addresses = Addresses(url, page.base)
    content = content_of(page.elements)
    inside = within(content.root, page.elements, content.without)
    return finished(
        title=page.title or next((raw_text(element) for element in inside if element.name == "h1"), ""),
        text=written(content.root, addresses, limit=limits.text_chars, without=content.without),
        links=_links(chain(_anchors(inside), _anchors(page.elements)), addresses),
        date=published(page.metas, inside),
        limits=limits,
        nothing=NOTHING,
        more=len(markup) > limits.markup_chars or not page.is_whole,
    )


def read_piece(markup: str, addresses: Addresses, limit: int) -> str:
    """Read HTML within another document, such as a feed's description: about `limit` characters. May be empty."""
    return written(visible_page(markup[: _MARKUP * limit], limit).body, addresses, limit=limit)


def read_words(markup: str, limit: int) -> str:
    """Read such a piece as one line of words, without links."""
    return " ".join(raw_text(visible_page(markup[: _MARKUP * limit], limit).body).split())


def _anchors(seen: list[Element]) -> list[Element]:
    return [element for element in seen if element.name in ("a", "area")]


def _links(anchors: Iterator[Element], addresses: Addresses) -> Iterator[Link]:
    """Find links that somebody sees. One that was found with its words is not looked at again."""
    told: set[str] = set()
    for anchor in anchors:
        href = anchor.attributes.get("href", "")
        if href not in told and (url := addresses.absolute(href)):
            text = one_line(raw_text(anchor), _LINK_TEXT_LENGTH)
            if text:
                told.add(href)
            if text or _has_picture(anchor):  # without either, nobody sees it
                yield Link(url=url, text=text)


def _has_picture(link: Element) -> bool:
    pictures = (element.attributes for element in elements(link) if element.name == "img")
    return any(picture.get("src") or picture.get("alt") for picture in pictures)
