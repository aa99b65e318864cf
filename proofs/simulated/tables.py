"""The tables of the simulation: rows of cells in, rows of words out. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields

from simulated.batch import Cell, Row, Rows
from simulated.cases import ALL, LABELS, NOTHING, RHO, Mechanism, Scene
from simulated.minds import Checker, Judge, Member, Writer
from simulated.numbers import Worth, mean
from simulated.run import Score
from simulated.verdicts import Judged, Verdicts, over_strongest, strongest

SIZES_HEAD = ("panel", "right", "wrong", "named", "missed", "points", "strongest alone", "change", "calls", "per call")
SCENES_HEAD = (
    "panel",
    "with",
    "right",
    "wrong",
    "named",
    "points",
    "calls",
    "change",
    "95 % interval",
    "per call",
    "verdict",
)
OBEDIENCE_HEAD = ("panel", "with", "obedience", "right", "wrong", "named", "points")
MARKS_HEAD = ("what a result says of a claim or point", "so many", "true of them")


def assumptions() -> Iterator[str]:
    """Say what is assumed of every model where a panel's name says nothing else."""
    for kind in (Member(), Judge(), Writer(), Checker()):
        named = ", ".join(f"{field.name} {getattr(kind, field.name)}" for field in fields(kind))
        yield f"  {type(kind).__name__.lower():8}{named}"
    yield f"  {'all':8}share their luck on a fact with the chance {RHO}"


def size_rows(scenes: Sequence[Scene], played: Rows, worth: Worth) -> Iterator[Sequence[object]]:
    """A row for each size of a panel, held against its strongest member alone."""
    for scene in scenes:
        rows = played[Cell(scene, LABELS)]
        best, change = strongest(scene), over_strongest(scene, rows, worth)
        yield (
            scene.name,
            *_shares([row.score for row in rows]),
            f"{mean(rows, lambda row: row.score.missed):.1%}",
            _points([row.score for row in rows], worth),
            _points([row.members[best] for row in rows], worth),
            f"{change.points:+.3f}",
            _calls(rows),
            "" if change.per_call is None else f"{change.per_call:+.3f}",
        )


def scene_rows(
    scenes: Sequence[Scene], mechanisms: Sequence[Mechanism], played: Rows, judged: Verdicts, worth: Worth
) -> Iterator[Sequence[object]]:
    """A row for each mechanism in each scene, below those of its members alone."""
    for scene in scenes:
        rows = played[Cell(scene, LABELS)]
        everybody = [score for row in rows for score in row.members]
        best, calls = [row.members[strongest(scene)] for row in rows], f"{scene.calls_of_member:.1f}"
        yield scene.name, "(average member)", *_shares(everybody), _points(everybody, worth), calls, *_NO_CHANGE
        yield "", "(strongest member)", *_shares(best), _points(best, worth), calls, *_NO_CHANGE
        for mechanism in mechanisms:
            rows = played[Cell(scene, mechanism)]
            scores = [row.score for row in rows]
            change = _NO_CHANGE if mechanism == NOTHING else _change(judged[mechanism, scene])
            yield "", mechanism.name, *_shares(scores), _points(scores, worth), _calls(rows), *change


def obedience_rows(
    scenes: Sequence[Scene], mechanisms: Sequence[Mechanism], played: Rows, worth: Worth
) -> Iterator[Sequence[object]]:
    """A row for each degree of obedience."""
    for scene in scenes:
        for mechanism in mechanisms:
            scores = [row.score for row in played[Cell(scene, mechanism)]]
            yield scene.name, mechanism.name, mechanism.obedience, *_shares(scores), _points(scores, worth)


def mark_rows(played: Rows) -> Iterator[Sequence[object]]:
    """A row for each mark that results put on claims and points: how often it was put, and on how many true ones."""
    counted: Counter[tuple[str, bool]] = Counter()
    for cell, rows in played.items():
        if cell.mechanism in (LABELS, ALL):
            for row in rows:
                counted.update(row.marks)
    for mark in sorted({mark for mark, _ in counted}):
        true, number = counted[mark, True], counted[mark, True] + counted[mark, False]
        yield mark, number, f"{true / number:.1%}"


_NO_CHANGE = ("", "", "", "")


def _shares(scores: Sequence[Score]) -> tuple[str, str, str]:
    right, wrong, named = (
        sum(getattr(score, name) for score in scores) / len(scores) for name in ("right", "wrong", "named")
    )
    return f"{right:.1%}", f"{wrong:.1%}", f"{named:.1%}"


def _points(scores: Sequence[Score], worth: Worth) -> str:
    return f"{sum(map(worth.points, scores)) / len(scores):+.3f}"


def _calls(rows: Sequence[Row]) -> str:
    return f"{mean(rows, lambda row: row.calls):.1f}"


def _change(judged: Judged) -> tuple[str, ...]:
    change = judged.change
    per_call = "" if change.per_call is None else f"{change.per_call:+.3f}"
    return f"{change.points:+.3f}", f"{change.low:+.3f} to {change.high:+.3f}", per_call, judged.verdict
