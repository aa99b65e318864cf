"""The table of scores that both reports have: a line for each configuration. Pure; how a name is shown is theirs."""

from collections.abc import Callable, Container, Iterator

from fusion_mcp.evaluation.reporting import figures
from fusion_mcp.evaluation.reporting.figures import count
from fusion_mcp.evaluation.reporting.summary import ConfigurationSummary, Pair, Summary

Shown = Callable[[str], str]
"""Makes a configuration's name, which somebody else wrote, fit for the report."""


def head(summary: Summary, shown: Shown, without: Container[str] = ()) -> list[str]:
    """Name the columns, all but some."""
    first = shown(summary.pairs[0].first) if summary.pairs else "fusion"
    return ["configuration", *(name.format(first=first) for name in _COLUMNS if name not in without)]


def rows(summary: Summary, shown: Shown, without: Container[str] = ()) -> Iterator[list[str]]:
    """Give the lines, likewise."""
    cells = [cell for name, cell in _COLUMNS.items() if name not in without]
    against = summary.against_first
    for line in summary.configurations:
        yield [shown(line.name), *(cell(line, against.get(line.name)) for cell in cells)]


def _difference(_: ConfigurationSummary, pair: Pair | None) -> str:
    return figures.NONE if pair is None else figures.difference(pair.difference)


def _finding(_: ConfigurationSummary, pair: Pair | None) -> str:
    if pair is None:
        return figures.NONE
    said = figures.finding(pair.difference)
    return f"fusion {said}" if pair.difference is not None and pair.difference.is_shown else said


def _graded(line: ConfigurationSummary, _: Pair | None) -> str:
    coverage = f", {figures.share(line.coverage)}" if line.coverage is not None else ""
    return count(len(line.scores), "task") + coverage


_COLUMNS: dict[str, Callable[[ConfigurationSummary, Pair | None], str]] = {
    "role": lambda line, _: line.configuration.role,
    "score (95 %)": lambda line, _: figures.score(line.score),
    "{first} minus this (95 %)": _difference,
    "finding": _finding,
    "sd (passes)": lambda line, _: figures.spread(line.sd_over_passes, line.passes),
    "graded": _graded,
    "cost a task": lambda line, _: figures.cost(line.money),
    "time p50 / p90": lambda line, _: figures.latency(line.latency),
    "failed": lambda line, _: f"{line.failed} of {line.planned - line.missing}",
    "degraded": lambda line, _: str(line.degraded),
}
