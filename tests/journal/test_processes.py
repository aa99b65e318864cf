"""Real processes on one file, killed without a warning."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO

from fusion_mcp.journal.journal import Journal
from journal.booking import new_run

PROCESS = Path(__file__).with_name("journal_process.py")


@contextmanager
def process(path: Path, what: str) -> Generator[tuple[subprocess.Popen[str], IO[str], IO[str]]]:
    with subprocess.Popen(
        [sys.executable, PROCESS, path, what], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            yield child, child.stdin, child.stdout
        finally:
            child.kill()


async def test_a_killed_processs_run_goes_on_at_once_and_its_money_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    async with Journal(path) as here:
        with process(path, "calling") as (child, _, said):
            assert said.readline().strip() == "new"
            assert (await here.claim(new_run(1))).how == "joined"
            assert (await here.today()).held_usd == Decimal(15)
            child.kill()
            child.wait()
            day = await here.today()
            assert (day.spent_usd, day.in_doubt_usd, day.held_usd) == (0, 2, 0)
            claim = await here.claim(new_run(1))
        assert (claim.run_id, claim.how, claim.life) == ("theirs", "resumed", 1)
        assert await here.steps("theirs") == {"panel/before": "said"}
        assert [(line.settled, line.reserved_usd) for line in await here.lines("theirs")] == [(False, 2)]
        await here.reserve("theirs", Decimal(18), Decimal(20))


def test_the_same_question_in_several_processes_at_once_is_one_run(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with (
        process(path, "claiming") as (_, ask_a, said_a),
        process(path, "claiming") as (_, ask_b, said_b),
        process(path, "claiming") as (_, ask_c, said_c),
        process(path, "claiming") as (_, ask_d, said_d),
    ):
        processes = [(ask_a, said_a), (ask_b, said_b), (ask_c, said_c), (ask_d, said_d)]
        assert {said.readline() for _, said in processes} == {"ready\n"}
        for ask, _ in processes:
            ask.write("now\n")
            ask.flush()
        hows = [said.readline().strip() for _, said in processes for _ in range(16)]
    assert sorted(hows) == ["joined"] * 63 + ["new"]
