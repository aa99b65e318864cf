"""A tree of seen elements to text with a little Markdown. Pure.

Only what changes the meaning is marked: headings, items, quotations, tables, code, struck-out words. Bold and italics
are not, so that the words stand as the page has them and a quotation can be found again.
"""

import re

from fusion_mcp.cleaning import clean
from fusion_mcp.tools.reading.addresses import Addresses
from fusion_mcp.tools.reading.html.blocks import Blocks
from fusion_mcp.tools.reading.html.tables import data_rows
from fusion_mcp.tools.reading.html.tree import Element, Node, raw_text
from fusion_mcp.tools.reading.html.vocabulary import BLOCKS, LISTS, VERBATIM

_HEADING = re.compile(r"h([1-6])")
_PERMALINK = re.compile(r"[¶#§🔗]\ufe0f?")
_LONGEST_SIGN = 2
_LONGEST_RAISED = 12


def written(root: Element, addresses: Addresses, *, limit: int, without: frozenset[int] = frozenset()) -> str:
    """Write `root` without the elements whose id() is in `without`; stop soon after `limit` characters."""
    return _Writer(addresses, without, limit).write(root)


class _End:
    """Stands behind an element's children on the way through the tree."""

    def __init__(self, element: Element) -> None:
        self.element = element


class _Writer:
    def __init__(self, addresses: Addresses, without: frozenset[int], limit: int) -> None:
        self._addresses = addresses
        self._without = without
        self._limit = limit
        self._blocks = Blocks()

    def write(self, root: Element) -> str:
        pending: list[Node | _End] = [root]
        while pending and self._blocks.length < self._limit:
            node = pending.pop()
            if isinstance(node, str):
                self._blocks.add(node)
            elif isinstance(node, _End):
                self._leave(node.element)
            elif id(node) not in self._without and not self._whole(node):
                self._enter(node)
                pending += [_End(node), *reversed(node.children)]
        return self._blocks.text()

    def _whole(self, element: Element) -> bool:
        """Write what is written in one piece, if this is such an element."""
        if element.name in VERBATIM:
            self._blocks.verbatim(clean(raw_text(element, self._without)))
            return True
        if element.name == "table" and (rows := data_rows(element, self._cell)) is not None:
            self._caption(element)
            self._blocks.table(rows)
            return True
        return element.name == "a" and _is_permalink(element)

    def _caption(self, table: Element) -> None:
        self._blocks.end()
        for child in table.inner:
            if child.name == "caption":
                self._blocks.add(raw_text(child))
                self._blocks.end()

    def _cell(self, cell: Element) -> str:
        text = written(cell, self._addresses, limit=self._limit // 10, without=self._without)
        return " ".join(text.split()).replace("|", "\\|")

    def _enter(self, element: Element) -> None:
        name, blocks = element.name, self._blocks
        if name in BLOCKS:
            blocks.end()
        if heading := _HEADING.fullmatch(name):
            blocks.begin(f"{'#' * int(heading[1])} ")
        elif name == "li":
            blocks.push(blocks.bullet(), "  ")
        elif name in LISTS:
            blocks.begin_list(numbered=name == "ol", first=element.attributes.get("start", ""))
        elif name == "blockquote":
            blocks.push("> ", "> ")
        elif name == "a" and (address := self._addresses.absolute(element.attributes.get("href", ""))):
            blocks.begin_link(address)
        else:
            blocks.add_raw(_before(element))

    def _leave(self, element: Element) -> None:
        name, blocks = element.name, self._blocks
        if name in BLOCKS:
            blocks.end()
        if name in ("li", "blockquote"):
            blocks.pop()
        elif name in LISTS:
            blocks.end_list()
        elif name == "a":
            blocks.end_link()
        else:
            blocks.add_raw(_after(element))


def _is_permalink(element: Element) -> bool:
    return element.words <= _LONGEST_SIGN and _PERMALINK.fullmatch(raw_text(element).strip()) is not None


def _before(element: Element) -> str:
    """Give the mark in front of words that would mean something else without it."""
    match element.name:
        case "br":
            return "\n"
        case "del" | "s" | "strike":
            return "~~"
        case "q":
            return '"'
        case "rt":
            return "("
        case "sup" if element.words <= _LONGEST_RAISED and raw_text(element).strip()[:1].isalnum():
            return "^"
        case _:
            return ""


def _after(element: Element) -> str:
    match element.name:
        case "del" | "s" | "strike":
            return "~~"
        case "q":
            return '"'
        case "rt":
            return ")"
        case _:
            return ""
