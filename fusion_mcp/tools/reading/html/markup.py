"""A page of HTML to what it says."""

from collections.abc import Iterator
from itertools import chain

from fusion_mcp.cleaning import one_line
from fusion_mcp.tools.reading.addresses import Addresses
from fusion_mcp.tools.reading.finishing import finished
from fusion_mcp.tools.reading.html.content import content_of
from fusion_mcp.tools.reading.html.dates import published
from fusion_mcp.tools.reading.html.tree import Element, Tree
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
    tree, addresses = page.tree, Addresses(url, page.base)
    content = content_of(tree)
    inside = tree.within(content.root, content.without)
    return finished(
        title=page.title or next((tree.text_in(element) for element in inside if element.name == "h1"), ""),
        text=written(tree, content.root, addresses, limit=limits.text_chars, without=content.without),
        links=_links(tree, chain(_anchors(inside), _anchors(tree.elements)), addresses),
        date=published(page.metas, inside),
        limits=limits,
        nothing=NOTHING,
        more=len(markup) > limits.markup_chars or not page.is_whole,
    )


def read_piece(markup: str, addresses: Addresses, limit: int) -> str:
    """Read HTML within another document, such as a feed's description: about `limit` characters. May be empty."""
    tree = visible_page(markup[: _MARKUP * limit], limit).tree
    return written(tree, tree.root, addresses, limit=limit)


def read_words(markup: str, limit: int) -> str:
    """Read such a piece as one line of words, without links."""
    tree = visible_page(markup[: _MARKUP * limit], limit).tree
    return " ".join(tree.text_in(tree.root).split())


def _anchors(seen: list[Element]) -> Iterator[Element]:
    return (element for element in seen if element.name == "a")


def _links(tree: Tree, anchors: Iterator[Element], addresses: Addresses) -> Iterator[Link]:
    """Find links that somebody sees. One that was found with its words is not looked at again."""
    told: set[str] = set()
    for anchor in anchors:
        href = anchor.says("href")
        if href not in told and (url := addresses.absolute(href)):
            text = one_line(tree.text_in(anchor), _LINK_TEXT_LENGTH)
            if text:
                told.add(href)
            if text or _has_picture(tree, anchor):  # without either, nobody sees it
                yield Link(url=url, text=text)


def _has_picture(tree: Tree, link: Element) -> bool:
    pictures = (element for element in tree.elements_in(link) if element.name == "img")
    return any(picture.says("src") or picture.says("alt") for picture in pictures)
