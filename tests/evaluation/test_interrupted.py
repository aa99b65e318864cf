"""`fusion-mcp eval run` that is killed or stopped: the same command goes on, and nothing is paid for twice."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from cli.called import Called
from cli.command_line import WITHIN, CommandLine
from evaluation.asked import ROWS, seat
from fusion_mcp.evaluation.folder import read_folder
from scripted import Home, ScriptedProvider, depends, held, judges


def held_at_snow(home: Home, provider: ScriptedProvider) -> None:
    """Have the judge of one task wait at a gate."""
    seat(home, provider)
    gate = provider.gate("snow")
    provider.script("judge", depends(lambda call: held(gate, judges()) if "snow" in call.prompt else judges()))


def one_by_one(tasks: str, out: Path) -> Sequence[str]:
    return ("eval", "run", tasks, "--out", str(out), "--only", "fusion", "--yes", "--concurrency", "1")


def begun(cli: CommandLine, provider: ScriptedProvider, *command: str) -> "subprocess.Popen[bytes]":
    """Start it, and wait until one task is answered and the next one's judge was asked."""
    process = cli.start(*command)
    provider.wait_until(
        lambda seen: any("snow" in call.prompt and call.ended is None for call in seen.calls_to("judge")), WITHIN
    )
    return process


def is_whole(called: Called, provider: ScriptedProvider, out: Path, *command: str) -> None:
    """Go on to the end: each answer is there once, and nothing that was finished was asked again."""
    provider.gate("snow").open()
    done = called(*command)
    assert done.status == 0, done.err
    kept = read_folder(out).answers()
    assert [each.task_id for each in kept] == [row["id"] for row in ROWS]
    assert (out / "answers.jsonl").read_bytes().count(b"\n") == len(ROWS)
    assert [each.result.reused for each in kept if each.result] == [None, "resumed", None]
    assert Counter(call.model for call in provider.calls) == {
        "alpha": 3,
        "beta": 3,
        "gamma": 3,
        "judge": 4,
        "writer": 3,
    }


def test_a_killed_evaluation_goes_on_with_every_answer_once(
    cli: CommandLine, called: Called, home: Home, provider: ScriptedProvider, tasks: str, tmp_path: Path
) -> None:
    held_at_snow(home, provider)
    out = tmp_path / "out"
    command = one_by_one(tasks, out)
    process = begun(cli, provider, *command)
    process.kill()
    process.communicate(timeout=WITHIN)
    assert [each.task_id for each in read_folder(out).answers()] == ["sum"]
    is_whole(called, provider, out, *command)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is sent to a process as POSIX has it")
def test_ctrl_c_says_how_far_it_came_and_the_same_command_goes_on(
    cli: CommandLine, called: Called, home: Home, provider: ScriptedProvider, tasks: str, tmp_path: Path
) -> None:
    held_at_snow(home, provider)
    out = tmp_path / "out"
    command = one_by_one(tasks, out)
    process = begun(cli, provider, *command)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=WITHIN)
    assert process.returncode == 130
    assert f"1 of 3 are in {out}; the same command goes on." in err.decode()
    is_whole(called, provider, out, *command)
