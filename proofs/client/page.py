"""The table of docs/clients.md, as Markdown. Pure, but for where the page is."""

from collections.abc import Iterator, Mapping, Sequence

from client.catalogue import HERE, Client
from client.facts import ABSENT, FEATURES, reason, verdict
from client.record import Rows

DOCUMENT = HERE.parents[1] / "docs" / "clients.md"
BEGIN = "<!-- From here to the next mark, `python3 scripts/prove.py clients --write` writes. -->"
END = "<!-- The end of what is written so. -->"
_DOORS = {"stdio": "stdio", "http": "HTTP"}
_UNTRIED = ""


def written(page: str, rows: Rows, known: Mapping[str, Client]) -> str:
    """Put the table between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table(rows, known)}\n\n{END}{after}"


def table(rows: Rows, known: Mapping[str, Client]) -> str:
    """Write all rows, the notes that they refer to, and the advice."""
    notes: list[str] = []
    lines = [_line(["client", "version", "by", *FEATURES.values(), "tried"]), _line(["---"] * (len(FEATURES) + 4))]
    for (name, door), row in rows.items():
        cells = [_cell(row.found.get(feature, _UNTRIED), notes) for feature in FEATURES]
        lines.append(_line([known[name].title, row.version, _DOORS[door], *cells, row.tried.isoformat()]))
    numbered = [f"{number}. {note}" for number, note in enumerate(notes, 1)]
    return "\n".join([*lines, "", *numbered, "", *_advice(rows, known)]).rstrip()


def _cell(found: str, notes: list[str]) -> str:
    word = "–" if verdict(found) == ABSENT else verdict(found)
    if not (why := _safe(reason(found))):
        return word
    if why not in notes:
        notes.append(why)
    return f"{word} <sup>{notes.index(why) + 1}</sup>"


def _advice(rows: Rows, known: Mapping[str, Client]) -> Iterator[str]:
    for name in dict.fromkeys(name for name, _ in rows):
        if known[name].advice:
            yield f"- **{known[name].title}**: {known[name].advice}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _safe(words: str) -> str:
    """What programs say, as words of a page."""
    return words.replace("|", "/").replace("<", "‹").replace("`", "'")
