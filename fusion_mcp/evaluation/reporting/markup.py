"""The pieces of an HTML page: elements, tables, texts that strangers wrote. Pure, and the only place that escapes.

Whatever a model, a page or a file wrote is cleaned of what no reader sees, escaped, and kept to its own box; nothing of
it becomes a link, an attribute's name or markup.
"""

from collections.abc import Iterable, Sequence
from html import escape

from fusion_mcp.cleaning import clean

LONGEST = 20_000
"""How much of one text is on the page; the whole is in the evaluation's folder."""

_LONGEST_LINE = 4000


def shown(text: str) -> str:
    """Make a stranger's text fit to stand between tags and in quoted attributes."""
    return escape(clean(text))


def element(name: str, content: str, **attributes: str) -> str:
    """Make an element around markup. Attributes are escaped here; `class_` and `aria_label` are class, aria-label."""
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{shown(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{content}</{name}>"


def isolated(text: str) -> str:
    """Show a name or a few sentences, whose direction of writing touches nothing around them."""
    return f"<bdi>{shown(text if len(text) <= _LONGEST_LINE else f'{text[:_LONGEST_LINE]}…')}</bdi>"


def box(text: str, label: str) -> str:
    """Show a longer text as it was written, in a box that can be scrolled with the keyboard."""
    more = len(text) - LONGEST
    cut = f"<p class='note'>The first {LONGEST:,} characters; {more:,} more are in the folder.</p>" if more > 0 else ""
    return element("pre", shown(text[:LONGEST]), dir="auto", tabindex="0", role="region", aria_label=label) + cut


def details(summary: str, content: str, **attributes: str) -> str:
    """Hide content behind a line of markup that opens it."""
    return element("details", f"<summary>{summary}</summary>{content}", **attributes)


def bullets(points: Iterable[str]) -> str:
    """Make a list of pieces of markup; empty where there are none."""
    items = "".join(f"<li>{point}</li>" for point in points)
    return f"<ul>{items}</ul>" if items else ""


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, is_prose: bool = False) -> str:
    """Make a table of pieces of markup. Each row's first cell heads it; a wide table scrolls in its own place.

    `is_prose`: what heads a row is a sentence rather than a name, and needs room.
    """
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(f"<tr>{_row(cells)}</tr>" for cells in rows)
    inner = f"<caption>{shown(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody>"
    return element(
        "div",
        f"<table>{inner}</table>",
        class_="scroll prose" if is_prose else "scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def _row(cells: Sequence[str]) -> str:
    return f'<th scope="row">{cells[0]}</th>' + "".join(f"<td>{cell}</td>" for cell in cells[1:])
