"""Other programs that lock, delete or replace the file while it is in use: what was done is not lost."""

import sqlite3
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path

import anyio
import pytest

from fusion_mcp.config import Store
from fusion_mcp.journal.connection import open_file
from fusion_mcp.journal.forgetting import purge
from fusion_mcp.journal.journal import Journal
from fusion_mcp.journal.watch import Seen
from journal.booking import a_call, billed, new_run, processes


@contextmanager
def a_lock(path: Path) -> Generator[sqlite3.Connection]:
    """What another program does that keeps the file to itself; anything ends it."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as greedy:
        greedy.execute("BEGIN IMMEDIATE")
        yield greedy


async def test_a_file_that_another_program_keeps_locked_is_waited_for_and_then_done_without(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [before]:
        await before.claim(new_run(1))
        await before.close()
    with a_lock(tmp_path / "runs.db"):
        async with Journal(tmp_path / "runs.db", busy_s=0.1) as journal:
            claim = await journal.claim(new_run(2))
            assert (claim.run_id, claim.how) == ("run-1", "resumed")  # what could be read was copied
            assert "another program keeps it locked" in (journal.trouble or "")


async def test_whoever_only_looks_waits_for_no_lock(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await here.claim(new_run(1))
        with a_lock(tmp_path / "runs.db"), anyio.fail_after(10):
            async with Journal(tmp_path / "runs.db") as there:
                assert [row.id for row in await there.recent()] == ["run-1"]
                assert there.trouble is None


async def test_a_lock_that_passes_is_waited_for_while_others_queue_up(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await here.claim(new_run(1))
        with a_lock(tmp_path / "runs.db") as greedy:
            with anyio.fail_after(5):
                async with anyio.create_task_group() as tasks:
                    for number in range(20):
                        tasks.start_soon(here.keep, "run-1", {f"panel/{number}": "said"})
                    await anyio.wait_all_tasks_blocked()
                    greedy.execute("COMMIT")
            assert here.trouble is None
        assert len(await here.steps("run-1")) == 20


@pytest.mark.parametrize("store", ["full", "metadata", "off"])
async def test_what_happened_while_the_file_was_locked_is_entered_afterwards(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "runs.db"
    async with Journal(path, store=store, busy_s=0.05) as here:
        await here.claim(new_run(1))
        await here.reserve("run-1", Decimal(2), Decimal(20))
        with a_lock(path):
            line = a_call(1, "0.5")
            assert await here.open_calls("run-1", [line])
            assert (await here.claim(new_run(2, key="another"))).how == "new"
            assert await here.keep("run-2", {"panel/b": "said"})
            assert await here.finish("run-2", status="finished", result="{}", result_status="ok")
            assert "used again from the next question on" in (here.trouble or "")
        assert await here.keep("run-1", {"panel/a": "said"}, [billed(line, "0.25")])
        assert (await here.claim(new_run(3, key="a third"))).how == "new"
        assert here.trouble is None
        assert await here.watch.look() == Seen()
        assert await here.result("run-2") == "{}"
        assert (await here.claim(new_run(4, key="another"))).how == "finished"
        assert await here.steps("run-1") == {"panel/a": "said"}
        assert await here.finish("run-1", status="finished", result="{}", result_status="ok")
        async with Journal(path) as there:
            assert (await there.today()).spent_usd == Decimal("0.25")
            assert len(await there.recent()) == (0 if store == "off" else 3)


async def test_a_process_that_is_told_to_end_waits_for_no_lock(tmp_path: Path) -> None:
    async with Journal(tmp_path / "runs.db") as here:
        await here.claim(new_run(1))
        with a_lock(tmp_path / "runs.db"), anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(here.keep, "run-1", {"panel/a": "said"})
                await anyio.wait_all_tasks_blocked()
                here.hurry()
            assert await here.finish("run-1", status="interrupted")
            await here.close()
    async with Journal(tmp_path / "runs.db") as later:
        assert (await later.claim(new_run(2))).how == "resumed"


async def test_a_process_that_is_told_to_end_waits_for_a_lock_that_passes_soon(tmp_path: Path) -> None:
    async with Journal(tmp_path / "runs.db") as here:
        await here.claim(new_run(1))
        with a_lock(tmp_path / "runs.db") as other, anyio.fail_after(10):
            here.hurry()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(partial(here.finish, "run-1", status="interrupted", unkept={"panel/a": "said"}))
                await anyio.wait_all_tasks_blocked()
                other.execute("COMMIT")
        assert here.trouble is None
        assert await here.steps("run-1") == {"panel/a": "said"}


async def test_what_is_purged_leaves_the_file_although_somebody_writes_in_it(tmp_path: Path) -> None:
    secret = "a secret of some length " * 2_000
    async with processes(tmp_path, 1) as [here]:
        for number in range(20):
            await here.claim(new_run(number, key=f"key {number}"))
            await here.finish(f"run-{number}", status="finished", result=secret)
        await here.database.write(lambda file: purge(file, None))
        await here.database.write(lambda file: purge(file, None))
        with a_lock(tmp_path / "runs.db") as other, anyio.fail_after(10):
            passing = threading.Timer(0.1, other.execute, ["COMMIT"])
            passing.start()
            await here.database.shrink()
            passing.join()
        assert await here.recent() == []
    assert b"a secret" not in (tmp_path / "runs.db").read_bytes()


def deleted(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    other = path.with_name("other.db")
    with closing(open_file(other, "full")) as connection:
        connection.execute("INSERT INTO days (day, spent) VALUES ('2027-01-15', 7)")
    other.replace(path)


@pytest.mark.skipif(sys.platform == "win32", reason="files in use cannot be deleted")
@pytest.mark.parametrize("store", ["full", "metadata", "off"])
@pytest.mark.parametrize("how", [deleted, replaced])
async def test_a_file_that_vanishes_while_in_use_costs_nothing_that_was_done(
    tmp_path: Path, store: Store, how: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "runs.db"
    async with processes(tmp_path, 1, store=store) as [here]:
        await here.claim(new_run(1))
        line = a_call(1)
        await here.open_calls("run-1", [line])
        await here.keep("run-1", {"panel/a": "said"}, [billed(line, "0.25")])
        how(path)
        before = path.read_bytes() if path.exists() else None
        assert await here.keep("run-1", {"panel/b": "said"})
        assert await here.steps("run-1") == {"panel/a": "said", "panel/b": "said"}
        assert (await here.today()).spent_usd == Decimal("0.25")
        assert "it was deleted or replaced while in use" in (here.trouble or "")
        assert await here.finish("run-1", status="finished", result="{}", result_status="ok")
        assert (await here.claim(new_run(2))).how == "finished"
        assert [record.getMessage() for record in caplog.records] == [here.trouble]
        await here.close()
    assert (path.read_bytes() if path.exists() else None) == before
