"""Works out what a report shows, from a comparison. Pure.

Tasks whose rubric turned up among the retrieved pages are in no score, of no configuration, unless that is asked for.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from statistics import fmean

from fusion_mcp.evaluation.grading.yardsticks import MODEL_FREE
from fusion_mcp.evaluation.records import Answer, Configuration, Grade
from fusion_mcp.evaluation.reporting.comparison import Comparison
from fusion_mcp.evaluation.reporting.estimates import Estimate, estimate, paired_difference
from fusion_mcp.evaluation.reporting.frontier import Point, frontier
from fusion_mcp.evaluation.reporting.summary import (
    ConfigurationSummary,
    GradingCost,
    Group,
    GroupKind,
    Pair,
    Summary,
    TaskDifference,
)
from fusion_mcp.evaluation.reporting.tally import (
    has_text,
    latency,
    money,
    scores_by_pass,
    scores_by_task,
    spread_over_passes,
)
from fusion_mcp.evaluation.tasks import Task


def summarize(comparison: Comparison, *, counts_contaminated: bool = False) -> Summary:
    """Work everything out."""
    contaminated = tuple(dict.fromkeys(answer.task_id for answer in comparison.answers if answer.contaminated))
    outside = frozenset[str]() if counts_contaminated else frozenset(contaminated)
    lines = tuple(_configuration(comparison, each, outside) for each in comparison.configurations)
    pairs = _pairs(lines)
    main = _main_pair(lines, pairs)
    points = tuple(_point(line, line.score) for line in lines if line.score is not None)
    return Summary(
        comparison=comparison,
        configurations=lines,
        pairs=pairs,
        main=main,
        by_task=_by_task(lines, main),
        groups=_groups(comparison.tasks, lines),
        contaminated=contaminated,
        counts_contaminated=counts_contaminated,
        points=points,
        frontier=frontier(points),
        grading=_grading_cost(comparison.grades),
    )


def _configuration(
    comparison: Comparison, configuration: Configuration, outside: Collection[str]
) -> ConfigurationSummary:
    name = configuration.name
    answers = [each for each in comparison.answers if each.configuration == name]
    grades = [each for each in comparison.grades if each.configuration == name and each.task_id not in outside]
    passes = scores_by_pass([each for each in answers if each.task_id not in outside], grades)
    of_answered = _of_answered(grades, answers)
    answered = scores_by_pass([], of_answered)
    scores = scores_by_task(passes)
    plan = next(part.plan for part in comparison.parts if configuration in part.plan.configurations)
    planned = len(plan.tasks) * plan.repeats
    return ConfigurationSummary(
        configuration=configuration,
        score=estimate(scores),
        scores=scores,
        answered_score=fmean(scores_by_task(answered).values()) if answered else None,
        sd_over_passes=spread_over_passes(passes),
        passes=len(passes),
        coverage=fmean(grade.coverage for grade in of_answered) if of_answered else None,
        planned=planned,
        missing=max(planned - len(answers), 0),
        failed=sum(not has_text(each) for each in answers),
        degraded=sum(each.result is not None and each.result.status == "degraded" for each in answers),
        money=money(answers),
        latency=latency(answers),
    )


def _of_answered(grades: Sequence[Grade], answers: Sequence[Answer]) -> list[Grade]:
    failed = {(each.task_id, each.repeat) for each in answers if not has_text(each)}
    return [grade for grade in grades if (grade.task_id, grade.repeat) not in failed]


def _pairs(lines: Sequence[ConfigurationSummary]) -> tuple[Pair, ...]:
    """Hold each fusion against everything else, and two fusions against each other once."""
    fusions = [line for line in lines if line.configuration.role == "fusion"]
    others = [line for line in lines if line.configuration.role != "fusion"]
    return tuple(
        Pair(first=one.name, second=other.name, difference=paired_difference(one.scores, other.scores))
        for number, one in enumerate(fusions, 1)
        for other in (*others, *fusions[number:])
    )


def _main_pair(lines: Sequence[ConfigurationSummary], pairs: Sequence[Pair]) -> Pair | None:
    means = {
        line.name: line.score.mean for line in lines if line.score is not None and line.configuration.role != "fusion"
    }
    first = next((line.name for line in lines if line.configuration.role == "fusion"), None)
    rivals = [pair for pair in pairs if pair.first == first and pair.second in means and pair.difference is not None]
    return max(rivals, key=lambda pair: means[pair.second], default=None)


def _by_task(lines: Sequence[ConfigurationSummary], main: Pair | None) -> tuple[TaskDifference, ...]:
    """Order the tasks by difference, the greatest help first."""
    if main is None:
        return ()
    scores = {line.name: line.scores for line in lines}
    first, second = scores[main.first], scores[main.second]
    found = [TaskDifference(task_id=task, difference=first[task] - second[task]) for task in first if task in second]
    return tuple(sorted(found, key=lambda each: (-each.difference, each.task_id)))


def _groups(tasks: Sequence[Task], lines: Sequence[ConfigurationSummary]) -> dict[GroupKind, tuple[Group, ...]]:
    """Group the tasks by format and by domain, where there is more than one of them."""
    kinds: dict[GroupKind, dict[str, list[Task]]] = {
        "format": _named(tasks, lambda task: task.format),
        "domain": _named(tasks, lambda task: task.domain),
    }
    return {
        kind: tuple(
            Group(name=name, tasks=len(members), scores=_group_scores(members, lines))
            for name, members in sorted(groups.items())
        )
        for kind, groups in kinds.items()
        if len(groups) > 1
    }


def _named(tasks: Sequence[Task], name: Callable[[Task], str]) -> dict[str, list[Task]]:
    groups: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        groups[name(task) or "none"].append(task)
    return groups


def _group_scores(tasks: Sequence[Task], lines: Sequence[ConfigurationSummary]) -> dict[str, float]:
    found = {line.name: [line.scores[task.id] for task in tasks if task.id in line.scores] for line in lines}
    return {name: fmean(scores) for name, scores in found.items() if scores}


def _point(line: ConfigurationSummary, score: Estimate) -> Point:
    # A plan's calls are in no cost, so what stands there is not what the configuration costs.
    cost = None if line.money.on_subscription else line.money.per_task_usd
    return Point(name=line.name, cost_usd=cost, score=score.mean)


def _grading_cost(grades: Sequence[Grade]) -> GradingCost:
    costs = [grade.cost_usd for grade in grades if grade.grader not in MODEL_FREE]
    known = [cost for cost in costs if cost is not None]
    return GradingCost(known_usd=sum(known, Decimal(0)), grades=len(costs), unknown=len(costs) - len(known))
