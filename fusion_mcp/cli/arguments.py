"""What may be typed after `fusion-mcp`: commands, options, and what is wrong with what was typed. Pure argparse."""

import argparse
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import NoReturn

from fusion_mcp import __version__
from fusion_mcp.errors import FusionError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765
TOKEN = "FUSION_MCP_TOKEN"  # noqa: S105 the variable for a fixed token, not one
_LAST_PORT = 65_535
_SHOWN = 40

COMMANDS = ("serve", "ask", "compare", "presets", "runs", "doctor", "pull")


class UsageError(FusionError):
    """Something was typed that cannot be meant: one sentence, and where to read on (exit 2)."""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line; without a command it is `serve`. Raises UsageError; exits for --help and --version."""
    parser = _parser()
    if argv and argv[0] not in (*COMMANDS, "-h", "--help", "--version"):
        raise UsageError(_unknown_command(argv[0]))
    return parser.parse_args(argv or ["serve"])


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        fault = message.removeprefix("argument ")
        if fault.startswith("unrecognized arguments: ") and " -" not in fault:
            fault += "; a question of several words stands in quotes"
        raise UsageError(f"{fault}\nSee: {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="fusion-mcp",
        description="A panel of models answers, a judge compares them, one honest answer comes back.",
        epilog="Without a command: serves MCP on stdin and stdout, as MCP clients start it.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"fusion-mcp {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    _add_serve(_command(commands, "serve", "serve MCP on stdin and stdout, or over HTTP"))
    _add_question(_command(commands, "ask", "ask a panel and print one answer"))
    compare = _command(commands, "compare", "ask a panel and print the comparison of its answers")
    _add_question(compare)
    compare.add_argument(
        "--model", action="append", dest="models", metavar="PROVIDER:MODEL", help="seat this model (may be repeated)"
    )
    presets = _command(commands, "presets", "list the presets, or show one")
    presets.add_argument("name", nargs="?", metavar="NAME", help="show this preset")
    presets.add_argument("--json", action="store_true", help="print JSON")
    _add_runs(_command(commands, "runs", "list past runs, or show, cancel or delete one"))
    doctor = _command(commands, "doctor", "say what works, what does not, and how to mend it")
    doctor.add_argument(
        "--try",
        action="store_true",
        dest="attempt",
        help="also ask each provider whether it answers, and search once with each backend",
    )
    doctor.add_argument("--json", action="store_true", help="print JSON")
    pull = _command(commands, "pull", "fetch the embedded model, or look whether it is there")
    pull.add_argument("name", nargs="?", metavar="NAME", help="which one, where there are several")
    return parser


def _command(
    commands: "argparse._SubParsersAction[_Parser]",  # pyright: ignore[reportPrivateUsage] - argparse names it no other way
    name: str,
    summary: str,
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.", allow_abbrev=False
    )


def _add_serve(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--http", action="store_true", help="serve over HTTP: /mcp, /sse and /healthz")
    serve.add_argument("--host", help=f"bind to this address (default {DEFAULT_HOST})")
    serve.add_argument("--port", type=_port, help=f"default {DEFAULT_PORT}; 0 picks a free one")
    serve.add_argument("--no-auth", action="store_true", help="ask for no bearer token (loopback only)")
    serve.add_argument(
        "--allowed-host",
        action="append",
        dest="allowed_hosts",
        metavar="HOST[:PORT]",
        help="a further name under which clients reach this server (may be repeated)",
    )


def _add_question(command: argparse.ArgumentParser) -> None:
    command.add_argument("question", metavar="QUESTION", type=_text, help="the whole question, in quotes")
    command.add_argument("--preset", type=_text, metavar="NAME", help="which panel to ask")
    command.add_argument("--context", metavar="FILE", help="a text file to answer from; - is stdin")
    command.add_argument("--max-cost-usd", type=_usd, metavar="USD", help="lowers the preset's spending limit")
    command.add_argument("--deadline-s", type=_seconds, metavar="SECONDS", help="lowers the preset's time limit")
    command.add_argument("--no-web", action="store_true", help="keep the panel off the web")
    command.add_argument("--yes", action="store_true", help="do not ask first, however much it may cost")
    command.add_argument("--json", action="store_true", help="print the structured result")


def _add_runs(runs: argparse.ArgumentParser) -> None:
    runs.add_argument("run_id", nargs="?", metavar="RUN_ID", type=_text, help="show this run")
    runs.add_argument("--cancel", action="store_true", help="end this run, wherever it is under way")
    runs.add_argument("--purge", action="store_true", help="delete this run, or all that are over")
    runs.add_argument("--limit", type=_count, default=20, metavar="N", help="list at most so many (default 20)")
    runs.add_argument("--json", action="store_true", help="print JSON")


def _unknown_command(word: str) -> str:
    from fusion_mcp.explain import did_you_mean, shown  # noqa: PLC0415 pydantic is not for --help to wait for

    if " " in word.strip():
        return f"unknown command '{shown(word)}'\nTo ask a question, write: fusion-mcp ask \"...\""
    advice = did_you_mean(word, COMMANDS) or f"; the commands are {', '.join(COMMANDS)}"
    return f"unknown command '{shown(word)}'{advice}\nSee: fusion-mcp --help"


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError("this is not UTF-8 text") from None
    return text


def _usd(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not (amount.is_finite() and amount > 0):
        raise argparse.ArgumentTypeError(f"expected US dollars above 0, as in 0.50; got '{text[:_SHOWN]}'")
    return amount


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not (isfinite(seconds) and seconds > 0):
        raise argparse.ArgumentTypeError(f"expected seconds above 0, as in 90; got '{text[:_SHOWN]}'")
    return seconds


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise argparse.ArgumentTypeError(f"expected a number above 0; got '{text[:_SHOWN]}'")
    return int(text[:9])


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= _LAST_PORT):
        raise argparse.ArgumentTypeError(f"expected a port from 0 to {_LAST_PORT}; got '{text[:_SHOWN]}'")
    return int(text)
