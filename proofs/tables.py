"""Tables for a person's eyes, and the end of a proof."""

import sys
from collections.abc import Iterable, Sequence

MOST_SHOWN = 50


def show(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows below their heads, each column as wide as its widest cell."""
    cells = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def conclude(violations: Sequence[str], what: str) -> None:
    """Print what was violated and exit with 1, or say that nothing was."""
    print()
    for violation in violations[:MOST_SHOWN]:
        print(f"VIOLATED  {violation}")
    if len(violations) > MOST_SHOWN:
        print(f"... and {len(violations) - MOST_SHOWN} more")
    print(f"{what}: {len(violations)} violations")
    sys.exit(1 if violations else 0)
