"""Tables that hold data, told from those that hold a page together. Pure."""

from collections.abc import Callable, Iterator

from fusion_mcp.tools.reading.html.tree import Element, Tree
from fusion_mcp.tools.reading.html.vocabulary import NO_CELL_HOLDS

_LONGEST_CELL = 400
_MOST_ROWS = 2_000
_MOST_COLUMNS = 50


def data_rows(tree: Tree, table: Element, text_of: Callable[[Element], str]) -> list[list[str]] | None:
    """Give the rows of a table, each cell written by `text_of`; None where it is for layout, or has no two columns."""
    rows: list[list[Element]] = []
    for row in _rows(tree, table):
        cells = [child for child in tree.inner(row) if child.name in ("td", "th")]
        if any(cell.words > _LONGEST_CELL or _holds_blocks(tree, cell) for cell in cells):
            return None
        rows.append(cells)
    if len(rows) > _MOST_ROWS or not 1 < max(map(len, rows), default=0) <= _MOST_COLUMNS:
        return None
    written = [cells for row in rows if any(cells := [text_of(cell) for cell in row])]
    return written if len(written) > 1 else None


def _rows(tree: Tree, table: Element) -> Iterator[Element]:
    for child in tree.inner(table):
        if child.name == "tr":
            yield child
        elif child.name in ("thead", "tbody", "tfoot"):
            yield from (row for row in tree.inner(child) if row.name == "tr")


def _holds_blocks(tree: Tree, cell: Element) -> bool:
    return any(element.name in NO_CELL_HOLDS for element in tree.elements_in(cell))
