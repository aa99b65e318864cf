"""The report as one HTML page that needs nothing else: no script, no font, no network. Pure.

What anybody else wrote comes in through `markup` alone. The page forbids itself everything but its own style, so that
what slips through could still do nothing.
"""

from collections.abc import Iterator
from statistics import fmean

from fusion_mcp.evaluation.reporting import figures
from fusion_mcp.evaluation.reporting.charts import difference_chart, latency_chart, scatter, score_chart
from fusion_mcp.evaluation.reporting.findings import caveats, frontier_words, headlines
from fusion_mcp.evaluation.reporting.frontier import Point
from fusion_mcp.evaluation.reporting.markup import bullets, details, isolated, shown, table
from fusion_mcp.evaluation.reporting.report_markdown import Made, facts
from fusion_mcp.evaluation.reporting.summary import ConfigurationSummary, Pair, Summary
from fusion_mcp.evaluation.reporting.task_pages import anchors, task_pages

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_AT_ONCE = 12
"""How many tasks of each end are drawn at once; the whole row is a click away."""

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
<main>
"""


def report_html(summary: Summary, made: Made, style: str) -> str:
    """Write the page. `style` is our own style sheet."""
    title = f"Evaluation: {', '.join(dict.fromkeys(part.plan.tasks_name for part in summary.comparison.parts))}"
    head = _HEAD.format(policy=_POLICY, title=shown(title), style=style.strip())
    return "".join([head, f"<h1>{isolated(title)}</h1>", *_sections(summary, made), "</main>\n</body>\n</html>\n"])


def _sections(summary: Summary, made: Made) -> Iterator[str]:
    yield bullets(map(isolated, facts(summary, made)))
    yield "<h2>Scores</h2>"
    yield _scores(summary)
    yield score_chart(summary.configurations)
    yield "<p class='note'>Dot: mean. Line: 95 % interval for other tasks of this kind.</p>"
    yield "<h2>Was fusion better?</h2>"
    yield bullets(map(isolated, headlines(summary)))
    yield "<h2>Cost against quality</h2>"
    yield scatter(_points(summary), summary.frontier)
    yield bullets(map(isolated, frontier_words(summary)))
    yield "<h2>Time to an answer</h2>"
    yield latency_chart(summary.configurations)
    yield "<p class='note'>Bar: median. Mark: nine of ten answers were quicker.</p>"
    yield from _helped_and_hurt(summary)
    yield from _groups(summary)
    yield "<h2>To keep in mind</h2>"
    yield bullets(map(isolated, caveats(summary)))
    yield "<h2>Task by task</h2>"
    yield from task_pages(summary)


def _scores(summary: Summary) -> str:
    head = (
        "configuration",
        "role",
        "score (95 %)",
        f"{_first(summary)} minus this (95 %)",
        "finding",
        "sd (passes)",
        "graded",
        "cost a task",
        "time p50 / p90",
        "failed",
        "degraded",
    )
    against = summary.against_first
    return table("Configurations", head, (_score_row(line, against.get(line.name)) for line in summary.configurations))


def _first(summary: Summary) -> str:
    return isolated(summary.pairs[0].first) if summary.pairs else "fusion"


def _score_row(line: ConfigurationSummary, pair: Pair | None) -> list[str]:
    coverage = f", {figures.share(line.coverage)}" if line.coverage is not None else ""
    return [
        isolated(line.name),
        line.configuration.role,
        figures.score(line.score),
        figures.difference(pair.difference) if pair else figures.NONE,
        _finding(pair),
        figures.spread(line.sd_over_passes, line.passes),
        figures.count(len(line.scores), "task") + coverage,
        figures.cost(line.money),
        figures.latency(line.latency),
        f"{line.failed} of {line.planned - line.missing}",
        str(line.degraded),
    ]


def _finding(pair: Pair | None) -> str:
    if pair is None:
        return figures.NONE
    said = figures.finding(pair.difference)
    return f"fusion {said}" if pair.difference is not None and pair.difference.is_shown else said


def _points(summary: Summary) -> list[Point]:
    """Give the points that can be drawn, as the frontier sees them."""
    left_out = set(summary.frontier.left_out)
    return [
        Point(name=line.name, cost_usd=line.money.per_task_usd, score=line.score.mean)
        for line in summary.configurations
        if line.score is not None and line.name not in left_out
    ]


def _helped_and_hurt(summary: Summary) -> Iterator[str]:
    if summary.main is None:
        return
    every, places = summary.by_task, anchors(summary.comparison.tasks)
    yield "<h2>Where fusion helped, and where it hurt</h2>"
    mean = figures.signed_points(fmean(each.difference for each in every))
    yield (
        f"<p>{isolated(summary.main.first)} against {isolated(summary.main.second)}, in points of each task; "
        f"on average {mean}.</p>"
    )
    if len(every) <= 2 * _AT_ONCE:
        yield difference_chart(every, places)
        return
    yield f"<h3>The {_AT_ONCE} tasks at either end</h3>"
    yield difference_chart([*every[:_AT_ONCE], *every[-_AT_ONCE:]], places)
    yield details(f"All {len(every)} tasks", difference_chart(every, places))


def _groups(summary: Summary) -> Iterator[str]:
    names = [line.name for line in summary.configurations]
    for kind in ("format", "domain"):
        groups = [group for group in summary.groups if group.kind == kind]
        if groups:
            yield f"<h2>By {kind}</h2>"
            yield table(
                f"Scores by {kind}",
                (kind, "tasks", *map(isolated, names)),
                (
                    [isolated(each.name), str(each.tasks), *(figures.points(each.scores.get(name)) for name in names)]
                    for each in groups
                ),
            )
