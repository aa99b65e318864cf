"""`fusion-mcp eval`: what it says before it spends, what it leaves behind."""

import json
import sys
from pathlib import Path

import pytest

from cli.called import Called
from cli.command_line import CommandLine, is_one_complaint
from cli.terminal import on_a_terminal
from evaluation.asked import PRICES, seat
from scripted import Home, ScriptedProvider, answers, status

RUBRIC = {
    "id": "why",
    "problem": "Why is that so?",
    "answer": {
        "sections": [
            {
                "id": "facts",
                "criteria": [
                    {"id": "sure", "weight": 3, "requirement": "Is sure of what it says."},
                    {"id": "reason", "weight": 1, "requirement": "Gives a reason for what it says."},
                ],
            }
        ]
    },
}
MET = '{"explanation": "It does.", "criterion_status": "MET"}'


def test_the_plan_and_its_price_are_said_first_and_nothing_is_spent_without_leave(
    called: Called, home: Home, provider: ScriptedProvider, tasks: str, tmp_path: Path
) -> None:
    seat(home, provider)
    done = called("eval", "run", tasks, "--out", str(tmp_path / "out"))
    assert done.status == 1
    for part in (
        "Tasks: 3 of ",
        "- trio (fusion: work:alpha, work:beta, work:gamma): up to $",
        "- solo work:beta (solo: work:beta): up to $",
        "- self work:alpha x3 (self: ",
        "Runs: 15.",
        "Worst case in all: $",
        "budget_exceeded: this evaluation: it may cost up to $",
        "Add --yes.",
    ):
        assert part in done.err
    assert provider.calls == []


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(("typed", "status", "calls"), [("y\n", 0, 3), ("n\n", 1, 0)])
def test_on_a_terminal_the_person_is_asked(
    cli: CommandLine,
    home: Home,
    provider: ScriptedProvider,
    tasks: str,
    tmp_path: Path,
    typed: str,
    status: int,
    calls: int,
) -> None:
    seat(home, provider)
    command = ("eval", "run", tasks, "--out", str(tmp_path / "out"), "--only", "solo", "--sample", "1")
    code, shown = on_a_terminal(cli, typed, *command)
    assert (code, len(provider.calls)) == (status, calls)
    assert "this evaluation: it may cost up to $" in shown
    assert ("not confirmed; nothing was spent" in shown) == (calls == 0)


def test_where_nobody_bills_nobody_is_asked(
    called: Called, home: Home, provider: ScriptedProvider, tasks: str, tmp_path: Path
) -> None:
    seat(home, provider)
    free: dict[str, tuple[float, float]] = dict.fromkeys(("alpha", "beta", "gamma", "judge", "writer"), (0.0, 0.0))
    home.trio(provider, prices=free)
    done = called("eval", "run", tasks, "--out", str(tmp_path / "out"), "--only", "solo", "--sample", "2")
    assert done.status == 0, done.err
    assert "Nobody bills for it." in done.err
    assert "[6/6] solo work:" in done.err
    assert "| solo work:gamma | 2        |" in done.out
    assert f"Next: fusion-mcp eval grade {tmp_path / 'out'}" in done.err
    again = called("eval", "run", tasks, "--out", str(tmp_path / "out"), "--only", "solo", "--sample", "2")
    assert (again.status, len(provider.calls)) == (0, 6)
    other = called("eval", "run", tasks, "--out", str(tmp_path / "out"), "--only", "solo")
    assert other.status == 2
    assert "another sample of the tasks" in other.err


def test_a_limit_of_money_ends_it_with_what_to_do_and_the_same_command_goes_on(
    called: Called, home: Home, provider: ScriptedProvider, tasks: str, tmp_path: Path
) -> None:
    seat(home, provider, cost=0.02)
    command = ("eval", "run", tasks, "--out", str(tmp_path / "out"), "--only", "solo", "--yes")
    done = called(*command, "--max-cost-usd", "0.08")
    assert done.status == 1
    assert "it stops at $0.08 (--max-cost-usd)" in done.err
    assert "Raise it to go on." in done.err
    assert f"of 9 are in {tmp_path / 'out'}; the same command goes on." in done.err
    assert called(*command).status == 0
    assert len(provider.calls) == 9


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (
            ("nowhere.jsonl",),
            "nowhere.jsonl: there is no such file; the sets that ship are choice, code, exact, rubric",
        ),
        (("exact", "--strongest", "work:delta"), "--strongest: work:delta is no member"),
        (("exact", "--strongest", "delta"), "--strongest: 'delta' is not a model reference"),
        (("exact", "--preset", "absent"), "unknown_preset"),
        (("exact", "--seed", "x"), "--seed: expected a whole number from 0 on"),
        (("exact", "--repeats", "-1"), "--repeats: expected a number above 0"),
        (("exact", "--repeats", "5000"), "--repeats: at most 1000"),
    ],
)
def test_what_was_typed_wrong_is_said_and_leaves_no_folder(
    called: Called, home: Home, provider: ScriptedProvider, tmp_path: Path, argv: tuple[str, ...], said: str
) -> None:
    seat(home, provider)
    done = called("eval", "run", *argv, "--out", str(tmp_path / "out"))
    assert done.status == 2
    assert said in done.err
    assert is_one_complaint(done)
    assert not (tmp_path / "out").exists()


def test_all_faults_of_a_file_are_said(called: Called, home: Home, provider: ScriptedProvider, tmp_path: Path) -> None:
    seat(home, provider)
    (tmp_path / "bad.jsonl").write_text('{"x": 1}\n[]\n', encoding="utf-8")
    done = called("eval", "run", str(tmp_path / "bad.jsonl"), "--out", str(tmp_path / "out"))
    assert done.status == 2
    assert "line 1: is no task" in done.err
    assert "line 2: expected one task as a JSON object, got a list" in done.err


def test_a_model_of_a_run_may_not_begin_an_evaluation(cli: CommandLine, home: Home, provider: ScriptedProvider) -> None:
    seat(home, provider)
    done = cli("eval", "run", "exact", "--out", "out", FUSION_MCP_DEPTH="1")
    assert done.status == 1
    assert "recursion_refused" in done.err


@pytest.fixture
def answered(called: Called, home: Home, provider: ScriptedProvider, tasks: str, tmp_path: Path) -> str:
    """A folder in which two members have answered three tasks and one with a rubric."""
    seat(home, provider)
    with Path(tasks).open("a", encoding="utf-8") as file:
        file.write(json.dumps(RUBRIC))
    out = str(tmp_path / "out")
    assert called("eval", "run", tasks, "--out", out, "--only", "solo", "--yes").status == 0
    provider.script("grader", answers(MET, cost=0.01))
    home.trio(provider, prices={**PRICES, "grader": (0.1, 1.0)})
    return out


def test_grading_and_reporting_go_on_from_the_folder(
    called: Called, provider: ScriptedProvider, answered: str, tmp_path: Path
) -> None:
    refused = called("eval", "grade", answered, "--grader", "work:grader")
    assert refused.status == 1
    assert "Grading takes 6 calls: up to $" in refused.err
    assert "this grading: it may cost up to $" in refused.err
    done = called("eval", "grade", answered, "--grader", "work:grader", "--yes")
    assert done.status == 0, done.err
    assert "[12/12] solo work:gamma, task why: 1.00" in done.err
    assert len(provider.calls_to("grader")) == 6
    assert called("eval", "grade", answered, "--grader", "work:grader").status == 0, "nothing is left to pay for"
    shown = called("eval", "report", answered, "--out", str(tmp_path / "report"))
    assert shown.status == 0, shown.err
    written = [Path(line) for line in shown.out.splitlines()]
    assert [file.name for file in written] == ["report.md", "report.html"]
    assert all("solo work:beta" in file.read_text(encoding="utf-8") for file in written)


def test_grading_stops_at_its_limit_of_money_and_goes_on_with_a_higher_one(
    called: Called, provider: ScriptedProvider, answered: str
) -> None:
    command = ("eval", "grade", answered, "--grader", "work:grader", "--yes", "--concurrency", "1")
    done = called(*command, "--max-cost-usd", "0.035")
    assert done.status == 1
    assert "of --max-cost-usd 0.035 up to $" in done.err
    assert "the same command goes on." in done.err
    assert 0 < len(provider.calls_to("grader")) < 6
    assert called(*command).status == 0
    assert len(provider.calls_to("grader")) == 6


def test_grades_without_a_score_are_no_result_and_the_same_command_asks_for_them_again(
    called: Called, provider: ScriptedProvider, answered: str
) -> None:
    command = ("eval", "grade", answered, "--grader", "work:grader", "--yes")
    provider.script("grader", status(422))
    done = called(*command)
    assert done.status == 1
    assert "3 grades without a score; the first: not all criteria have a verdict: " in done.err
    assert "The same command asks for what is missing, and for nothing else." in done.err
    provider.script("grader", answers(MET, cost=0.01))
    again = called(*command)
    assert again.status == 0, again.err
    assert "[3/3] solo work:gamma, task why: 1.00" in again.err


@pytest.mark.parametrize("refusal", [401, 404])
def test_a_grader_that_nobody_may_ask_is_asked_once(
    called: Called, provider: ScriptedProvider, answered: str, refusal: int
) -> None:
    provider.script("grader", status(refusal, {"error": {"message": "no"}}))
    done = called("eval", "grade", answered, "--grader", "work:grader", "--yes", "--concurrency", "1")
    assert done.status == 2
    assert "the grader work:grader cannot be asked: " in done.err
    assert len(provider.calls_to("grader")) == 1


def test_a_grader_that_cannot_grade_is_refused(called: Called, provider: ScriptedProvider, answered: str) -> None:
    before = len(provider.calls)
    for argv, said in (
        ((), "--grader"),
        (("--grader", "wrok:grader"), "--grader: there is no provider 'wrok'; did you mean 'work'?"),
        (("--grader", "grader"), "--grader: 'grader' is not a model reference"),
        (("--grader", "openrouter:openrouter/fusion"), "is a panel itself"),
        (("--grader", "work:alpha", "--yes"), "--insist"),
    ):
        done = called("eval", "grade", answered, *argv)
        assert (done.status, len(provider.calls)) == (2, before)
        assert said in done.err


def test_several_evaluations_need_a_folder_for_their_report(called: Called, answered: str) -> None:
    done = called("eval", "report", answered, answered)
    assert done.status == 2
    assert "--out: several evaluations" in done.err
