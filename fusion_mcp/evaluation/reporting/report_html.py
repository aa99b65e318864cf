"""The report as one HTML page that needs nothing else: no script, no font, no network. Pure.

What anybody else wrote comes in through `markup` alone. The page forbids itself everything but its own style, so that
what slips through could still do nothing.
"""

from collections.abc import Iterator
from statistics import fmean

from fusion_mcp.evaluation.reporting import figures
from fusion_mcp.evaluation.reporting.charts import difference_chart, latency_chart, scatter, score_chart
from fusion_mcp.evaluation.reporting.findings import Made, caveats, facts, frontier_words, headlines, title
from fusion_mcp.evaluation.reporting.markup import bullets, details, isolated, shown, table
from fusion_mcp.evaluation.reporting.score_table import head, rows
from fusion_mcp.evaluation.reporting.summary import Summary
from fusion_mcp.evaluation.reporting.task_pages import anchors, task_pages

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_AT_ONCE = 12
"""How many tasks of each end are drawn at once; the whole row is a click away."""

_BEGIN = """<!doctype html>
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
_END = "</main>\n</body>\n</html>\n"


def report_html(summary: Summary, made: Made, style: str) -> str:
    """Write the page. `style` is our own style sheet."""
    heading = f"Evaluation: {title(summary)}"
    begin = _BEGIN.format(policy=_POLICY, title=shown(heading), style=style.strip())
    return "".join([begin, f"<h1>{isolated(heading)}</h1>", *_sections(summary, made), _END])


def _sections(summary: Summary, made: Made) -> Iterator[str]:
    yield bullets(map(isolated, facts(summary, made)))
    yield "<h2>Scores</h2>"
    yield table("Configurations", head(summary, isolated), rows(summary, isolated))
    yield score_chart(summary.configurations)
    yield "<p class='note'>Dot: mean. Line: 95 % interval for other tasks of this kind.</p>"
    yield "<h2>Was fusion better?</h2>"
    yield bullets(map(isolated, headlines(summary)))
    yield "<h2>Cost against quality</h2>"
    yield scatter(summary.points, summary.frontier)
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
    for kind, groups in summary.groups.items():
        yield f"<h2>By {kind}</h2>"
        yield table(
            f"Scores by {kind}",
            (kind, "tasks", *map(isolated, names)),
            (
                [isolated(group.name), str(group.tasks), *(figures.points(group.scores.get(name)) for name in names)]
                for group in groups
            ),
        )
