"""The rows as a Markdown table, and as JSON. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.rows import OURS, Goal, Row, Unit

_HEAD = ("measure", "ours", "reference", "ratio or figure", "goal", "met")
_PRECISE_BELOW = 10.0


def markdown(rows: Iterable[Row]) -> str:
    """Write the table, one line a row."""
    lines = [_HEAD, tuple("---" for _ in _HEAD), *map(_cells, rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def shape(rows: Sequence[Row], machine: Mapping[str, Any]) -> dict[str, Any]:
    """Give everything that was measured, each run of it, and where."""
    return {"machine": dict(machine), "rows": [_shape(row) for row in rows]}


def value(number: float, unit: Unit) -> str:
    """Write a figure with its unit, with three digits that mean something."""
    if unit == "parts":
        return f"{100 * number:.3g} %"
    digits = f"{number:.3f}" if abs(number) < _PRECISE_BELOW else f"{number:,.{0 if abs(number) >= 1000 else 1}f}"  # noqa: PLR2004 thousands
    return f"{digits} {unit}".rstrip()


def figure(row: Row) -> str:
    """Write a row's figure: a ratio has no unit."""
    return value(row.figure, _unit(row))


def wanted(row: Row, goal: Goal) -> str:
    """Write the figure that a row should come to, or stay at or below."""
    return value(goal.value, "parts") if row.unit == "parts" else f"{goal.value:g} {_unit(row)}".rstrip()


def _unit(row: Row) -> Unit:
    return row.unit if row.reference is None else ""


def _cells(row: Row) -> tuple[str, ...]:
    who = "" if row.of == OURS else f" ({row.of})"
    low, high = (value(end, _unit(row)) for end in row.spread)
    spread = f" ({low} to {high})" if len(row.runs) > 1 else ""
    reference = "" if row.reference is None else f"{row.against} {value(row.reference, row.unit)}".strip()
    met = f"invalid: {row.failures} failed" if row.failures else {True: "yes", False: "no", None: ""}[row.is_met]
    goal = "" if row.goal is None else f"{row.goal.kind} {wanted(row, row.goal)}"
    return (f"{row.measure}: {row.what}{who}", value(row.ours, row.unit), reference, figure(row) + spread, goal, met)


def _shape(row: Row) -> dict[str, Any]:
    return {
        "measure": row.measure,
        "what": row.what,
        "of": row.of,
        "unit": row.unit,
        "ours": row.ours,
        "reference": row.reference,
        "against": row.against,
        "figure": row.figure,
        "spread": list(row.spread),
        "goal": None if row.goal is None else {"kind": row.goal.kind, "value": row.goal.value},
        "met": row.is_met,
        "failures": row.failures,
        "runs": [{"ours": run.ours, "reference": run.reference, "failures": run.failures} for run in row.runs],
    }
