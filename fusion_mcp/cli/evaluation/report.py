"""`eval report`: writes what graded evaluations come to, as Markdown and as one HTML page."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from fusion_mcp.cli.arguments import UsageError
from fusion_mcp.cli.exits import OK
from fusion_mcp.cli.streams import show
from fusion_mcp.evaluation.folder import read_folder
from fusion_mcp.evaluation.reporting.report import write_reports


def run(arguments: argparse.Namespace, _: Mapping[str, str]) -> int:
    """Write both reports, and print where they are."""
    folders = [read_folder(Path(name)) for name in arguments.folders]
    if arguments.out is None and len(folders) > 1:
        raise UsageError("--out: several evaluations are reported together; name a folder for their report")
    out = folders[0].path if arguments.out is None else Path(arguments.out)
    written = write_reports(folders, out, arguments.grader, counts_contaminated=arguments.count_contaminated)
    show("\n".join(map(str, written)))
    return OK
