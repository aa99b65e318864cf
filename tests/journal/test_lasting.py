"""What survives a power cut: all that is written, up to the last thing that was made to last."""

import asyncio
import sqlite3
from pathlib import Path

from fusion_mcp.journal.database import Database
from journal.booking import a_call, billed, new_run, processes

NORMAL, FULL = 1, 2


def synchronous(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA main.synchronous").fetchone()[0]


async def test_only_what_is_to_last_waits_for_the_disk(tmp_path: Path) -> None:
    database = Database(tmp_path / "runs.db")
    for _ in range(2):
        assert await database.write(synchronous) == NORMAL
        assert await database.write(synchronous, lasts=True) == FULL
    await database.close()


async def test_jobs_that_share_a_transaction_last_if_one_of_them_must(tmp_path: Path) -> None:
    database = Database(tmp_path / "runs.db")
    jobs = database.read(synchronous), database.write(synchronous, lasts=True), database.write(synchronous)
    assert await asyncio.gather(*jobs) == [FULL, FULL, FULL]
    assert not database.is_loose
    await database.close()


async def test_a_call_lasts_before_it_goes_out_and_a_result_before_it_is_given(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await here.claim(new_run(1))
        assert await here.enter("run-1", "nonce", most=9)
        assert here.database.is_loose
        line = a_call()
        await here.open_call("run-1", line)
        assert not here.database.is_loose
        await here.keep("run-1", {"panel/a": "said"}, [billed(line, "0.25")])
        assert here.database.is_loose
        await here.guarded()
        assert here.database.is_loose
        await here.finish("run-1", status="finished", result="{}")
        assert not here.database.is_loose


async def test_what_a_live_run_has_kept_lasts_from_the_next_look_on(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await here.claim(new_run(1))
        await here.keep("run-1", {"panel/a": "said"})
        await here.watch.look()
        assert not here.database.is_loose
