"""Past runs: what is stored of them, how they are listed, and how they are forgotten."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from fusion_mcp.config import Store
from fusion_mcp.journal.journal import Journal
from journal.booking import DAY_S, NOON, Clock, a_call, billed, new_run, processes


async def one_run(journal: Journal, number: int, result: str = '{"answer": 42}') -> None:
    await journal.claim(new_run(number, key=f"q{number}"))
    line = a_call(1, "0.5")
    await journal.open_calls(f"run-{number}", [line])
    await journal.keep(f"run-{number}", {"panel/a": "said something"}, [billed(line, "0.25")])
    await journal.finish(f"run-{number}", status="finished", result=result, result_status="ok", seconds=2)


def in_file(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "runs.db")) as connection:
        return "\n".join(connection.iterdump())


async def test_a_run_is_listed_with_its_cost_status_and_time(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, clock=clock) as [here, there]:
        await one_run(here, 1)
        clock.now += 5
        await here.claim(new_run(2, key="q2"))
        latest, first = await there.recent()
        assert await there.recent(limit=1) == [latest]
        assert await there.find("run-3") is None
    assert (latest.id, latest.status, latest.cost_usd) == ("run-2", "running", 0)
    assert (first.id, first.status, first.result_status, first.seconds) == ("run-1", "finished", "ok", 2)
    assert (first.question, first.kind, first.preset, first.created_at) == ("Why?", "ask", "duo", NOON)
    assert (first.cost_usd, first.cost_is_complete, first.in_doubt) == (Decimal("0.25"), True, 0)


async def test_the_steps_of_a_finished_run_are_not_kept(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await one_run(here, 1)
        assert await here.steps("run-1") == {}
        assert await here.result("run-1") == '{"answer": 42}'


async def test_half_characters_do_not_cost_the_answer(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await one_run(here, 1, result="broken \ud83d, with \0 and é")
        assert await here.result("run-1") == "broken \ufffd, with \0 and é"


@pytest.mark.parametrize(
    ("store", "rows", "words"), [("full", 1, ["Why?", "answer"]), ("metadata", 1, []), ("off", 0, [])]
)
async def test_what_is_stored_is_the_persons_choice(tmp_path: Path, store: Store, rows: int, words: list[str]) -> None:
    async with processes(tmp_path, 1, store=store) as [here]:
        await one_run(here, 1)
        assert await here.result("run-1") == '{"answer": 42}'
        assert (await here.claim(new_run(2, key="q1"))).how == "finished"
    assert [word for word in ("Why?", "answer", "said") if word in in_file(tmp_path)] == words
    async with processes(tmp_path, 1, store=store) as [later]:
        assert len(await later.recent()) == rows
        assert (await later.result("run-1") is not None) == bool(words)
        assert (await later.today()).spent_usd == Decimal("0.25")


async def test_a_run_whose_plan_was_not_stored_cannot_be_continued(tmp_path: Path) -> None:
    async with processes(tmp_path, store="metadata") as [here, there]:
        await here.claim(new_run(1))
        await here.close()
        claim = await there.take_over("run-1")
        assert claim is not None
        assert (claim.how, claim.owner_is_us) == ("interrupted", False)
        assert (await there.claim(new_run(2))).how == "new"


async def test_words_in_memory_do_not_grow_for_ever(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, 1, store="metadata", clock=clock) as [here]:
        for number in range(66):
            clock.now += 1
            await one_run(here, number)
        assert [await here.result(f"run-{number}") is None for number in (0, 1, 2, 65)] == [True, True, False, False]
        clock.now += 3700
        await one_run(here, 99)
        assert [await here.result(f"run-{number}") is None for number in (65, 99)] == [True, False]
        assert len(await here.recent(100)) == 67


async def test_purging_deletes_what_is_not_live_and_no_money(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        for number in (1, 2, 3):
            await one_run(here, number, "a secret thought")
        await here.claim(new_run(4, key="live"))
        assert await there.purge("run-1") == 1
        assert await there.purge("run-4") == 0
        assert await there.purge() == 2
        assert [row.id for row in await here.recent()] == ["run-4"]
        assert (await here.today()).spent_usd == Decimal("0.75")
    assert "secret" not in in_file(tmp_path)
    assert b"secret" not in (tmp_path / "runs.db").read_bytes()


async def test_purging_reaches_what_was_stored_before_history_was_switched_off(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [before]:
        await one_run(before, 1)
    async with processes(tmp_path, 1, store="off") as [after]:
        assert await after.recent() == []
        assert await after.purge() == 1
    assert "Why?" not in in_file(tmp_path)


async def test_old_runs_go_and_the_latest_stay_when_room_is_scarce(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, 1, clock=clock) as [here]:
        await one_run(here, 1)
        clock.now += 31 * DAY_S
        for number in range(2, 42):
            clock.now += 1
            await one_run(here, number, "x" * 50_000)
        assert await here.prune(30, 1_000_000_000) == 1
        count = await here.prune(30, 1_000_000)
        left = await here.recent(100)
        assert 20 <= count < 40
        assert [row.id for row in left] == [f"run-{number}" for number in range(41, 1 + count, -1)]
        assert (await here.today()).spent_usd == Decimal(10)
        await here.close()
    assert (tmp_path / "runs.db").stat().st_size < 1_100_000


async def test_breakers_are_seen_by_all_until_they_close(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, clock=clock) as [here, there]:
        await here.note_breaker("work", "alpha", 30, "5 failures in a row")
        await here.note_breaker("work", "beta", 60, "429")
        await here.note_breaker("work", "gamma", 60, "429")
        await here.clear_breaker("work", "gamma")
        assert [(row.model, row.why) for row in await there.breakers()] == [
            ("alpha", "5 failures in a row"),
            ("beta", "429"),
        ]
        clock.now += 45
        assert [(row.model, row.for_s) for row in await there.breakers()] == [("beta", 15)]
