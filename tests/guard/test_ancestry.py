"""Which ancestors give a call away."""

import pytest

from fusion_mcp.guard.ancestry import KEEPER_MARK, Process, keeper, marker

SHELL = Process(pid=7, command=("/bin/sh", "-c", "fusion-mcp"), started=1.0)
KEEPER = Process(pid=8, command=("/usr/bin/python3", "-I", "/lib/agents/keeper.py", KEEPER_MARK), started=2.0)
CLIENT = Process(pid=9, command=("node", "client.js"), started=0.5)


def test_a_keeper_among_the_ancestors_gives_a_call_away_however_far_up() -> None:
    assert marker([SHELL, KEEPER, CLIENT]) == "process ancestry (8)"
    assert keeper([SHELL, KEEPER, CLIENT]) is KEEPER


def test_ancestors_without_a_keeper_do_not() -> None:
    assert marker([SHELL, CLIENT]) is None
    assert marker([]) is None


@pytest.mark.parametrize(
    ("command", "keeps"),
    [
        (("python", "keeper.py", KEEPER_MARK), True),
        (("python", "C:\\Programs\\agents\\keeper.py", KEEPER_MARK, "60"), True),
        (("python", "/agents/keeper.py", "60", KEEPER_MARK), True),
        ((), False),
        (("python", "/agents/keeper.py"), False),
        (("python", KEEPER_MARK), False),
        (("editor", KEEPER_MARK, "/agents/keeper.py"), False),
        (("python", "/agents/beekeeper.py", KEEPER_MARK), False),
        (("python", "/agents/keeper.pyc", KEEPER_MARK), False),
        (("python", "/keeper.py/other", KEEPER_MARK), False),
        (("python", "/agents/keeper.py", f"{KEEPER_MARK}s"), False),
        (("sh", "-c", f"python keeper.py {KEEPER_MARK}"), False),
        (("fusion-mcp", "runs", "fusion-mcp-run"), False),
    ],
)
def test_a_keeper_is_known_by_its_script_and_its_mark(command: tuple[str, ...], *, keeps: bool) -> None:
    assert (marker([Process(pid=1, command=command)]) is not None) == keeps


def test_what_others_pass_to_their_programs_shows_nowhere() -> None:
    assert "client.js" not in repr(CLIENT)
