"""What a measure comes to: a row of the table, from several runs of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

OURS = "fusion-mcp"

Unit = Literal["", "s", "ms", "MB", "packages", "per s", "parts"]
"""`parts`: a share of one, shown in per cent."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How to measure: how often, whether only roughly, and a folder for what is written meanwhile."""

    runs: int
    quick: bool
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What a figure should be."""

    kind: Literal["at most", "at least"]
    value: float

    def is_met(self, figure: float) -> bool:
        """Whether `figure` reaches it."""
        return figure <= self.value if self.kind == "at most" else figure >= self.value


def at_most(value: float) -> Goal:
    """A goal that less is better for."""
    return Goal(kind="at most", value=value)


def at_least(value: float) -> Goal:
    """A goal that more is better for."""
    return Goal(kind="at least", value=value)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run: what was measured, what it is divided by (None: nothing), and how many calls failed meanwhile."""

    ours: float
    reference: float | None = None
    failures: int = 0

    @property
    def figure(self) -> float:
        """What the row is about: the ratio where there is a reference, else what was measured."""
        return self.ours if self.reference is None else self.ours / self.reference


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: medians of its runs. `unit` is that of what was measured; a ratio has none.

    `of` is who was measured: a reference's own figures stand beside ours. With failures a row says nothing.
    """

    measure: str
    what: str
    runs: tuple[Run, ...]
    unit: Unit = ""
    goal: Goal | None = None
    against: str = ""
    of: str = OURS

    @property
    def ours(self) -> float:
        """The median of what was measured."""
        return median(run.ours for run in self.runs)

    @property
    def reference(self) -> float | None:
        """The median of what it is divided by."""
        references = [run.reference for run in self.runs if run.reference is not None]
        return median(references) if references else None

    @property
    def figure(self) -> float:
        """The median of the runs' own figures, so that each ratio is of one moment."""
        return median(run.figure for run in self.runs)

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest figure."""
        figures = [run.figure for run in self.runs]
        return min(figures), max(figures)

    @property
    def failures(self) -> int:
        """How many calls failed, in all runs together."""
        return sum(run.failures for run in self.runs)

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached; None where there is none, or where failures make the figure worthless."""
        return None if self.goal is None or self.failures else self.goal.is_met(self.figure)


def p95(values: Sequence[float]) -> float:
    """The 95th percentile, as one of the values."""
    return sorted(values)[max(-(-95 * len(values) // 100) - 1, 0)]
