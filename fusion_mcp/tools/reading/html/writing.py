"""A tree of seen elements to text with a little Markdown. Pure.

Only what changes the meaning is marked: headings, items, quotations, tables, code, struck-out words. Bold and italics
are not, so that the words stand as the page has them and a quotation can be found again.
"""

import re

from fusion_mcp.cleaning import clean
from fusion_mcp.tools.reading.addresses import Addresses
from fusion_mcp.tools.reading.html.blocks import Blocks
from fusion_mcp.tools.reading.html.tables import data_rows
from fusion_mcp.tools.reading.html.tree import Element, raw_text
from fusion_mcp.tools.reading.html.vocabulary import BLOCKS, LISTS, VERBATIM, names

_HEADING = re.compile(r"h([1-6])")
_PERMALINK = re.compile(r"[¶#§🔗]\ufe0f?")
_LONGEST_SIGN = 2
_LONGEST_RAISED = 12
_WHOLE = VERBATIM | {"a", "table"}
"""What may be written in one piece."""
_MARKED = LISTS | names("a blockquote br del h1 h2 h3 h4 h5 h6 li q rt s strike sup")
"""What is marked in the text; other elements are nothing but blocks, or nothing at all."""
_NOTED = BLOCKS | _MARKED


def written(root: Element, addresses: Addresses, *, limit: int, without: frozenset[Element] = frozenset()) -> str:
    """Write `root` without the elements in `without`; stop soon after `limit` characters."""
    return _Writer(addresses, without, limit).write(root)


class _Writer:
    def __init__(self, addresses: Addresses, without: frozenset[Element], limit: int) -> None:
        self._addresses = addresses
        self._without = without
        self._limit = limit
        self._blocks = Blocks()

    def write(self, root: Element) -> str:
        if root not in self._without and not self._whole(root):
            self._go_through(root)
        return self._blocks.text()

    def _go_through(self, root: Element) -> None:
        """Write `root` and all that is in it. `open_` are the elements around the next one, each with what is left."""
        blocks, without, limit = self._blocks, self._without, self._limit
        self._enter(root)
        open_ = [(root, iter(root.children))]
        while open_ and blocks.length < limit:
            element, left = open_[-1]
            for node in left:
                if isinstance(node, str):
                    blocks.add(node)
                elif node not in without and not (node.name in _WHOLE and self._whole(node)):
                    if node.name in _NOTED:
                        self._enter(node)
                    open_.append((node, iter(node.children)))
                    break
                if blocks.length >= limit:
                    break
            else:
                open_.pop()
                if element.name in _NOTED:
                    self._leave(element)

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
        if cell in self._without:
            return ""
        if len(cell.children) == 1 and isinstance(only := cell.children[0], str):  # most cells are no more than that
            text = clean(only)
        else:
            text = written(cell, self._addresses, limit=self._limit // 10, without=self._without)
        return " ".join(text.split()).replace("|", "\\|")

    def _enter(self, element: Element) -> None:
        name, blocks = element.name, self._blocks
        if name in BLOCKS:
            blocks.end()
        if name not in _MARKED:
            return
        if heading := _HEADING.fullmatch(name):
            blocks.begin(f"{'#' * int(heading[1])} ")
        elif name == "li":
            blocks.push(blocks.bullet(), "  ")
        elif name in LISTS:
            blocks.begin_list(numbered=name == "ol", first=element.attributes.get("start", ""))
        elif name == "blockquote":
            blocks.push("> ", "> ")
        elif name == "a":
            if address := self._addresses.absolute(element.attributes.get("href", "")):
                blocks.begin_link(address)
        else:
            blocks.add_raw(_before(element))

    def _leave(self, element: Element) -> None:
        name, blocks = element.name, self._blocks
        if name in BLOCKS:
            blocks.end()
        if name not in _MARKED:
            return
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
