"""What may be typed after `fusion-mcp`: commands, options, and what is wrong with what was typed. Pure argparse."""

import argparse
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import NoReturn

from fusion_mcp import __version__
from fusion_mcp.errors import FusionError
from fusion_mcp.money import limit

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765
TOKEN = "FUSION_MCP_TOKEN"  # noqa: S105 the variable for a fixed token, not one
_LAST_PORT = 65_535
_SHOWN = 40

EXPORT = "presets export"
IMPORT = "presets import"
COMMANDS = ("serve", "ask", "compare", "presets", "runs", "eval", "doctor", "pull", "install", "uninstall")


class UsageError(FusionError):
    """Something was typed that cannot be meant: one sentence, and where to read on (exit 2)."""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line; without a command it is `serve`. Raises UsageError; exits for --help and --version."""
    if list(argv) in ([], ["serve"]):  # as clients start it, who wait
        plain = argparse.ArgumentParser()
        _add_serve(plain)
        return plain.parse_args([], argparse.Namespace(command="serve"))
    parser = _parser()
    if argv and argv[0] not in (*COMMANDS, "-h", "--help", "--version"):
        raise UsageError(_unknown_command(argv[0]))
    return parser.parse_args(_joined(argv))


def _joined(argv: Sequence[str]) -> list[str]:
    """Make one word of a command that has two, as argparse wants it."""
    words = " ".join(argv[:2])
    return [words, *argv[2:]] if words in (EXPORT, IMPORT) else list(argv)


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
    _add_presets(commands)
    _add_runs(_command(commands, "runs", "list past runs, or show, cancel or delete one"))
    _add_evaluation(_command(commands, "eval", "measure what presets are worth on tasks of your own"))
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
    _add_installs(commands)
    return parser


def _add_installs(commands: "argparse._SubParsersAction[_Parser]") -> None:  # pyright: ignore[reportPrivateUsage]
    install = _command(commands, "install", "write fusion-mcp into a client's configuration, or list the clients")
    install.add_argument("--print", action="store_true", help="only print what belongs there, and change nothing")
    uninstall = _command(commands, "uninstall", "take it out of a client's configuration again")
    for command in (install, uninstall):
        command.add_argument("client", nargs="?", type=_text, metavar="CLIENT", help="which client, as in cursor")
        command.add_argument("--yes", action="store_true", help="do not ask first")
        command.add_argument(
            "--project",
            nargs="?",
            const=".",
            type=_text,
            metavar="DIR",
            help="for the project in DIR (default: here) alone",
        )


def _add_presets(commands: "argparse._SubParsersAction[_Parser]") -> None:  # pyright: ignore[reportPrivateUsage]
    presets = _command(commands, "presets", "list the presets, or show one; also: presets export, presets import")
    presets.add_argument("name", nargs="?", metavar="NAME", help="show this preset")
    presets.add_argument("--json", action="store_true", help="print JSON")
    export = _command(commands, EXPORT, "print one preset as a text to hand on")
    export.add_argument("name", type=_text, metavar="NAME", help="which preset")
    export.add_argument("--out", type=_text, metavar="FILE", help="write it into this new file instead")
    taken = _command(commands, IMPORT, "look at somebody else's preset, and keep it")
    taken.add_argument("source", type=_text, metavar="FILE", help="a file, - for stdin, or the preset's text itself")
    taken.add_argument("--name", type=_text, metavar="NAME", help="what to call it here")
    taken.add_argument("--replace", action="store_true", help="it may take the place or an alias of another preset")
    taken.add_argument("--yes", action="store_true", help="do not ask first")


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
    runs.add_argument("--purge", action="store_true", help="delete this run; without RUN_ID, all that are over")
    runs.add_argument("--yes", action="store_true", help="delete them all without asking")
    runs.add_argument("--limit", type=_count, default=20, metavar="N", help="list at most so many (default 20)")
    runs.add_argument("--json", action="store_true", help="print JSON")


def _add_evaluation(evaluation: argparse.ArgumentParser) -> None:
    steps = evaluation.add_subparsers(dest="step", metavar="STEP", required=True, parser_class=_Parser)
    asked = _command(steps, "run", "ask every task of a preset, its members alone, and its strongest one several times")
    asked.add_argument("tasks", metavar="TASKS", type=_text, help="a file of JSON Lines, or the name of a shipped set")
    asked.add_argument(
        "--preset",
        action="append",
        dest="presets",
        type=_text,
        metavar="NAME",
        help="what is measured (may be repeated)",
    )
    asked.add_argument("--out", type=_text, required=True, metavar="DIR", help="where plan and answers are kept")
    asked.add_argument("--sample", type=_count, metavar="N", help="only so many tasks, chosen by chance")
    asked.add_argument("--seed", type=_seed, default=0, metavar="S", help="another choice (default 0)")
    asked.add_argument("--repeats", type=_count, default=1, metavar="N", help="ask everything so often (default 1)")
    asked.add_argument(
        "--strongest", type=_text, metavar="PROVIDER:MODEL", help="the member that is asked several times"
    )
    asked.add_argument(
        "--only", action="append", choices=("fusion", "solo", "self"), help="leave the others out (may be repeated)"
    )
    asked.add_argument("--no-web", action="store_true", help="keep everybody off the web")
    asked.add_argument("--retry-failed", action="store_true", help="ask again what has failed before")
    grade = _command(steps, "grade", "grade what has no grade yet, and ask again for verdicts that are missing")
    grade.add_argument("folder", metavar="DIR", type=_text, help="what eval run has made")
    grade.add_argument("--grader", type=_text, metavar="PROVIDER:MODEL", help="who judges by a rubric")
    grade.add_argument("--passes", type=_count, default=1, metavar="N", help="grade everything so often (default 1)")
    grade.add_argument("--insist", action="store_true", help="the grader may be one of those that are graded")
    grade.add_argument("--unsafe-code", action="store_true", help="run answers' code even where nothing walls it in")
    for step in (asked, grade):
        step.add_argument("--max-cost-usd", type=_usd, metavar="USD", help="spend no more than this in all")
        step.add_argument(
            "--concurrency", type=_count, metavar="N", help="so many at once (default 4; 1 if a model runs here)"
        )
        step.add_argument("--yes", action="store_true", help="do not ask first, however much it may cost")
    report = _command(steps, "report", "write report.md and report.html")
    report.add_argument("folders", nargs="+", metavar="DIR", type=_text, help="graded evaluations, of the same tasks")
    report.add_argument("--out", type=_text, metavar="DIR", help="where to (default: the folder, if there is one)")
    report.add_argument(
        "--grader", type=_text, metavar="PROVIDER:MODEL", help="whose grades, where several have graded"
    )
    report.add_argument(
        "--count-contaminated", action="store_true", help="count tasks whose rubric was seen among the sources"
    )


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
    try:
        return limit(amount)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(f"{fault}; got '{text[:_SHOWN]}'") from None


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


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 on; got '{text[:_SHOWN]}'")
    return int(text[:_SHOWN])


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= _LAST_PORT):
        raise argparse.ArgumentTypeError(f"expected a port from 0 to {_LAST_PORT}; got '{text[:_SHOWN]}'")
    return int(text)
