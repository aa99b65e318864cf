"""`ask` and `compare` as processes: what they print, where, and with which exit status."""

import os
import re
import signal
import subprocess
import sys
import threading

import pytest

from cli.command_line import WITHIN, CommandLine
from scripted import Home, ScriptedProvider, answers, judges, stalls, status


def test_ask_prints_the_answer_on_stdout_and_its_progress_on_stderr(cli: CommandLine, trio: ScriptedProvider) -> None:
    done = cli("ask", "Is it so?")
    assert done.status == 0, done.err
    assert done.out.startswith("The panel says yes.\n")
    assert "They agree." in done.out
    assert "Traceback" not in done.err
    assert len(trio.calls) == 5


@pytest.mark.usefixtures("trio")
def test_progress_is_one_line_per_event_where_stderr_is_no_terminal(cli: CommandLine) -> None:
    lines = cli("ask", "Is it so?").err.splitlines()
    for member in ("alpha", "beta", "gamma"):
        assert f"panel: work:{member} started" in lines
        assert any(re.fullmatch(rf"panel: work:{member} answered after \d+\.\d s", line) for line in lines)
    assert sum(line.startswith("judge: ") for line in lines) == 2
    assert "synthesis: work:writer started" in lines
    assert "\x1b" not in "".join(lines)
    assert len(lines) == len(set(lines))


def test_a_member_that_fails_is_named_in_progress_and_result_and_the_exit_status_is_zero(
    cli: CommandLine, trio: ScriptedProvider
) -> None:
    trio.script("gamma", status(401))
    done = cli("ask", "Is it so?")
    assert done.status == 0
    assert re.search(r"^panel: work:gamma failed after .* s: unauthorized", done.err, re.MULTILINE)
    assert "- `work:gamma`: unauthorized (HTTP 401)" in done.out


def test_json_prints_exactly_the_structured_result(cli: CommandLine, trio: ScriptedProvider) -> None:
    trio.script("writer", answers("Ja, é così."))
    done = cli("ask", "Is it so?", "--json")
    assert done.status == 0
    assert list(done.json)[:5] == ["run_id", "kind", "preset", "reused", "status"]
    assert done.json["answer"] == "Ja, é così."
    assert done.json["kind"] == "ask"
    assert "é così" in done.out
    assert done.out.startswith('{\n  "run_id"')


def test_json_shows_every_answer_whole(cli: CommandLine, trio: ScriptedProvider) -> None:
    trio.script("alpha", answers("A long sentence. " * 1000))
    responses = cli("ask", "Is it so?", "--json").json["responses"]
    assert [each["truncated"] for each in responses] == [False, False, False]


def test_compare_prints_the_analysis_and_makes_no_synthesis(cli: CommandLine, trio: ScriptedProvider) -> None:
    done = cli("compare", "Is it so?")
    assert done.status == 0
    assert done.out.startswith("**Consensus**")
    assert trio.calls_to("writer") == []


@pytest.mark.usefixtures("trio")
def test_compare_seats_the_models_that_are_named(cli: CommandLine) -> None:
    done = cli("compare", "Is it so?", "--model", "work:alpha", "--model", "work:beta", "--json")
    assert done.status == 0, done.err
    assert [each["model"] for each in done.json["responses"]] == ["work:alpha", "work:beta"]


def test_a_preset_is_chosen_by_its_name(cli: CommandLine, home: Home, trio: ScriptedProvider) -> None:
    home.trio(trio, panel=["alpha"], name="solo")
    home.trio(trio)
    assert cli("ask", "Is it so?", "--preset", "solo", "--json").json["preset"] == "solo"
    assert cli("ask", "Is it so?", "--json").json["preset"] == "trio"


def test_context_comes_from_a_file_or_from_stdin(cli: CommandLine, home: Home, trio: ScriptedProvider) -> None:
    file = home.path / "notes.txt"
    file.write_bytes(b"\xef\xbb\xbf" + "The café is open.".encode())
    assert cli("ask", "Is it open?", "--context", str(file)).status == 0
    assert cli.fed("From a pipe: café.".encode(), "ask", "Is it open?", "--context", "-").status == 0
    prompts = [call.prompt for call in trio.calls_to("alpha")]
    assert "The café is open." in prompts[0]
    assert "\ufeff" not in prompts[0]
    assert "From a pipe: café." in prompts[1]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is sent to a process as POSIX has it")
def test_ctrl_c_closes_the_calls_and_exits_130_with_one_line(cli: CommandLine, trio: ScriptedProvider) -> None:
    for name in ("alpha", "beta", "gamma"):
        trio.script(name, stalls())
    process = cli.start("ask", "Is it so?")
    trio.wait_until(lambda provider: provider.in_flight == 3, WITHIN)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=WITHIN)
    assert process.returncode == 130
    assert out == b""
    assert err.decode().splitlines()[-1] == "fusion-mcp: interrupted; what was running has been cancelled"
    assert b"Traceback" not in err
    trio.wait_until(lambda provider: all(call.closed_by_client for call in provider.calls))


def test_a_reader_that_went_away_is_no_error(cli: CommandLine, trio: ScriptedProvider) -> None:
    trio.script("writer", answers("long " * 100_000))
    process = cli.start("ask", "Is it so?")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=WITHIN)
    assert process.returncode == 0
    assert b"BrokenPipe" not in err
    assert b"Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_on_a_terminal_the_table_is_redrawn_in_place(cli: CommandLine, trio: ScriptedProvider) -> None:
    shown = on_a_terminal(cli, "ask", "Is it so?", TERM="xterm")
    assert re.search(r"\x1b\[\d+A", shown)
    assert re.search(r"panel\s+work:alpha\s+\x1b\[2m\s+\d+\.\d s", shown)
    assert "\x1b[32manswered\x1b[0m" in shown
    assert trio.calls_to("writer")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_no_color_and_dumb_terminals_are_respected(cli: CommandLine, trio: ScriptedProvider) -> None:
    plain = on_a_terminal(cli, "ask", "Is it so?", TERM="xterm", NO_COLOR="1")
    assert re.search(r"\x1b\[\d+A", plain)
    assert re.search(r"\x1b\[[\d;]*m", plain) is None
    dumb = on_a_terminal(cli, "ask", "Is it really so?", TERM="dumb")
    assert "\x1b" not in dumb
    assert "panel: work:alpha started" in dumb
    assert trio.calls_to("writer")


def on_a_terminal(cli: CommandLine, *argv: str, **environ: str) -> str:
    """Run to the end with stderr on a pseudo-terminal, and give what it showed."""
    import pty  # noqa: PLC0415 POSIX has it, Windows does not

    mine, theirs = pty.openpty()
    process = cli.start_on(theirs, *argv, **environ)
    os.close(theirs)
    overdue = threading.Timer(WITHIN, process.kill)
    overdue.start()
    pieces: list[bytes] = []
    while piece := _read(mine):
        pieces.append(piece)
    os.close(mine)
    process.communicate(timeout=WITHIN)
    overdue.cancel()
    assert process.returncode == 0
    return b"".join(pieces).decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


def test_two_questions_at_once_do_not_disturb_each_other(cli: CommandLine, trio: ScriptedProvider) -> None:
    trio.script("judge", judges())
    running: list[subprocess.Popen[bytes]] = [cli.start("ask", f"Question {number}?", "--json") for number in range(2)]
    outcomes = [process.communicate(timeout=WITHIN) for process in running]
    assert [process.returncode for process in running] == [0, 0], outcomes
    assert len({out for out, _ in outcomes}) == 2
