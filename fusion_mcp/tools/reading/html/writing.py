"""A tree of seen elements to text with a little Markdown. Pure.

Only what changes the meaning is marked: headings, items, quotations, tables, code, struck-out words. Bold and italics
are not, so that the words stand as the page has them and a quotation can be found again.
"""

import re
from collections.abc import Iterator
from itertools import islice

from fusion_mcp.cleaning import clean
from fusion_mcp.tools.reading.addresses import Addresses
from fusion_mcp.tools.reading.html.blocks import Blocks
from fusion_mcp.tools.reading.html.tables import data_rows
from fusion_mcp.tools.reading.html.tree import Element, End, Node, Tree
from fusion_mcp.tools.reading.html.vocabulary import BLOCKS, LISTS, MARKED, VERBATIM

_PERMALINK = re.compile(r"[¶#§🔗]\ufe0f?")
_LONGEST_SIGN = 2
_LONGEST_RAISED = 12
_WHOLE = VERBATIM | {"a", "table"}
"""What may be written in one piece."""
_UNMARKED = BLOCKS - MARKED
"""What ends a block where it begins and where it ends, and no more."""
_BEFORE = {"br": "\n", "del": "~~", "s": "~~", "strike": "~~", "q": '"', "rt": "("}
_AFTER = {"del": "~~", "s": "~~", "strike": "~~", "q": '"', "rt": ")"}
_HEADINGS = {f"h{level}": f"{'#' * level} " for level in range(1, 7)}


def written(
    tree: Tree, root: Element, addresses: Addresses, *, limit: int, without: frozenset[Element] = frozenset()
) -> str:
    """Write `root`, which stands in `tree`, without the elements in `without`; stop soon after `limit` characters."""
    return _Writer(tree, addresses, without, limit).write(root)


class _Writer:
    def __init__(self, tree: Tree, addresses: Addresses, without: frozenset[Element], limit: int) -> None:
        self._tree = tree
        self._addresses = addresses
        self._without = without
        self._limit = limit
        self._blocks = Blocks()

    def write(self, root: Element) -> str:
        blocks, without, limit = self._blocks, self._without, self._limit
        nodes = iter(self._tree.all_in(root))
        for node in nodes:
            if isinstance(node, str):
                if node.isascii() and node.isprintable() and "  " not in node:
                    blocks.words.append(node)
                    blocks.length += len(node)
                else:
                    blocks.add(node)
            elif isinstance(node, Element) and (node in without or (node.name in _WHOLE and self._whole(node))):
                _skip(nodes, node.behind - node.place - 1)
            elif node.name in _UNMARKED:
                blocks.end()
            elif node.name in MARKED:
                self._mark(node)
            if blocks.length >= limit:
                break
        return blocks.text()

    def _whole(self, element: Element) -> bool:
        """Write what is written in one piece, if this is such an element."""
        if element.name == "a":
            return element.words <= _LONGEST_SIGN and self._is_permalink(element)
        if element.name in VERBATIM:
            self._blocks.verbatim(clean(self._tree.text_in(element, self._without)))
            return True
        if element.name == "table" and (rows := data_rows(self._tree, element, self._cell)) is not None:
            self._caption(element)
            self._blocks.table(rows)
            return True
        return False

    def _caption(self, table: Element) -> None:
        self._blocks.end()
        for child in self._tree.inner(table):
            if child.name == "caption":
                self._blocks.add(self._tree.text_in(child))
                self._blocks.end()

    def _cell(self, cell: Element) -> str:
        if cell in self._without:
            return ""
        only = self._tree.only_text_of(cell)
        if only is not None:  # most cells are no more than that
            text = clean(only)
        else:
            text = written(self._tree, cell, self._addresses, limit=self._limit // 10, without=self._without)
        return " ".join(text.split()).replace("|", "\\|")

    def _is_permalink(self, link: Element) -> bool:
        return _PERMALINK.fullmatch(self._tree.text_in(link).strip()) is not None

    def _mark(self, node: Element | End) -> None:
        if isinstance(node, Element):
            self._enter(node)
        else:
            self._leave(node.name)

    def _enter(self, element: Element) -> None:
        name, blocks = element.name, self._blocks
        if name in BLOCKS:
            blocks.end()
        if name == "a":
            if address := self._addresses.absolute(element.says("href")):
                blocks.begin_link(address)
        elif name == "li":
            blocks.push(blocks.bullet(), "  ")
        elif name in LISTS:
            blocks.begin_list(numbered=name == "ol", first=element.says("start"))
        elif name in _HEADINGS:
            blocks.begin(_HEADINGS[name])
        elif name == "blockquote":
            blocks.push("> ", "> ")
        else:
            blocks.add_raw(self._before(element))

    def _leave(self, name: str) -> None:
        blocks = self._blocks
        if name in BLOCKS:
            blocks.end()
        if name == "a":
            blocks.end_link()
        elif name in ("li", "blockquote"):
            blocks.pop()
        elif name in LISTS:
            blocks.end_list()
        else:
            blocks.add_raw(_AFTER.get(name, ""))

    def _before(self, element: Element) -> str:
        """Give the mark in front of words that would mean something else without it."""
        if element.name != "sup":
            return _BEFORE.get(element.name, "")
        is_short = element.words <= _LONGEST_RAISED
        return "^" if is_short and self._tree.text_in(element).strip()[:1].isalnum() else ""


def _skip(nodes: Iterator[Node], number: int) -> None:
    next(islice(nodes, number, number), None)
