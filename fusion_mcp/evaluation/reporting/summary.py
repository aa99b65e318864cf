"""What a report shows, as values: each configuration's figures, the differences between them, task by task.

Shapes only: `summarizing` works them out, and how they read is `report_markdown`'s and `report_html`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from fusion_mcp.evaluation.records import Configuration
from fusion_mcp.evaluation.reporting.comparison import Comparison
from fusion_mcp.evaluation.reporting.estimates import Estimate, PairedDifference
from fusion_mcp.evaluation.reporting.frontier import Frontier, Point
from fusion_mcp.evaluation.reporting.tally import Latency, Money

GroupKind = Literal["format", "domain"]


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

    name: str
    tasks: int
    scores: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class TaskDifference:
    """How much better (or worse, below 0) the fusion did on one task than the other of the `main` pair."""

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
    """The whole of a report. `main` is the pair of the first fusion and the best of what is no fusion.

    `groups` has a kind of groups where there are several of it, `points` what has a score: of these is the `frontier`.
    `contaminated` names the tasks of which a retrieved page gave the rubric away.
    """

    comparison: Comparison
    configurations: tuple[ConfigurationSummary, ...]
    pairs: tuple[Pair, ...]
    main: Pair | None
    by_task: tuple[TaskDifference, ...]
    groups: Mapping[GroupKind, tuple[Group, ...]]
    contaminated: tuple[str, ...]
    counts_contaminated: bool
    points: tuple[Point, ...]
    frontier: Frontier
    grading: GradingCost

    @property
    def against_first(self) -> dict[str, Pair]:
        """Each configuration's pair with the first fusion, by its name: the differences that a table of scores has."""
        return {pair.second: pair for pair in self.pairs if pair.first == self.pairs[0].first}
