"""The rows as a drawing for the README: an SVG that stands alone, readable on a light page and on a dark one. Pure.

Above, questions a second beside the references'; below, each figure as a bar that should end before the line of its
goal, or reach it. Every figure that is drawn is also written.
"""

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.rows import OURS, Row
from benchmarks.table import figure, value, wanted
from fusion_mcp.evaluation.reporting.markup import element, shown

_WIDTH = 900
_LABEL = 400
_TRACK = 300
_STEP = 22
_BAR = 12
_GAP = 14
_TOP = 40
_GOAL_AT = 0.6
"""Where on a track the goal's line stands; the track's end is at 1."""

_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.head { font-weight: 600; font-size: 14px }
.note { fill: #59636e }
.track { fill: #818b981f }
.ours { fill: #0969da }
.other { fill: #818b98 }
.missed { fill: #bc4c00 }
.goal { stroke: #1f2328; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.note { fill: #9198a1 }
.track { fill: #9198a133 }
.ours { fill: #4493f8 }
.other { fill: #9198a1 }
.missed { fill: #f0883e }
.goal { stroke: #f0f6fc }
}
"""


class _Sheet:
    """Lines of a drawing, from the top to the bottom."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.y = _TOP

    def head(self, words: str, note: str) -> None:
        """Begin a part."""
        self.drawn += [_text(0, self.y - _GAP, words, "head"), _text(0, self.y + 4, note, "note")]
        self.y += _BAR + 6

    def bar(self, label: str, part: float, kind: str, words: str, goal_at: float | None = None) -> None:
        """Draw a bar over `part` of its track, from 0 to 1, with a line where the goal is."""
        middle = self.y + _BAR - 2
        width = _TRACK * min(max(part, 0.005), 1.0)
        self.drawn += [
            _text(0, middle, label),
            _rect("track", _TRACK, self.y),
            _rect(kind, width, self.y),
            _text(_LABEL + _TRACK + 10, middle, words),
        ]
        if goal_at is not None:
            x = f"{_LABEL + _TRACK * goal_at:.1f}"
            self.drawn.append(
                element("line", "", class_="goal", x1=x, x2=x, y1=f"{self.y - 3}", y2=f"{self.y + _BAR + 3}")
            )
        self.y += _STEP

    def space(self) -> None:
        """Leave some room."""
        self.y += 3 * _GAP

    def svg(self, title: str) -> str:
        """Give the whole drawing."""
        size = {"width": f"{_WIDTH}", "height": f"{self.y}", "viewBox": f"0 -4 {_WIDTH} {self.y}"}
        inner = f"<title>{shown(title)}</title><style>{_STYLE}</style>{''.join(self.drawn)}"
        return element("svg", inner, xmlns="http://www.w3.org/2000/svg", role="img", aria_label=title, **size) + "\n"


def drawn(rows: Sequence[Row], machine: Mapping[str, object]) -> str:
    """Draw what was measured."""
    sheet = _Sheet()
    rates = [row for row in rows if row.measure == "throughput" and row.unit == "per s"]
    if rates:
        sheet.head("Questions a second, of what the models' delays allow", "panel of three, judge and synthesizer")
        for row in rates:
            words = f"{value(row.figure, 'parts')}, {value(row.ours, 'per s')}"
            sheet.bar(f"{_at_once(row)}: {row.of}", row.figure, "ours" if row.of == OURS else "other", words)
        sheet.space()
    sheet.head("Against the goals", "the line is the goal: a bar ends before it where less is better, else reaches it")
    for row in _with_goals(rows):
        _against_goal(sheet, row)
    where = f"{machine['cores']} cores, Python {machine['python']}, medians of runs; everything on one machine"
    sheet.drawn.append(_text(0, sheet.y + _BAR, where, "note"))
    sheet.y += 2 * _GAP
    return sheet.svg("How fast fusion-mcp is")


def _with_goals(rows: Iterable[Row]) -> list[Row]:
    """Those to draw: how costs grow would be too many, and is in the table."""
    return [row for row in rows if row.goal is not None and not row.failures and row.measure != "growth"]


def _against_goal(sheet: _Sheet, row: Row) -> None:
    assert row.goal  # noqa: S101 only those that have one
    less = row.goal.kind == "at most"
    part = _GOAL_AT * row.figure / row.goal.value
    words = f"{figure(row)} ({'≤' if less else '≥'} {wanted(row, row.goal)}){'' if row.is_met else ', missed'}"
    against = f" / {row.against}" if row.reference is not None else ""
    sheet.bar(row.what + against, part, "ours" if row.is_met else "missed", words, _GOAL_AT)


def _at_once(row: Row) -> str:
    return row.what.partition(", ")[2]


def _text(x: float, y: float, words: str, kind: str = "words") -> str:
    return element("text", shown(words), class_=kind, x=f"{x:.0f}", y=f"{y:.0f}")


def _rect(kind: str, width: float, y: float) -> str:
    return element("rect", "", class_=kind, x=f"{_LABEL}", y=f"{y:.0f}", width=f"{width:.1f}", height=f"{_BAR}", rx="2")
