"""Picks one step of `eval`, and says what is wrong with what it was given."""

import argparse
from collections.abc import Mapping

from fusion_mcp.cli.arguments import UsageError
from fusion_mcp.errors import Refused
from fusion_mcp.evaluation.asking.configurations import NoSuchMember
from fusion_mcp.evaluation.task_files.reading import UnreadableTasks
from fusion_mcp.guard import ADVICE, marker_in


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Carry out one step of an evaluation."""
    marker = marker_in(None, None, environ)
    if marker is not None:
        raise Refused("recursion_refused", f"{ADVICE} (Marked by {marker}.)")
    try:
        return _step(arguments, environ)
    except (UnreadableTasks, NoSuchMember) as error:
        raise UsageError(str(error)) from None


def _step(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    # ruff: noqa: PLC0415 a step is loaded when it is chosen
    match arguments.step:
        case "run":
            from fusion_mcp.cli.evaluation import run as step
        case "grade":
            from fusion_mcp.cli.evaluation import grade as step
        case _:
            from fusion_mcp.cli.evaluation import report as step
    return step.run(arguments, environ)
