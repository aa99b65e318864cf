"""Writes the report of evaluations: reads their folders, has them compared, puts report.md and report.html on the disk.

The only part of reporting that knows files, the clock and versions.
"""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from fusion_mcp import __version__
from fusion_mcp.errors import ConfigError
from fusion_mcp.evaluation.folder import REPORT_HTML, REPORT_MARKDOWN, Folder
from fusion_mcp.evaluation.reporting.comparison import Evaluated, compare
from fusion_mcp.evaluation.reporting.current import current_grades
from fusion_mcp.evaluation.reporting.findings import Made
from fusion_mcp.evaluation.reporting.report_html import report_html
from fusion_mcp.evaluation.reporting.report_markdown import report_markdown
from fusion_mcp.evaluation.reporting.summarizing import summarize
from fusion_mcp.evaluation.reporting.summary import Summary


def write_reports(
    folders: Sequence[Folder], out: Path, grader: str | None = None, *, counts_contaminated: bool = False
) -> tuple[Path, Path]:
    """Write report.md and report.html of one or more evaluations into `out`, and give their paths.

    `grader` says whose grades are shown where several models graded. Raises ConfigError where evaluations cannot be
    compared, where a folder cannot be read, and where `out` cannot be written to.
    """
    summary = summary_of(folders, grader, counts_contaminated=counts_contaminated)
    made = Made(date=datetime.now(UTC).date().isoformat(), version=__version__, python=platform.python_version())
    style = files("fusion_mcp.evaluation.reporting").joinpath("report.css").read_text(encoding="utf-8")
    return (
        _write(out, REPORT_MARKDOWN, report_markdown(summary, made)),
        _write(out, REPORT_HTML, report_html(summary, made, style)),
    )


def summary_of(folders: Sequence[Folder], grader: str | None = None, *, counts_contaminated: bool = False) -> Summary:
    """Work out what the reports of these folders say. Raises ConfigError likewise."""
    parts = [
        _evaluated(folder, label)
        for folder, label in zip(folders, _labels([folder.path for folder in folders]), strict=True)
    ]
    return summarize(compare(parts, grader), counts_contaminated=counts_contaminated)


def _evaluated(folder: Folder, label: str) -> Evaluated:
    answers = folder.answers()
    grades, left_out = current_grades(folder.plan, answers, folder.grades())
    return Evaluated(label=label, plan=folder.plan, answers=answers, grades=grades, left_out=left_out)


def _labels(paths: Sequence[Path]) -> list[str]:
    """Call a folder by its name, or by its path where two have the same name."""
    names = [path.resolve().name or str(path) for path in paths]
    return [name if names.count(name) == 1 else str(path) for name, path in zip(names, paths, strict=True)]


def _write(out: Path, name: str, content: str) -> Path:
    path = out / name
    temporary = out / f".{name}.new"
    try:
        out.mkdir(parents=True, exist_ok=True)
        temporary.write_text(content, encoding="utf-8", newline="\n")
        temporary.replace(path)
    except OSError as error:
        why = error.strerror or "refused"
        raise ConfigError(f"{path}: cannot be written ({why}); choose another folder with --out") from None
    return path
