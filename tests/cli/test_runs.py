"""`runs`: past runs are listed, shown, ended and deleted."""

import json
import re
import sys
from collections.abc import Iterator

import pytest

from cli.called import Called
from cli.command_line import WITHIN, CommandLine, is_one_complaint
from cli.terminal import on_a_terminal
from scripted import Home, ScriptedProvider, answers, status
from server.running import INITIALIZE, INITIALIZED, spawn
from server.running import ask as asked
from server.waiting import IMPATIENT, hold_panel

ID = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def called(home: Home, capsys: pytest.CaptureFixture[str]) -> Called:
    return Called(home, capsys)


@pytest.fixture
def stopped(home: Home, provider: ScriptedProvider) -> str:
    """The id of a run whose server has ended after beta and gamma have answered."""
    hold_panel(provider, ["alpha"])
    home.trio(provider, config=IMPATIENT)
    process = spawn(home.environ())
    assert process.stdin
    process.stdin.write(INITIALIZE + INITIALIZED + asked(2, "held:stopped ?"))
    process.stdin.flush()
    provider.wait_until(lambda seen: sum(call.completed for call in seen.calls) == 2, WITHIN)
    assert process.stdout
    process.stdout.readline()
    run_id = ID.search(process.stdout.readline())
    process.communicate(timeout=WITHIN)
    assert run_id
    return run_id[0]


@pytest.fixture
def live(home: Home, provider: ScriptedProvider) -> Iterator[str]:
    """The id of a run that a server has under way."""
    hold_panel(provider)
    home.trio(provider, config=IMPATIENT)
    process = spawn(home.environ())
    assert process.stdin
    assert process.stdout
    process.stdin.write(INITIALIZE + INITIALIZED + asked(2, "held:live ?"))
    process.stdin.flush()
    process.stdout.readline()
    run_id = ID.search(process.stdout.readline())
    assert run_id
    yield run_id[0]
    process.communicate(timeout=WITHIN)


def test_there_are_no_runs_at_first(called: Called) -> None:
    assert called("runs").out == "There are no runs yet.\n"
    assert called("runs", "--json").out == "[]\n"


def test_runs_are_listed_with_cost_status_and_time(called: Called, home: Home, trio: ScriptedProvider) -> None:
    prices: dict[str, tuple[float, float]] = dict.fromkeys(("alpha", "beta", "gamma", "judge", "writer"), (1.0, 10.0))
    home.trio(trio, prices=prices)
    called("ask", "Is it\x1b[31m so?", "--yes")
    called("compare", "Which | one?", "--yes")
    for name in ("alpha", "beta", "gamma"):
        trio.script(name, status(401))
    called("ask", "Will it fail?", "--yes")
    table = called("runs").out.splitlines()
    assert [cell.strip() for cell in table[0].strip("| ").split(" | ")] == [
        "run", "started (UTC)", "status", "cost", "time", "preset", "question",
    ]  # fmt: skip
    assert [line.split(" | ")[2].strip() for line in table[2:]] == ["all_panels_failed", "ok", "ok"]
    assert "Is it so?" in table[4].replace("[31m", "")
    assert "\x1b" not in "".join(table)
    rows = called.rows()
    run = rows["Which | one?"]
    assert (run["kind"], run["preset"], run["status"], run["result_status"]) == ("compare", "trio", "finished", "ok")
    assert run["cost_usd"] > 0
    assert run["cost_is_complete"] is True
    assert run["seconds"] >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", run["started_at"])
    assert rows["Will it fail?"]["status"] == "failed"
    assert list(called.rows("--limit", "1")) == ["Will it fail?"]


def test_a_finished_run_is_shown_as_it_was_answered(called: Called, trio: ScriptedProvider) -> None:
    answered = called("ask", "Is it so?", "--json").json
    shown = called("runs", answered["run_id"])
    assert shown.status == 0
    assert shown.out.startswith("The panel says yes.\n")
    assert called("runs", answered["run_id"], "--json").json == answered
    assert len(trio.calls) == 5


def test_a_failed_run_is_shown_with_every_members_reason(called: Called, trio: ScriptedProvider) -> None:
    for name in ("alpha", "beta", "gamma"):
        trio.script(name, status(401))
    called("ask", "Will it fail?")
    run_id = called.rows()["Will it fail?"]["run_id"]
    shown = called("runs", run_id)
    assert (shown.status, shown.out) == (1, "")
    assert "all_panels_failed" in shown.err
    assert "work:beta: unauthorized (HTTP 401)" in shown.err
    error = called("runs", run_id, "--json").json["error"]
    assert (error["reason"], len(error["failed_models"])) == ("all_panels_failed", 3)


def test_an_unknown_run_is_a_usage_error(called: Called) -> None:
    for options in ([], ["--json"], ["--cancel"], ["--purge"]):
        done = called("runs", "0" * 32, *options)
        assert done.status == 2
        assert "invalid_arguments: " in done.err
        assert "there is no run" in done.err
        assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--cancel"], "name the run"),
        (["id", "--cancel", "--purge"], "one of --cancel and --purge"),
        (["--limit", "0"], "a number above 0"),
        (["--limit", "many"], "a number above 0"),
    ],
)
def test_options_that_make_no_sense_are_usage_errors(called: Called, options: list[str], complaint: str) -> None:
    done = called("runs", *options)
    assert done.status == 2
    assert is_one_complaint(done)
    assert complaint in done.err


def test_an_interrupted_run_shows_its_answers_so_far_is_cancelled_and_asking_again_goes_on(
    called: Called, stopped: str, provider: ScriptedProvider
) -> None:
    row = called.rows()["held:stopped ?"]
    assert (row["run_id"], row["status"]) == (stopped, "interrupted")
    shown = called("runs", stopped)
    assert shown.status == 0
    for part in "interrupted; asking the same again goes on", "## work:beta\n\nbeta says 42.", "## work:gamma":
        assert part in shown.out
    assert "## work:alpha" not in shown.out
    assert called("runs", stopped, "--json").json["status"] == "running"
    assert len(provider.calls) == 3, "looking has taken the run up again"
    _is_cancelled(called, stopped)
    provider.gate("held:stopped").open()
    resumed = called("ask", "held:stopped ?", "--json").json
    assert (resumed["run_id"], resumed["reused"], len(resumed["responses"])) == (stopped, "resumed", 3)
    assert sorted(call.model for call in provider.calls) == ["alpha", "alpha", "beta", "gamma", "judge", "writer"]


def _is_cancelled(called: Called, run_id: str) -> None:
    for _ in range(2):
        done = called("runs", run_id, "--cancel")
        assert (done.status, done.err.startswith("Cancelled.")) == (0, True)
    shown = called("runs", run_id)
    assert shown.status == 0
    assert "cancelled; asking the same again" in shown.out
    assert "beta says 42." in shown.out
    assert called("runs", run_id, "--json").json["error"]["reason"] == "cancelled"


def test_a_run_of_another_process_survives_a_purge_and_is_cancelled(
    called: Called, live: str, provider: ScriptedProvider
) -> None:
    finished = called("ask", "Is it so?", "--json").json["run_id"]
    assert called.rows()["held:live ?"]["status"] == "running"
    assert called("runs", "--purge").err.startswith("Deleted: 1 run.")
    assert called("runs", finished).status == 2
    shown = called("runs", live).out
    assert "under way" in shown
    assert "No member has answered yet." in shown
    done = called("runs", live, "--cancel")
    assert done.status == 0
    assert done.err.startswith("Cancelled.")
    held = [call for call in provider.calls if "held:live" in call.prompt]
    provider.wait_until(lambda _: all(call.closed_by_client for call in held), within=2)
    assert called.rows()["held:live ?"]["status"] == "cancelled"
    assert len(held) == 3


@pytest.mark.usefixtures("trio")
def test_one_run_is_purged_and_the_others_stay(called: Called) -> None:
    first = called("ask", "Is it so?", "--json").json["run_id"]
    called("ask", "Is it really so?")
    assert called("runs", first, "--purge").err.startswith("Deleted: 1 run.")
    assert list(called.rows()) == ["Is it really so?"]
    assert called("runs", first).status == 2
    assert called("runs", "--purge").err.startswith("Deleted: 1 run.")
    assert called("runs").out == "There are no runs yet.\n"


def test_the_same_question_gives_the_finished_result(called: Called, trio: ScriptedProvider) -> None:
    first = called("ask", "Is it so?", "--json").json
    trio.script("writer", answers("No."))
    assert called("ask", "Is it so?", "--json").json == first | {"reused": "finished"}
    assert "answered before" in called("ask", "Is it so?").out
    assert len(trio.calls) == 5


def test_without_words_in_the_history_a_run_shows_its_cost_alone(
    called: Called, home: Home, trio: ScriptedProvider
) -> None:
    home.trio(trio, config='[history]\nstore = "metadata"')
    run_id = called("ask", "Is it secret?", "--json").json["run_id"]
    listed = called("runs")
    assert "(not kept)" in listed.out
    assert "secret" not in listed.out
    assert list(called.rows()) == [None]
    shown = called("runs", run_id)
    assert shown.status == 2
    assert "nothing but its cost is kept" in shown.err
    assert called("ask", "Is it secret?", "--json").json["reused"] is None
    assert len(trio.calls) == 10
    assert not any(b"secret" in file.read_bytes() for file in home.data.rglob("*") if file.is_file())


def test_without_a_history_no_run_is_listed(called: Called, home: Home, trio: ScriptedProvider) -> None:
    home.trio(trio, config='[history]\nstore = "off"')
    run_id = called("ask", "Is it secret?", "--json").json["run_id"]
    assert called("runs").out == "There are no runs yet.\n"
    assert called("runs", run_id).status == 2
    assert not any(b"secret" in file.read_bytes() for file in home.data.rglob("*") if file.is_file())


@pytest.mark.usefixtures("trio")
@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
@pytest.mark.parametrize(("typed", "status", "left"), [("n\n", 1, 1), ("y\n", 0, 0)])
def test_who_sits_at_a_terminal_is_asked_before_all_runs_are_deleted(
    called: Called, home: Home, typed: str, status: int, left: int
) -> None:
    called("ask", "Is it so?")
    done, shown = on_a_terminal(CommandLine(home), typed, "runs", "--purge")
    assert (done, "Nothing brings them back" in shown) == (status, True)
    assert len(json.loads(called("runs", "--json").out)) == left
