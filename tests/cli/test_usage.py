"""What is said about a command line that cannot be meant, and how little is loaded to say it."""

import subprocess
import sys

import pytest

from cli.command_line import CommandLine, is_one_complaint
from fusion_mcp import __version__
from scripted import ScriptedProvider


def test_version_and_help_go_to_stdout(cli: CommandLine) -> None:
    assert cli("--version").out == f"fusion-mcp {__version__}\n"
    done = cli("--help")
    assert done.status == 0
    for command in ("serve", "ask", "compare", "presets", "doctor", "pull"):
        assert command in done.out
    assert "--max-cost-usd" in cli("ask", "--help").out


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["askk", "Why?"], "did you mean 'ask'"),
        (["frobnicate"], "the commands are serve, ask, compare, presets, runs, eval, doctor, pull"),
        (["Why is the sky blue?"], 'fusion-mcp ask "..."'),
        (["--http"], "unknown command '--http'"),
        (["ask"], "QUESTION"),
        (["ask", "why", "is", "it"], "a question of several words stands in quotes"),
        (["ask", "Why?", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["ask", "Why?", "--model", "work:alpha"], "unrecognized arguments: --model"),
        (
            ["ask", "Why?", "--max-cost-usd", "abc"],
            "--max-cost-usd: expected US dollars above 0, as in 0.50; got 'abc'",
        ),
        (["ask", "Why?", "--max-cost-usd", "0"], "expected US dollars above 0"),
        (["ask", "Why?", "--max-cost-usd", "1e-300"], "takes at most 12 decimal places; got '1e-300'"),
        (["ask", "Why?", "--max-cost-usd", "1e-7"], "must be at least 0.000001, a millionth of a dollar; got '1e-7'"),
        (["ask", "Why?", "--max-cost-usd", "1e7"], "must be at most 1,000,000; got '1e7'"),
        (["ask", "Why?", "--max-cost-usd", "NaN"], "expected US dollars above 0"),
        (["ask", "Why?", "--max-cost-usd", "inf"], "expected US dollars above 0"),
        (["ask", "Why?", "--deadline-s", "-5"], "--deadline-s: expected seconds above 0, as in 90; got '-5'"),
        (["ask", "Why?", "--deadline-s", "soon"], "expected seconds above 0"),
        (["ask", "Why?", "--deadline-s", "1e999"], "expected seconds above 0"),
        (["compare", "Why?", "--deadline-s"], "--deadline-s: expected one argument"),
        (["serve", "--http", "--port", "70000"], "--port: expected a port from 0 to 65535; got '70000'"),
        (["serve", "--http", "--port", "http"], "expected a port"),
        (["serve", "--port", "9000"], "fusion-mcp serve --http --port"),
        (["serve", "--no-auth"], "fusion-mcp serve --http --no-auth"),
        (
            ["serve", "--http", "--no-auth", "--host", "0.0.0.0"],
            "--no-auth: 0.0.0.0 can be reached from other machines",
        ),
        (["serve", "--http", "--no-auth", "--host", "::"], "--no-auth"),
        (["serve", "--http", "--allowed-host", "a b"], "allowed host"),
        (["presets", "a", "b"], "unrecognized arguments: b"),
        (["presets", "export"], "the following arguments are required: NAME"),
        (["presets", "import"], "the following arguments are required: FILE"),
        (["presets import", "x"], "unknown command 'presets import'"),
        (["pull", "qwen2.5-coder-1.5"], "did you mean 'qwen2.5-coder-1.5b'"),
    ],
)
def test_a_usage_error_is_two_lines_and_exit_status_2(cli: CommandLine, argv: list[str], complaint: str) -> None:
    done = cli(*argv)
    assert done.status == 2, done
    assert is_one_complaint(done), done.err
    assert complaint in done.err


def test_an_argument_that_is_no_text_is_a_usage_error(cli: CommandLine, trio: ScriptedProvider) -> None:
    done = cli("ask", "caf\udce9")
    assert done.status == 2
    assert is_one_complaint(done)
    assert trio.calls == []


def test_an_amount_is_not_repeated_at_length(cli: CommandLine) -> None:
    assert len(cli("ask", "Why?", "--max-cost-usd", "9x" * 10_000).err) < 300


@pytest.mark.parametrize("argv", [["--version"], ["--help"], ["nonsense"], ["ask", "Why?", "--deadline-s", "x"]])
def test_what_needs_no_engine_loads_none(cli: CommandLine, argv: list[str]) -> None:
    loaded = modules_after(cli, *argv)
    assert not loaded & {"mcp", "httpx2", "anyio", "fusion_mcp.engine"}


@pytest.mark.parametrize("argv", [["presets"], ["presets", "trio"], ["doctor"], ["ask", "Is it so?"]])
def test_only_serving_loads_mcp(cli: CommandLine, trio: ScriptedProvider, argv: list[str]) -> None:
    loaded = modules_after(cli, *argv)
    assert "fusion_mcp.engine" in loaded
    assert not loaded & {"mcp", "mcp_types", "starlette", "uvicorn"}
    assert trio.base_url


def test_importing_the_front_door_loads_nothing_heavy(cli: CommandLine) -> None:
    assert not modules_after(cli) & {"mcp", "httpx2", "anyio", "pydantic"}


def modules_after(cli: CommandLine, *argv: str) -> set[str]:
    """Run a command in a fresh interpreter, and name the packages and modules that it loaded."""
    script = (
        "import sys; from fusion_mcp.__main__ import main; sys.argv[1:] = sys.argv[1:]\n"
        "if sys.argv[1:]: main()\n"
        "print('loaded:', *sys.modules, file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", script, *argv]
    done = subprocess.run(command, env=cli.home.environ(), capture_output=True, text=True, check=False, timeout=30)
    return set(done.stderr.rpartition("loaded:")[2].split())


def test_an_unforeseen_fault_is_one_line_and_the_traceback_is_for_those_who_ask(cli: CommandLine) -> None:
    script = (
        "import sys; from fusion_mcp.cli import exits\n"
        "try: raise ValueError('with a secret in it')\n"
        "except ValueError as error: sys.exit(exits.tell(error, {'FUSION_MCP_DEBUG': sys.argv[1]}))\n"
    )

    def told(debug: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", script, debug]
        return subprocess.run(command, env=cli.home.environ(), capture_output=True, text=True, check=False, timeout=30)

    assert told("").returncode == 1
    assert len(told("").stderr.splitlines()) == 1
    assert "ValueError" in told("").stderr
    assert "FUSION_MCP_DEBUG" in told("").stderr
    assert "secret" not in told("").stderr
    assert "Traceback" in told("1").stderr
