"""Money on the command line: what a run may cost is said first, and what it has cost when it is interrupted."""

import re
import signal
import subprocess
import sys
import threading

import pytest

from cli.called import Called
from cli.command_line import WITHIN, CommandLine, is_one_complaint
from cli.terminal import on_a_terminal
from scripted import Home, ScriptedProvider
from server.waiting import hold_panel

PRICES: dict[str, tuple[float, float]] = dict.fromkeys(("alpha", "beta", "gamma", "judge", "writer"), (0.1, 1.0))
ABOVE = "[limits]\nconfirm_above_usd = 0.02\n"
QUESTION = ("ask", "Is it so?")


@pytest.fixture
def called(home: Home, capsys: pytest.CaptureFixture[str]) -> Called:
    return Called(home, capsys)


@pytest.fixture
def expensive(home: Home, trio: ScriptedProvider) -> ScriptedProvider:
    """A home whose default preset may cost more than the person wants to unasked."""
    home.trio(trio, prices=PRICES, config=ABOVE)
    return trio


def test_without_a_terminal_an_expensive_run_is_refused_with_what_to_add(
    cli: CommandLine, expensive: ScriptedProvider
) -> None:
    done = cli(*QUESTION)
    assert done.status == 1
    assert is_one_complaint(done), done.err
    for part in "budget_exceeded", "above $0.02 you are asked first", "--yes", "--max-cost-usd 0.02", "[limits]":
        assert part in done.err
    assert expensive.calls == []


def test_what_the_refusal_advises_lets_the_run_begin(called: Called, expensive: ScriptedProvider) -> None:
    assert called(*QUESTION, "--json").json["error"]["reason"] == "budget_exceeded"
    assert called(*QUESTION, "--yes").status == 0
    assert called(*QUESTION, "--max-cost-usd", "0.02").status == 0
    assert len(expensive.calls) == 10
    assert called(*QUESTION).status == 0, "a run that is known already costs nothing, so nobody is asked"
    assert len(expensive.calls) == 10


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(("typed", "status", "calls"), [("y\n", 0, 5), ("\n", 1, 0)])
def test_on_a_terminal_the_person_is_asked(
    cli: CommandLine, expensive: ScriptedProvider, typed: str, status: int, calls: int
) -> None:
    code, shown = on_a_terminal(cli, typed, *QUESTION)
    estimate, question, *_ = shown.splitlines()
    assert re.fullmatch(r"Preset trio: may cost up to \$0\.\d+, usually much less\.", estimate)
    assert re.fullmatch(
        r"This run may cost up to \$0\.\d+, and above \$0\.02 you are asked first\. Go on\? \[y/N\]", question
    )
    assert code == status
    assert len(expensive.calls) == calls
    assert ("not confirmed; nothing was spent" in shown) == (calls == 0)


def interrupted_after(process: "subprocess.Popen[bytes]", *, answered: int) -> list[str]:
    """Press Ctrl-C once so many members have answered, and give the last two lines that are said."""
    overdue = threading.Timer(WITHIN, process.kill)
    overdue.start()
    assert process.stdin
    assert process.stdout
    assert process.stderr
    with process.stdin, process.stdout, process.stderr:
        while answered:
            line = process.stderr.readline()
            assert line, "it ended before everybody had answered"
            answered -= b" answered after " in line
        process.send_signal(signal.SIGINT)
        said = process.stderr.read().decode().splitlines()
        assert process.stdout.read() == b""
        assert process.wait(WITHIN) == 130
    overdue.cancel()
    return said[-2:]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is sent to a process as POSIX has it")
def test_ctrl_c_says_what_was_spent_and_asking_again_goes_on(
    cli: CommandLine, called: Called, home: Home, provider: ScriptedProvider
) -> None:
    hold_panel(provider, ["gamma"])
    home.trio(provider, prices=PRICES)
    process = cli.start("ask", "held:mine ?")
    spent, last = interrupted_after(process, answered=2)
    found = re.fullmatch(
        r"Spent: (\$0\.\d+|under \$0\.0001) \(one call was cut off, and may be billed besides\)\. What was finished is "
        r"shown by: fusion-mcp runs ([0-9a-f]{32}); the same question goes on from there\.",
        spent,
    )
    assert found, spent
    assert last == "fusion-mcp: interrupted; what was running has been cancelled"
    assert "alpha says 42." in called("runs", found[2]).out
    provider.gate("held:mine").open()
    resumed = called("ask", "held:mine ?", "--json").json
    assert (resumed["run_id"], resumed["reused"], resumed["status"]) == (found[2], "resumed", "ok")
    assert sorted(call.model for call in provider.calls) == ["alpha", "beta", "gamma", "gamma", "judge", "writer"]
