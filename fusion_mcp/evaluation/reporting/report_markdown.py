"""The report as Markdown: short, and complete but for the transcripts. Pure.

Names and texts that models, pages or files wrote are put into code, where nothing means anything.
"""

from collections.abc import Iterable, Iterator, Sequence

from fusion_mcp.cleaning import as_code, clean, one_line
from fusion_mcp.evaluation.reporting import figures
from fusion_mcp.evaluation.reporting.figures import count
from fusion_mcp.evaluation.reporting.findings import Made, caveats, facts, frontier_words, headlines, title
from fusion_mcp.evaluation.reporting.score_table import head, rows
from fusion_mcp.evaluation.reporting.summary import Summary, TaskDifference

SHOWN_TASKS = 10
"""How many tasks are named on either side of where fusion helped and where it hurt."""

_NOT_SHOWN = ("finding",)
"""A column that makes the table too wide for a terminal: the sentences below it say the same."""
_NAME = 100
_PROBLEM = 90
_PLAIN = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "`": "'", "|": "/", "*": "∗", "\\": "/"})


def report_markdown(summary: Summary, made: Made) -> str:
    """Write the report. It ends in a newline."""
    parts = [
        f"# Evaluation: {_prose(title(summary))}",
        _bullets(map(_prose, facts(summary, made))),
        "## Scores",
        _table(head(summary, _name, without=_NOT_SHOWN), rows(summary, _name, without=_NOT_SHOWN)),
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
    names = [line.name for line in summary.configurations]
    for kind, groups in summary.groups.items():
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
