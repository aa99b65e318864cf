"""What a report shows, as values: each configuration's figures, the differences between them, task by task. Pure.

Tasks whose rubric turned up among the retrieved pages are in no score, of no configuration, unless that is asked for.
How it reads is `report_markdown`'s and `report_html`'s.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean
from typing import Literal

from fusion_mcp.evaluation.grading.yardsticks import MODEL_FREE
from fusion_mcp.evaluation.records import Answer, Configuration, Grade
from fusion_mcp.evaluation.reporting.comparison import Comparison
from fusion_mcp.evaluation.reporting.frontier import Frontier, Point, frontier
from fusion_mcp.evaluation.reporting.statistics import Estimate, PairedDifference, estimate, paired_difference
from fusion_mcp.evaluation.reporting.tally import (
    Latency,
    Money,
    has_text,
    latency,
    money,
    scores_by_pass,
    scores_by_task,
    spread_over_passes,
)
from fusion_mcp.evaluation.tasks import Task


@dataclass(frozen=True, kw_only=True)
class ConfigurationSummary:
    """One configuration's figures. Scores are 0 to 1 and None where nothing was graded.

    `scores`: by task, over all passes. `answered_score`: the mean without the answers that failed, which count as 0 in
    `score`. `planned` answers: `missing` were not asked for yet, `failed` brought no text, `degraded` lack something.
    """

    configuration: Configuration
    score: Estimate | None
    scores: Mapping[str, float]
    answered_score: float | None
    sd_over_passes: float | None
    passes: int
    coverage: float | None
    pass_rate: float | None
    planned: int
    missing: int
    failed: int
    degraded: int
    money: Money
    latency: Latency | None

    @property
    def name(self) -> str:
        """What it is called in the report."""
        return self.configuration.name


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A fusion and another configuration; `difference` is the first minus the second, None without common tasks."""

    first: str
    second: str
    difference: PairedDifference | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """Tasks of one format or domain, and each configuration's mean over those of them that it has."""

    kind: Literal["format", "domain"]
    name: str
    tasks: int
    scores: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Contaminated:
    """A task of which a retrieved page gave the rubric away: pages by configuration."""

    task_id: str
    pages: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class TaskDifference:
    """How much better (or worse, below 0) the fusion did on one task than the rival."""

    task_id: str
    difference: float


@dataclass(frozen=True, kw_only=True)
class GradingCost:
    """What the model grader cost: the sum of what is known, and how many of its grades are of unknown cost."""

    known_usd: Decimal
    grades: int
    unknown: int


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The whole of a report. `main` is the pair of the first fusion and its `rival`, the best of what is no fusion."""

    comparison: Comparison
    configurations: tuple[ConfigurationSummary, ...]
    pairs: tuple[Pair, ...]
    main: Pair | None
    by_task: tuple[TaskDifference, ...]
    groups: tuple[Group, ...]
    contaminated: tuple[Contaminated, ...]
    counts_contaminated: bool
    frontier: Frontier
    grading: GradingCost

    @property
    def against_first(self) -> dict[str, Pair]:
        """Each configuration's pair with the first fusion, by its name: the differences that a table of scores has."""
        return {pair.second: pair for pair in self.pairs if pair.first == self.pairs[0].first}


def summarize(comparison: Comparison, *, counts_contaminated: bool = False, seed: int = 0) -> Summary:
    """Work everything out. `seed` is that of the bootstrap."""
    contaminated = _contaminated(comparison.answers)
    outside = set[str]() if counts_contaminated else {each.task_id for each in contaminated}
    lines = tuple(_configuration(comparison, each, outside, seed) for each in comparison.configurations)
    pairs = _pairs(lines, seed)
    main = _main_pair(lines, pairs)
    return Summary(
        comparison=comparison,
        configurations=lines,
        pairs=pairs,
        main=main,
        by_task=_by_task(lines, main),
        groups=_groups(comparison.tasks, lines),
        contaminated=contaminated,
        counts_contaminated=counts_contaminated,
        frontier=frontier([_point(line, line.score) for line in lines if line.score is not None]),
        grading=_grading_cost(comparison.grades),
    )


def _contaminated(answers: Sequence[Answer]) -> tuple[Contaminated, ...]:
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for answer in answers:
        if answer.contaminated:
            before = found[answer.task_id].get(answer.configuration, ())
            found[answer.task_id][answer.configuration] = tuple(dict.fromkeys((*before, *answer.contaminated)))
    return tuple(Contaminated(task_id=task, pages=pages) for task, pages in found.items())


def _configuration(
    comparison: Comparison, configuration: Configuration, outside: Collection[str], seed: int
) -> ConfigurationSummary:
    name = configuration.name
    answers = [each for each in comparison.answers if each.configuration == name]
    grades = [each for each in comparison.grades if each.configuration == name and each.task_id not in outside]
    passes = scores_by_pass([each for each in answers if each.task_id not in outside], grades)
    answered = scores_by_pass([], _of_answered(grades, answers))
    scores = scores_by_task(passes)
    plan = next(part.plan for part in comparison.parts if configuration in part.plan.configurations)
    planned = len(plan.tasks) * plan.repeats
    return ConfigurationSummary(
        configuration=configuration,
        score=estimate(scores, seed=seed),
        scores=scores,
        answered_score=fmean(scores_by_task(answered).values()) if answered else None,
        sd_over_passes=spread_over_passes(passes),
        passes=len(passes),
        coverage=_mean_of(_of_answered(grades, answers), lambda grade: grade.coverage),
        pass_rate=_mean_of(_of_answered(grades, answers), lambda grade: grade.pass_rate),
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


def _mean_of(grades: Sequence[Grade], figure: Callable[[Grade], float | None]) -> float | None:
    figures = [value for value in map(figure, grades) if value is not None]
    return fmean(figures) if figures else None


def _pairs(lines: Sequence[ConfigurationSummary], seed: int) -> tuple[Pair, ...]:
    """Hold each fusion against everything else, and two fusions against each other once."""
    fusions = [line for line in lines if line.configuration.role == "fusion"]
    others = [line for line in lines if line.configuration.role != "fusion"]
    return tuple(
        Pair(first=one.name, second=other.name, difference=paired_difference(one.scores, other.scores, seed=seed))
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


def _groups(tasks: Sequence[Task], lines: Sequence[ConfigurationSummary]) -> tuple[Group, ...]:
    """Group the tasks by format and by domain, where there is more than one of them."""
    by_format, by_domain = _named(tasks, lambda task: task.format), _named(tasks, lambda task: task.domain)
    kinds: list[tuple[Literal["format", "domain"], dict[str, list[Task]]]] = [
        ("format", by_format),
        ("domain", by_domain),
    ]
    return tuple(
        Group(kind=kind, name=name, tasks=len(members), scores=_group_scores(members, lines))
        for kind, groups in kinds
        if len(groups) > 1
        for name, members in sorted(groups.items())
    )


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
