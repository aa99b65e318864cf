"""What survives a power cut: all that was written, a moment later, without anybody waiting for it."""

import errno
import sqlite3
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
import anyio.lowlevel
import anyio.to_thread

from fusion_mcp.journal.database import Database
from journal.booking import a_call, billed, new_run, processes
from journal.test_sharing import add, count

NORMAL = 1


@asynccontextmanager
async def a_database(folder: Path) -> AsyncGenerator[Database]:
    database = Database(folder / "runs.db")
    with anyio.fail_after(10):
        yield database
        await database.close()


async def synced(database: Database) -> None:
    """Wait until a power cut could undo nothing any more."""
    with anyio.fail_after(5):
        while database.is_loose:
            await anyio.lowlevel.checkpoint()


async def test_no_transaction_waits_for_the_disk_and_what_it_wrote_is_synced_all_the_same(tmp_path: Path) -> None:
    def synchronous(connection: sqlite3.Connection) -> int:
        return connection.execute("PRAGMA main.synchronous").fetchone()[0]

    async with a_database(tmp_path) as database:
        assert await database.write(synchronous) == NORMAL
        assert database.is_loose
        await synced(database)


async def test_what_is_written_while_the_disk_is_waited_for_is_synced_after_it(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        for number in range(300):
            await database.write(partial(add, number=number))
        assert database.is_loose
        await synced(database)
        assert await database.read(count) == 300


async def test_looking_leaves_nothing_to_sync(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        await database.read(count)
        assert not database.is_loose


async def test_all_that_a_run_writes_down_is_synced(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await here.claim(new_run(1))
        line = a_call()
        await here.open_calls("run-1", [line])
        await synced(here.database)
        await here.keep("run-1", {"panel/a": "said"}, [billed(line, "0.25")])
        assert here.database.is_loose
        await synced(here.database)
        await here.finish("run-1", status="finished", result="{}")
        assert here.database.is_loose
        await synced(here.database)


async def test_a_disk_that_does_not_take_what_was_written_is_told_and_done_without(tmp_path: Path) -> None:
    def fails(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    database = Database(tmp_path / "runs.db", fsync=fails)
    with anyio.fail_after(10):
        await database.write(partial(add, number=1))
        await synced(database)
        assert database.trouble is None
        await database.write(partial(add, number=2))
        assert "is not written" in (database.trouble or "")
        assert await database.read(count) == 2
        await database.close()


async def test_a_slow_disk_holds_up_no_job_even_where_one_needs_the_thread(tmp_path: Path) -> None:
    gate, is_asked = threading.Event(), threading.Event()

    def waits(_: int) -> None:
        is_asked.set()
        assert gate.wait(10)

    database = Database(tmp_path / "runs.db", fsync=waits)
    with anyio.fail_after(10):
        await database.write(partial(add, number=1))
        await anyio.to_thread.run_sync(is_asked.wait, 5)
        await database.write(partial(add, number=2), is_long=True)
        assert await database.read(count) == 2
        gate.set()
        await database.close()


async def test_the_log_is_shortened_beside_what_goes_on(tmp_path: Path) -> None:
    def add_a_megabyte(file: sqlite3.Connection, number: int) -> None:
        row = (number, "x" * 10**6)
        file.execute("INSERT INTO breakers (provider, model, open_until, why) VALUES (?, 'm', 1, ?)", row)

    async with a_database(tmp_path) as database:
        for number in range(12):
            await database.write(partial(add_a_megabyte, number=number))
            await synced(database)
        assert (tmp_path / "runs.db-wal").stat().st_size < 6 * 10**6
        assert await database.read(count) == 12
