"""Jobs on the database: whoever waits gets what became of their own, whatever becomes of the others."""

import asyncio
import sqlite3
from functools import partial
from pathlib import Path

import anyio
import anyio.lowlevel

from fusion_mcp.journal.database import Database


def add(connection: sqlite3.Connection, number: int) -> int:
    connection.execute("INSERT INTO breakers (provider, model, open_until, why) VALUES (?, 'm', 1, '')", (number,))
    return number


def count(connection: sqlite3.Connection) -> int:
    return connection.execute("SELECT COUNT(*) FROM breakers").fetchone()[0]


async def test_jobs_that_come_at_once_are_all_done_and_each_gives_its_own(tmp_path: Path) -> None:
    database = Database(tmp_path / "runs.db")
    with anyio.fail_after(10):
        found = await asyncio.gather(*(database.write(partial(add, number=number)) for number in range(50)))
        assert found == list(range(50))
        assert await database.read(count) == 50
        await database.close()


async def transactions(database: Database, begun: list[str]) -> None:
    """Have each transaction from now on noted in `begun`."""

    def note(said: str) -> None:
        if said.startswith("BEGIN"):
            begun.append(said)

    await database.read(lambda file: file.set_trace_callback(note))


async def test_where_many_jobs_come_they_share_transactions_and_keep_their_order(tmp_path: Path) -> None:
    database, begun, order = Database(tmp_path / "runs.db"), list[str](), list[int]()

    def noted(connection: sqlite3.Connection, number: int) -> None:
        add(connection, number)
        order.append(number)

    with anyio.fail_after(10):
        await transactions(database, begun)
        await asyncio.gather(*(database.write(partial(noted, number=number)) for number in range(200)))
        assert order == list(range(200))
        assert len(begun) < 50
        await database.close()


async def test_a_job_that_is_alone_waits_for_nobody(tmp_path: Path) -> None:
    database = Database(tmp_path / "runs.db")
    with anyio.fail_after(10):
        await database.read(count)
        passed = list[str]()
        asyncio.get_running_loop().call_soon(passed.append, "a turn of the event loop")
        await database.write(partial(add, number=1))
        assert not passed
        await database.close()


async def test_a_task_that_is_cancelled_out_of_hand_keeps_nobody_from_the_database(tmp_path: Path) -> None:
    database = Database(tmp_path / "runs.db")
    with anyio.fail_after(10):
        for ticks in range(12):
            tasks = [asyncio.create_task(database.write(partial(add, number=ticks * 10 + n))) for n in range(3)]
            for _ in range(ticks):
                await asyncio.sleep(0)
            tasks[0].cancel()  # as asyncio's own Ctrl-C does it, which no shield of anyio's holds off
            await asyncio.gather(*tasks, return_exceptions=True)
            assert [task.exception() for task in tasks[1:]] == [None, None]
        assert await database.read(count) >= 24
        assert database.trouble is None
        await database.close()


async def test_who_is_cancelled_while_a_job_waits_for_others_is_told_what_it_came_to_before(tmp_path: Path) -> None:
    database, told, gone_on = Database(tmp_path / "runs.db"), set[int](), set[int]()

    async def ask(scope: anyio.CancelScope, number: int) -> None:
        with scope:
            told.add(await database.write(partial(add, number=number)))
            await anyio.lowlevel.checkpoint()
            gone_on.add(number)

    with anyio.fail_after(10):
        for ticks in range(12):
            scopes = [anyio.CancelScope() for _ in range(8)]
            async with anyio.create_task_group() as tasks:
                for number, scope in enumerate(scopes, ticks * 8):
                    tasks.start_soon(ask, scope, number)
                for _ in range(ticks % 4):
                    await asyncio.sleep(0)
                scopes[2].cancel()
        assert told == set(range(96))
        assert {number for number in told if number % 8 != 2} <= gone_on < told
        assert await database.read(count) == 96
        await database.close()


async def test_a_job_that_fails_is_undone_alone(tmp_path: Path) -> None:
    def fails(connection: sqlite3.Connection) -> None:
        add(connection, 2)
        raise ValueError

    database = Database(tmp_path / "runs.db")
    with anyio.fail_after(10):
        jobs = [partial(add, number=1), fails, partial(add, number=3), fails]
        found = await asyncio.gather(*map(database.write, jobs), return_exceptions=True)
        assert (found[0], found[2]) == (1, 3)
        assert isinstance(found[1], ValueError)
        assert isinstance(found[3], ValueError)
        assert await database.read(count) == 2
        await database.close()


async def test_a_job_that_breaks_the_thread_is_told_to_all_who_shared_it(tmp_path: Path) -> None:
    def breaks(_: sqlite3.Connection) -> None:
        raise SystemExit

    database = Database(tmp_path / "runs.db")
    with anyio.fail_after(10):
        found = await asyncio.gather(
            database.write(partial(add, number=1)), database.write(breaks), return_exceptions=True
        )
        assert isinstance(found[1], Exception)
        there = await database.read(count)
        assert there == (0 if isinstance(found[0], Exception) else 1)
        assert await database.write(partial(add, number=2)) == 2
        await database.close()


async def test_a_database_that_was_closed_is_opened_by_the_next_job(tmp_path: Path) -> None:
    database = Database(tmp_path / "runs.db")
    with anyio.fail_after(10):
        assert await database.write(partial(add, number=1)) == 1
        await database.close()
        assert await database.read(count) == 1
        await database.close()
