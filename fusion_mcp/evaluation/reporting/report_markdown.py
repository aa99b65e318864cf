"""The report as Markdown: short, and complete but for the transcripts. Pure.

Names and texts that models, pages or files wrote are put into code, where nothing means anything.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fusion_mcp.cleaning import as_code, clean, one_line
from fusion_mcp.evaluation.reporting import figures
from fusion_mcp.evaluation.reporting.figures import count
from fusion_mcp.evaluation.reporting.findings import caveats, frontier_words, headlines
from fusion_mcp.evaluation.reporting.summary import ConfigurationSummary, Pair, Summary, TaskDifference

SHOWN_TASKS = 10
"""How many tasks are named on either side of where fusion helped and where it hurt."""

_NAME = 100
_PROBLEM = 90
_PLAIN = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "`": "'", "|": "/", "*": "∗", "\\": "/"})


@dataclass(frozen=True, kw_only=True)
class Made:
    """When a report was written (a date, UTC), and by which version of fusion-mcp, on which Python."""

    date: str
    version: str
    python: str


def report_markdown(summary: Summary, made: Made) -> str:
    """Write the report. It ends in a newline."""
    parts = [
        f"# Evaluation: {_prose(_title(summary))}",
        _bullets(facts(summary, made)),
        "## Scores",
        _scores(summary),
        "## Was fusion better?",
        _bullets(map(_prose, headlines(summary))),
        "## Cost against quality",
        _bullets(map(_prose, frontier_words(summary))) or "Nothing was graded.",
        *_helped_and_hurt(summary),
        *_groups(summary),
        "## To keep in mind",
        _bullets(map(_prose, caveats(summary))) or "Nothing in particular.",
    ]
    return clean("\n\n".join(part for part in parts if part)) + "\n"


def facts(summary: Summary, made: Made) -> Iterator[str]:
    """Say what was compared, by whom it was graded, when, and by which versions."""
    comparison = summary.comparison
    for part in comparison.parts:
        plan = part.plan
        web = "with the web" if plan.web else "without the web"
        yield (
            f"{_prose(part.label)}: {count(len(plan.tasks), 'task')} from {_prose(plan.tasks_name)}, each asked "
            f"{count(plan.repeats, 'time')}, {web}; begun {_prose(plan.created)}; tasks {plan.tasks_digest[:12]}"
        )
    graders = sorted({grade.grader for grade in comparison.grades})
    gradings = len({grade.grading for grade in comparison.grades})
    times = count(gradings, "time")
    yield f"Graded by {_prose(', '.join(graders))}, {times}" if graders else "Nothing was graded yet"
    cost = figures.grading_cost(summary.grading)
    if cost:
        yield f"Cost of grading: {cost}, which is in no configuration's cost"
    yield f"Written {made.date} by fusion-mcp {made.version} on Python {made.python}"


def _title(summary: Summary) -> str:
    return ", ".join(dict.fromkeys(part.plan.tasks_name for part in summary.comparison.parts))


def _scores(summary: Summary) -> str:
    against = summary.against_first
    head = (
        "configuration",
        "role",
        "score (95 %)",
        f"{_name(summary.pairs[0].first) if summary.pairs else 'fusion'} minus this (95 %)",
        "sd (passes)",
        "graded",
        "cost a task",
        "time p50 / p90",
        "failed",
        "degraded",
    )
    return _table(head, (_score_row(line, against.get(line.name)) for line in summary.configurations))


def _score_row(line: ConfigurationSummary, pair: Pair | None) -> list[str]:
    return [
        _name(line.name),
        line.configuration.role,
        figures.score(line.score),
        figures.difference(pair.difference) if pair else figures.NONE,
        figures.spread(line.sd_over_passes, line.passes),
        f"{count(len(line.scores), 'task')}, {figures.share(line.coverage)}",
        figures.cost(line.money),
        figures.latency(line.latency),
        f"{line.failed} of {line.planned - line.missing}",
        str(line.degraded),
    ]


def _helped_and_hurt(summary: Summary) -> Iterator[str]:
    if summary.main is None:
        return
    helped = [each for each in summary.by_task if each.difference > 0]
    hurt = [each for each in reversed(summary.by_task) if each.difference < 0]
    yield "## Where fusion helped, and where it hurt"
    yield f"{_name(summary.main.first)} against {_name(summary.main.second)}, in points."
    yield f"**Helped** ({count(len(helped), 'task')})"
    yield _task_list(summary, helped)
    yield f"**Hurt** ({count(len(hurt), 'task')})"
    yield _task_list(summary, hurt)


def _task_list(summary: Summary, differences: Sequence[TaskDifference]) -> str:
    problems = {task.id: task.problem for task in summary.comparison.tasks}
    lines = [
        f"{figures.signed_points(each.difference)} {_name(each.task_id)}: "
        f"{_prose(one_line(problems[each.task_id], _PROBLEM))}"
        for each in differences[:SHOWN_TASKS]
    ]
    more = len(differences) - SHOWN_TASKS
    return _bullets([*lines, f"… and {more} more"] if more > 0 else lines) or "None."


def _groups(summary: Summary) -> Iterator[str]:
    for kind in ("format", "domain"):
        groups = [group for group in summary.groups if group.kind == kind]
        if groups:
            names = [line.name for line in summary.configurations]
            yield f"## By {kind}"
            yield _table(
                (kind, "tasks", *map(_name, names)),
                (
                    [_prose(group.name), str(group.tasks), *(figures.points(group.scores.get(name)) for name in names)]
                    for group in groups
                ),
            )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], f"|{'---|' * len(head)}", *lines[1:]])


def _bullets(points: Iterable[str]) -> str:
    return "\n".join(f"- {point}" for point in points)


def _name(text: str) -> str:
    return as_code(text.replace("|", "/"), _NAME)


def _prose(text: str) -> str:
    """Take Markdown's signs out of a sentence that holds somebody else's words."""
    return one_line(text, 2000).translate(_PLAIN)
