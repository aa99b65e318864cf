"""From arguments to an exit status: picks the command, and catches whatever comes out of it.

Each command is a module with `run(arguments, environ) -> int`, loaded only when it is chosen: `--help` waits for
nothing, and only `serve` loads MCP.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence

from fusion_mcp.cli import streams
from fusion_mcp.cli.arguments import parse
from fusion_mcp.cli.exits import tell

Command = Callable[[argparse.Namespace, Mapping[str, str]], int]


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command and give its exit status. Raises nothing."""
    streams.prepare()
    try:
        status = _run(argv, environ)
        streams.finish()
    except BaseException as error:  # noqa: BLE001 nobody above could tell a person what happened
        status = tell(error, environ)
    return status


def _run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    try:
        arguments = parse(argv)
    except SystemExit as done:  # argparse, after --help and --version
        return done.code if isinstance(done.code, int) else 0
    from fusion_mcp.cli.logs import configure_logging

    configure_logging(environ)
    return _command(arguments.command)(arguments, environ)


def _command(name: str) -> Command:
    # ruff: noqa: PLC0415 a command is loaded when it is chosen
    match name:
        case "ask" | "compare":
            from fusion_mcp.cli import question as command
        case "presets":
            from fusion_mcp.cli.presets import listing as command
        case "presets export":
            from fusion_mcp.cli.presets import exporting as command
        case "presets import":
            from fusion_mcp.cli.presets import importing as command
        case "runs":
            from fusion_mcp.cli import runs as command
        case "eval":
            from fusion_mcp.cli.evaluation import command
        case "doctor":
            from fusion_mcp.cli.doctor import command
        case "pull":
            from fusion_mcp.cli import pull as command
        case "install" | "uninstall":
            from fusion_mcp.cli.install import command
        case _:
            from fusion_mcp.cli import serve as command
    return command.run
