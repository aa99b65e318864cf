"""What a report says in sentences: what was compared and found, and what must be kept in mind with it. Pure.

Both reports show the same sentences. They are plain text: each report makes model-written names harmless its own way.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fusion_mcp.cleaning import listed
from fusion_mcp.evaluation.grading.contestants import takes_part
from fusion_mcp.evaluation.grading.yardsticks import MODEL_FREE
from fusion_mcp.evaluation.reporting import figures
from fusion_mcp.evaluation.reporting.comparison import Comparison
from fusion_mcp.evaluation.reporting.current import LeftOut
from fusion_mcp.evaluation.reporting.estimates import FEWEST_TASKS
from fusion_mcp.evaluation.reporting.figures import count
from fusion_mcp.evaluation.reporting.summary import ConfigurationSummary, Pair, Summary
from fusion_mcp.types import ModelRef

_FEW_TASKS = 20
_MANY_PAIRS = 3
_SHOWN = 8
_OUTDATED = {
    "yardstick": "given by another grading prompt or other rules than the present ones",
    "answer": "given to another answer than the one that is there now",
}


@dataclass(frozen=True, kw_only=True)
class Made:
    """When a report was written (a date, UTC), and by which version of fusion-mcp, on which Python."""

    date: str
    version: str
    python: str


def title(summary: Summary) -> str:
    """Name the report after the tasks that were asked."""
    return ", ".join(dict.fromkeys(part.plan.tasks_name for part in summary.comparison.parts))


def facts(summary: Summary, made: Made) -> Iterator[str]:
    """Say what was compared, by whom it was graded, when, and by which versions."""
    comparison = summary.comparison
    for part in comparison.parts:
        plan = part.plan
        web = "with the web" if plan.web else "without the web"
        yield (
            f"{part.label}: {count(len(plan.tasks), 'task')} from {plan.tasks_name}, each asked "
            f"{count(plan.repeats, 'time')}, {web}; begun {plan.created}; tasks {plan.tasks_digest[:12]}"
        )
    graders = sorted({grade.grader for grade in comparison.grades})
    gradings = len({grade.grading for grade in comparison.grades})
    times = count(gradings, "time")
    yield f"Graded by {', '.join(graders)}, {times}" if graders else "Nothing was graded yet"
    cost = figures.grading_cost(summary.grading)
    if cost:
        yield f"Cost of grading: {cost}, which is in no configuration's cost"
    yield f"Written {made.date} by fusion-mcp {made.version} on Python {made.python}"


def headlines(summary: Summary) -> Iterator[str]:
    """Say, pair by pair, whether a difference was shown."""
    for pair in summary.pairs:
        yield _headline(pair)
    if not summary.pairs:
        yield "There is no fusion beside another configuration here, so no difference was worked out."


def frontier_words(summary: Summary) -> Iterator[str]:
    """Say which configurations are worth their price, and of which that cannot be said."""
    line = summary.frontier
    if line.points:
        on = ", ".join(
            f"{each.name} ({figures.amount(each.cost_usd)}, {figures.points(each.score)})" for each in line.points
        )
        yield f"On the frontier, cheapest first (cost a task, score): {on}."
    for each in line.beaten:
        yield f"{each.name} is off it: {each.by} costs no more and scores no less."
    for name in line.left_out:
        money = next(every.money for every in summary.configurations if every.name == name)
        why = "its calls go on a subscription" if money.on_subscription else "its cost is not known"
        yield f"{name} is not in it: {why}."
    if line.points:
        yield "Differences in score that the intervals do not show are drawn like any other."


def caveats(summary: Summary) -> Iterator[str]:
    """Say what the figures depend on and what they leave out."""
    for part in summary.comparison.parts:
        for each in part.left_out:
            yield _about_the_left_out(part.label, each)
    yield from _about_the_grader(summary)
    yield from _about_the_tasks(summary)
    for line in summary.configurations:
        yield from _about_one(line)
    yield from _about_the_intervals(summary)


def judged_itself(comparison: Comparison) -> list[str]:
    """Name the configurations in which the grader's model itself has a part."""
    if comparison.grader is None:
        return []
    grader = ModelRef.parse(comparison.grader)
    return [each.name for each in comparison.configurations if takes_part(each, grader)]


def _headline(pair: Pair) -> str:
    found = pair.difference
    if found is None:
        return f"{pair.first} and {pair.second} have no graded task in common."
    sides = f"{found.wins} won, {found.ties} tied, {found.losses} lost"
    left_out = f"; {count(found.left_out, 'task')} that only one has left out" if found.left_out else ""
    over = f"over {count(found.tasks, 'task')} ({sides}{left_out})"
    difference = f"{figures.signed_points(found.mean)} points {over}"
    if found.interval is None:
        return f"{pair.first} against {pair.second}: {difference}; under {FEWEST_TASKS} tasks, so no interval."
    verdict = "no difference shown" if not found.is_shown else f"{pair.first} was {figures.finding(found)}"
    interval = figures.signed_interval(found.interval)
    return f"{pair.first} against {pair.second}: {difference}, 95 % interval {interval}: {verdict}."


def _about_the_left_out(label: str, found: LeftOut) -> str:
    who = "" if found.grader in MODEL_FREE else f" --grader {found.grader}"
    passes = f" --passes {found.passes}" if found.passes > 1 else ""
    them = "it" if found.grades == 1 else "them"
    return (
        f"Left out of {label}: {count(found.grades, 'grade')} by {found.grader}, {_OUTDATED[found.why]}. "
        f"Have {them} given again: fusion-mcp eval grade DIR{who}{passes}"
    )


def _about_the_grader(summary: Summary) -> Iterator[str]:
    grader = summary.comparison.grader
    if grader is None:
        return
    yield (
        f"Scores of rubric tasks are {grader}'s opinion. Another grader moves them by 10 to 25 points, though it "
        "mostly keeps their order: hold them only against scores from the same grader, prompt and rubric."
    )
    itself = judged_itself(summary.comparison)
    if itself:
        yield (
            f"The grader was insisted upon: {grader} has a part in {listed(itself, _SHOWN)}, and models favour their "
            "own answers. Differences may be its taste."
        )


def _about_the_tasks(summary: Summary) -> Iterator[str]:
    if summary.contaminated:
        tasks = listed(summary.contaminated, _SHOWN)
        fate = "they are counted all the same" if summary.counts_contaminated else "they are in no score here"
        yield f"Retrieved pages gave the rubric away for {tasks}: {fate}."
    scored = [frozenset(line.scores) for line in summary.configurations if line.scores]
    if len(set(scored)) > 1:
        yield (
            "Not every configuration has a score for the same tasks, so look at the paired differences, "
            "not at the means beside each other."
        )
    if len({(part.plan.web, part.plan.repeats) for part in summary.comparison.parts}) > 1:
        yield "The evaluations differ in their use of the web or in how often each task was asked."


def _about_one(line: ConfigurationSummary) -> Iterator[str]:
    if line.missing:
        yield f"{line.name} is not finished: of {count(line.planned, 'answer')}, {line.missing} still to be asked for."
    if line.failed:
        besides = (
            f" Without them its mean is {figures.points(line.answered_score)}."
            if line.answered_score is not None
            else ""
        )
        yield f"{line.name} brought no answer {count(line.failed, 'time')}; each counts as 0.{besides}"
    if line.coverage is not None and line.coverage < 1:
        covered = figures.share(line.coverage)
        yield f"{line.name}: the grader brought a verdict on {covered} of the criteria; the rest is left out."
    if line.score is None:
        yield f"{line.name} has no score: it has no grade that counts."
    if line.money.unknown:
        yield f"{line.name}: the cost of {count(line.money.unknown, 'answer')} is not known."


def _about_the_intervals(summary: Summary) -> Iterator[str]:
    most = max((line.score.tasks for line in summary.configurations if line.score), default=0)
    if FEWEST_TASKS <= most < _FEW_TASKS:
        yield (
            f"With {most} tasks, intervals of this kind come out too narrow where a few tasks differ much from the "
            "rest, and know nothing of what none of them shows: take them as the least doubt there is."
        )
    if 0 < most < FEWEST_TASKS:
        yield f"With fewer than {FEWEST_TASKS} tasks no interval is given: nothing here can be told from chance."
    if len(summary.pairs) >= _MANY_PAIRS:
        yield f"Of {len(summary.pairs)} comparisons, one in twenty is expected to show a difference by chance alone."
    if summary.main is not None:
        yield (
            f"{summary.main.second} is held against {summary.main.first} task by task since it scored best here of "
            "what is no fusion; being chosen so, it may look better than it is."
        )
    if all(line.passes <= 1 for line in summary.configurations):
        yield "Each task was asked and graded once, so nothing is known of how much another pass would differ."
