"""A file that cannot be used: a sentence for the person, an answer without it, and not a byte of theirs touched."""

import logging
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from fusion_mcp.journal.connection import open_file
from fusion_mcp.journal.journal import Journal
from fusion_mcp.journal.migrations import MIGRATIONS, NewerFile, migrate
from journal.booking import a_call, billed, new_run, processes

PROCESS = Path(__file__).with_name("journal_process.py")


def a_folder_in_the_files_place(path: Path) -> None:
    path.mkdir(parents=True)


def a_file_in_the_folders_place(path: Path) -> None:
    path.parent.write_text("mine")


def something_else(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is my diary, not a database\n" * 300)


def a_damaged_file(path: Path) -> None:
    with closing(open_file(path, "full")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


def a_later_versions_file(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE runs (shape TEXT)")
        connection.execute("PRAGMA user_version = 99")


FAULTS = {
    a_folder_in_the_files_place: "Make sure that this is a file",
    a_file_in_the_folders_place: "Move that file out of the way",
    something_else: "it is not a database. ",
    a_damaged_file: "it is damaged. ",
    a_later_versions_file: "Update fusion-mcp",
}


def theirs(path: Path) -> bytes | None:
    """What was in the file before; SQLite counts in the first page how often it was opened."""
    return path.read_bytes()[100:] if path.is_file() else None


async def a_whole_run(journal: Journal) -> None:
    """Everything that a run does works."""
    assert (await journal.claim(new_run(1))).how == "new"
    await journal.reserve("run-1", Decimal(2), Decimal(20))
    line = a_call(1, "0.5")
    assert await journal.open_calls("run-1", [line])
    assert await journal.keep("run-1", {"panel/a": "said"}, [billed(line, "0.25")])
    assert await journal.steps("run-1") == {"panel/a": "said"}
    assert (await journal.claim(new_run(2))).how == "joined"
    assert await journal.finish("run-1", status="finished", result="{}", result_status="ok", seconds=1)
    assert (await journal.claim(new_run(2))).how == "finished"
    assert await journal.result("run-1") == "{}"
    assert [row.cost_usd for row in await journal.recent()] == [Decimal("0.25")]
    assert (await journal.today()).spent_usd == Decimal("0.25")
    assert await journal.prune(1, 1) >= 0


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_a_file_that_cannot_be_used_costs_persistence_and_no_answer(
    fault: object, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "data" / "runs.db"
    assert callable(fault)
    fault(path)
    before = theirs(path)
    with caplog.at_level(logging.WARNING):
        async with Journal(path, busy_s=0.1) as journal:
            assert journal.trouble is None
            await a_whole_run(journal)
            assert journal.trouble is not None
            assert str(path) in journal.trouble
            assert FAULTS[fault] in journal.trouble  # pyright: ignore[reportArgumentType]
            assert [record.getMessage() for record in caplog.records] == [journal.trouble]
    assert theirs(path) == before


async def test_nothing_fails_for_a_run_that_the_memory_knows_nothing_of(tmp_path: Path) -> None:
    something_else(tmp_path / "data" / "runs.db")
    async with Journal(tmp_path / "data" / "runs.db") as here:
        line = a_call(1, "0.5")
        await here.reserve("run-1", Decimal(2), Decimal(20))
        assert await here.open_calls("run-1", [line])
        assert await here.keep("run-1", {"panel/a": "said"}, [billed(line, "0.25")])
        assert await here.finish("run-1", status="finished", result="{}", is_excused=True)
        assert (await here.find("run-1"), await here.take_over("run-1"), await here.plan("run-1")) == (None,) * 3
        assert not await here.is_shared("run-1")
        assert await here.request_cancel("run-1") is None
        assert (await here.today()).spent_usd == Decimal("0.25")


async def test_a_disk_that_fills_up_in_the_middle_of_a_run_costs_nothing_that_was_done(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await here.claim(new_run(1))
        await here.reserve("run-1", Decimal(2), Decimal(20))
        first, second = a_call(1), a_call(2)
        await here.open_calls("run-1", [first])
        await here.keep("run-1", {"panel/a": "said"}, [billed(first, "0.25")])
        await here.database.write(lambda connection: connection.execute("PRAGMA max_page_count = 1").fetchone())
        await here.open_calls("run-1", [second])
        assert await here.keep("run-1", {"panel/b": "x" * 100_000}, [billed(second, "0.5")])
        assert "the disk is full" in (here.trouble or "")
        assert set(await here.steps("run-1")) == {"panel/a", "panel/b"}
        assert [line.settled for line in await here.lines("run-1")] == [True, True]
        assert await here.finish("run-1", status="finished", result="{}", result_status="ok")
        assert await here.result("run-1") == "{}"
        assert (await here.today()).spent_usd == Decimal("0.75")


async def test_a_file_that_breaks_in_the_middle_of_a_run_does_not_stop_it(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await here.claim(new_run(1))
        await here.reserve("run-1", Decimal(2), Decimal(20))
        await here.database.write(lambda connection: connection.execute("DROP TABLE main.steps"))
        line = a_call(1)
        assert await here.open_calls("run-1", [line])
        assert await here.keep("run-1", {"panel/a": "said"}, [billed(line, "0.25")])
        assert here.trouble is not None
        assert await here.finish("run-1", status="finished", result="{}", result_status="ok")


def test_a_disk_without_room_for_another_byte_costs_persistence_and_no_answer(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, PROCESS, tmp_path / "runs.db", "without-room"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert run.stdout.split() == ["new", "finished", "in-memory"], run.stderr
    assert "Traceback" not in run.stderr


def test_older_tables_are_brought_up_to_date_and_keep_what_is_in_them(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with closing(open_file(path, "full")) as connection:
        connection.execute("INSERT INTO days (day, spent) VALUES ('2027-01-15', 7)")
        later = (*MIGRATIONS, ("ALTER TABLE days ADD COLUMN mood TEXT DEFAULT 'fine'",))
        migrate(connection, later)
        migrate(connection, later)
        assert connection.execute("SELECT spent, mood FROM days").fetchall() == [(7, "fine")]
        with pytest.raises(NewerFile):
            migrate(connection)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    with closing(open_file(tmp_path / "runs.db", "full")) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, (*MIGRATIONS, ("DROP TABLE days", "CREATE NONSENSE")))
        assert connection.execute("SELECT count(*) FROM days").fetchone() == (0,)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


async def test_a_mistake_of_ours_is_nobody_elses_and_no_reason_to_leave_the_file(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await here.claim(new_run(1))
        with pytest.raises(sqlite3.IntegrityError):
            await here.database.write(lambda c: c.execute("INSERT INTO runs (id) VALUES ('x')"))
        assert here.trouble is None
        assert (await here.find("run-1")) is not None
