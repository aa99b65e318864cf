"""The report's drawings: scores with intervals, differences by task, cost against quality, time. Pure.

Shapes are SVG at places given in per cent and words are HTML, so that both fit any width without a script. Every figure
that is drawn is also written; colour alone never means anything.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from fusion_mcp.evaluation.reporting import figures
from fusion_mcp.evaluation.reporting.frontier import Frontier, Point
from fusion_mcp.evaluation.reporting.markup import element, isolated, shown
from fusion_mcp.evaluation.reporting.summary import ConfigurationSummary, TaskDifference

# Heights and distances are pixels, widths are per cent.
_TRACK = 22
_SCATTER = 300
_NARROW = 340  # pixels: the width of a telephone's screen, on which numbers lie closest together
_SEEN_WIDTH = 92.0
_TOP, _BOTTOM = 24.0, 270.0
_FREE = 8.0  # where what costs nothing stands: a logarithm has no place for it
_CLOSE = 13.0
_BESIDE = ((15, 0), (0, -16), (-15, 0), (0, 16), (15, -16), (-15, -16), (15, 16), (-15, 16))


def score_chart(lines: Iterable[ConfigurationSummary]) -> str:
    """Draw each configuration's mean (dot) and interval (line) from 0 to 100 points."""
    rows = "".join(_bar_row(isolated(line.name), _score_track(line), figures.score(line.score)) for line in lines)
    ticks = "".join(f"<span>{tick}</span>" for tick in (0, 25, 50, 75, 100))
    axis = f'<div class="row axis"><span></span><span class="ticks">{ticks}</span><span></span></div>'
    return element("div", rows + axis, class_="chart", role="group", aria_label="Scores with intervals")


def difference_chart(differences: Sequence[TaskDifference], anchors: Mapping[str, str]) -> str:
    """Draw each task's difference: to the right where fusion helped, to the left where it hurt."""
    widest = max((abs(each.difference) for each in differences), default=0.0) or 1.0
    rows = "".join(
        _bar_row(
            f'<a href="#{anchors[each.task_id]}">{isolated(each.task_id)}</a>',
            _difference_track(each.difference / widest),
            figures.signed_points(each.difference),
        )
        for each in differences
    )
    ticks = "<span>← hurt</span><span>helped →</span>"
    axis = f'<div class="row axis"><span></span><span class="ticks">{ticks}</span><span></span></div>'
    return element("div", axis + rows, class_="chart", role="group", aria_label="Differences by task")


def latency_chart(lines: Sequence[ConfigurationSummary]) -> str:
    """Draw the median time (bar) and the 90th percentile (mark)."""
    slowest = max((line.latency.p90 for line in lines if line.latency), default=0.0) or 1.0
    rows = "".join(
        _bar_row(isolated(line.name), _latency_track(line, slowest), figures.latency(line.latency)) for line in lines
    )
    return element("div", rows, class_="chart", role="group", aria_label="Seconds to an answer, median and p90")


def scatter(points: Sequence[Point], line: Frontier) -> str:
    """Draw cost (logarithmic) against score, with the frontier as a line; numbers are explained below the drawing."""
    placed = _placed(points)
    if not placed:
        return ""
    on = [each.name for each in line.points]
    places = {point.name: (x, y) for point, x, y in placed}
    drawn = [*_grid(placed), *_frontier_line([places[name] for name in on if name in places])]
    taken: list[tuple[float, float]] = [(x * _NARROW / 100, y) for _, x, y in placed]
    for number, (point, x, y) in enumerate(placed, 1):
        drawn.append(_dot(x, y, is_on=point.name in on))
        drawn.append(_number(number, x, y, taken))
    title = "Cost a task against score; the points are named in the list below"
    svg = element(
        "svg", "".join(drawn), class_="scatter", width="100%", height=str(_SCATTER), role="img", aria_label=title
    )
    key = "".join(
        f"<li>{isolated(point.name)}: {figures.amount(point.cost_usd)} a task, {figures.points(point.score)} points"
        f"{', <strong>on the frontier</strong>' if point.name in on else ''}</li>"
        for point, _, _ in placed
    )
    return f"{svg}<ol class='key'>{key}</ol>"


def _bar_row(label: str, track: str, value: str) -> str:
    svg = f'<svg class="track" width="100%" height="{_TRACK}" aria-hidden="true">{track}</svg>'
    return f'<div class="row"><span class="label">{label}</span>{svg}<span class="value">{shown(value)}</span></div>'


def _score_track(line: ConfigurationSummary) -> str:
    grid = "".join(_line(tick, tick, 0, _TRACK, "grid") for tick in (0, 25, 50, 75, 100))
    if line.score is None:
        return grid
    middle = _TRACK / 2
    whisker = ""
    if line.score.interval is not None:
        low, high = 100 * line.score.interval.low, 100 * line.score.interval.high
        ends = "".join(_line(end, end, middle - 5, middle + 5, "whisker") for end in (low, high))
        whisker = _line(low, high, middle, middle, "whisker") + ends
    mean = f'<circle class="{line.configuration.role}" cx="{100 * line.score.mean:.2f}%" cy="{middle}" r="5"/>'
    return grid + whisker + mean


def _difference_track(part: float) -> str:
    start, width = (50.0, 50 * part) if part >= 0 else (50 + 50 * part, -50 * part)
    side = "helped" if part >= 0 else "hurt"
    bar = f'<rect class="{side}" x="{start:.2f}%" y="5" width="{width:.2f}%" height="12"/>'
    return bar + _line(50, 50, 0, _TRACK, "zero")


def _latency_track(line: ConfigurationSummary, slowest: float) -> str:
    if line.latency is None:
        return ""
    # Not the full width, so that the mark of the slowest is seen.
    median, p90 = (_SEEN_WIDTH * spent / slowest for spent in (line.latency.median, line.latency.p90))
    bar = f'<rect class="{line.configuration.role}" x="0" y="5" width="{median:.2f}%" height="12"/>'
    return bar + _line(p90, p90, 2, _TRACK - 2, "whisker")


def _placed(points: Sequence[Point]) -> list[tuple[Point, float, float]]:
    """Give each point of known cost its place: per cent across, pixels down. What costs nothing stands at the left."""
    known = [(point, point.cost_usd) for point in points if point.cost_usd is not None]
    paid = [math.log10(cost) for _, cost in known if cost > 0]
    low, high = (min(paid), max(paid)) if paid else (0.0, 0.0)
    scores = [point.score for point, _ in known]
    bottom, top = _rounded(scores)
    placed = [
        (point, _across(cost, low, high), _BOTTOM - (_BOTTOM - _TOP) * (point.score - bottom) / (top - bottom))
        for point, cost in known
    ]
    return sorted(placed, key=lambda each: (each[1], each[2]))


def _across(cost: Decimal, low: float, high: float) -> float:
    if cost == 0:
        return _FREE
    return 20 + 70 * ((math.log10(cost) - low) / (high - low) if high > low else 0.5)


def _rounded(scores: Sequence[float]) -> tuple[float, float]:
    """Give the scale's ends: tenths of the whole around the scores, so that no difference looks larger than it is."""
    if not scores:
        return 0.0, 1.0
    bottom, top = math.floor(min(scores) * 10 - 0.5) / 10, math.ceil(max(scores) * 10 + 0.5) / 10
    return max(bottom, 0.0), min(max(top, bottom + 0.2), 1.0)


def _grid(placed: Sequence[tuple[Point, float, float]]) -> list[str]:
    bottom, top = _rounded([point.score for point, _, _ in placed])
    drawn = [
        _text(1, _TOP - 10, "points", "axis"),
        _text(99, _BOTTOM + 26, "cost a task (logarithmic) →", "axis end"),
    ]
    for tick in (bottom, (bottom + top) / 2, top):
        y = _BOTTOM - (_BOTTOM - _TOP) * (tick - bottom) / (top - bottom)
        drawn += [_line(6, 100, y, y, "grid"), _text(0, y + 4, f"{100 * tick:.0f}", "axis")]
    cheapest, dearest = placed[0], placed[-1]
    for point, x, _ in (cheapest, dearest) if dearest[1] > cheapest[1] else (cheapest,):
        drawn.append(_text(x, _BOTTOM + 14, figures.amount(point.cost_usd), "axis middle"))
    return drawn


def _frontier_line(places: Sequence[tuple[float, float]]) -> list[str]:
    """Join the frontier's points by steps: nothing in between them can be had."""
    steps: list[str] = []
    for (x1, y1), (x2, y2) in pairwise(places):
        steps += [_line(x1, x2, y1, y1, "frontier"), _line(x2, x2, y1, y2, "frontier")]
    return steps


def _dot(x: float, y: float, *, is_on: bool) -> str:
    return f'<circle class="{"on" if is_on else "off"}" cx="{x:.2f}%" cy="{y:.1f}" r="6"/>'


def _number(number: int, x: float, y: float, taken: list[tuple[float, float]]) -> str:
    """Put a number beside its point, where no other point or number stands even on a narrow screen."""
    here = x * _NARROW / 100
    free = (
        (side, down) for side, down in _BESIDE if not any(_is_close((here + side, y + down), other) for other in taken)
    )
    side, down = next(free, _BESIDE[0])
    taken.append((here + side, y + down))
    return f'<text class="middle" x="{x:.2f}%" dx="{side}" y="{y + down + 4:.1f}">{number}</text>'


def _is_close(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < _CLOSE and abs(one[1] - other[1]) < _CLOSE


def _line(x1: float, x2: float, y1: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.2f}%" x2="{x2:.2f}%" y1="{y1:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.2f}%" y="{y:.1f}">{shown(words)}</text>'
