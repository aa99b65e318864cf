"""Places that all processes on a home share, and what they tell of the runs that have them."""

from decimal import Decimal
from pathlib import Path

import pytest

from fusion_mcp.config import Store
from fusion_mcp.journal.journal import Journal
from fusion_mcp.journal.leases import LEASE_S, RENEW_S
from fusion_mcp.records import DayLimit, GuardedRun
from journal.booking import Clock, die, new_run, processes


async def enter(journal: Journal, number: int, *, most: int = 9) -> bool:
    """Begin a run and get a place for it."""
    run = new_run(number, key=f"q{number}")
    await journal.claim(run)
    return await journal.enter(run.id, f"nonce-{number}", most=most)


async def nonces(journal: Journal) -> list[str]:
    return [run.nonce for run in await journal.guarded()]


async def test_place_and_money_are_had_together_or_neither(tmp_path: Path) -> None:
    dollar = Decimal(1)
    async with processes(tmp_path) as [here, there]:
        for number, journal in enumerate((here, there, here), start=1):
            await journal.claim(new_run(number, key=f"q{number}"))
        assert await here.enter("run-1", "nonce-1", most=2, amount=dollar, day_limit=2 * dollar)
        with pytest.raises(DayLimit):
            await there.enter("run-2", "nonce-2", most=2, amount=2 * dollar, day_limit=2 * dollar)
        assert await nonces(there) == ["nonce-1"]
        assert not await here.enter("run-3", "nonce-3", most=1, amount=dollar, day_limit=2 * dollar)
        assert (await here.today()).held_usd == dollar
        assert await there.enter("run-2", "nonce-2", most=2, amount=dollar, day_limit=2 * dollar)
        assert (await here.today()).held_usd == 2 * dollar


@pytest.mark.parametrize("store", ["full", "metadata", "off"])
async def test_runs_with_a_place_are_known_to_every_process_whatever_is_kept_of_history(
    tmp_path: Path, store: Store
) -> None:
    async with processes(tmp_path, store=store) as [here, there]:
        assert await enter(here, 1)
        assert await enter(there, 2)
        for journal in here, there:
            assert await journal.guarded() == (
                GuardedRun(run_id="run-1", nonce="nonce-1"),
                GuardedRun(run_id="run-2", nonce="nonce-2"),
            )


async def test_there_are_only_so_many_places_and_one_that_was_left_is_free(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        assert await enter(here, 1, most=2)
        assert await enter(there, 2, most=2)
        assert not await enter(here, 3, most=2)
        assert not await enter(there, 4, most=2)
        assert await here.enter("run-1", "nonce-1", most=2)  # it has one
        await there.finish("run-2", status="finished")
        assert await here.enter("run-3", "nonce-3", most=2)
        assert await nonces(there) == ["nonce-1", "nonce-3"]


async def test_nobody_gives_anothers_place_away(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        assert await enter(here, 1)
        await there.finish("run-1", status="finished")
        assert await nonces(there) == ["nonce-1"]


async def test_what_a_dead_process_had_is_no_live_run_and_its_place_is_free(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        assert await enter(there, 1, most=1)
        assert not await enter(here, 2, most=1)
        await die(there)
        assert await nonces(here) == []
        assert await here.enter("run-2", "nonce-2", most=1)


async def test_a_process_that_hangs_loses_its_places_with_its_lease(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, clock=clock) as [here, there]:
        assert await enter(there, 1, most=1)
        assert await enter(here, 2)
        while clock.now < Clock().now + LEASE_S:
            clock.now += RENEW_S
            await here.watch.look()
        clock.now += 1
        assert await nonces(here) == ["nonce-2"]


async def test_a_process_that_closes_leaves_no_place_behind(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        assert await enter(there, 1, most=1)
        await there.close()
        assert await enter(here, 2, most=1)
        assert await nonces(here) == ["nonce-2"]


async def test_a_run_that_another_process_took_up_keeps_its_place_when_its_first_one_wakes_up(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        assert await enter(here, 1)
        await die(here)
        assert (await there.claim(new_run(2, key="q1"))).how == "resumed"
        assert await there.enter("run-1", "nonce-1", most=1)
        assert await here.enter("run-1", "nonce-1", most=1)
        await here.finish("run-1", status="finished")
        assert await nonces(there) == ["nonce-1"]


async def test_memory_has_places_too(tmp_path: Path) -> None:
    (tmp_path / "runs.db").write_bytes(b"no database at all, " * 100)
    async with processes(tmp_path, 1) as [here]:
        assert await enter(here, 1, most=1)
        assert here.trouble
        assert not await enter(here, 2, most=1)
        assert await nonces(here) == ["nonce-1"]
        await here.finish("run-1", status="finished")
        assert await nonces(here) == []


async def test_looking_for_live_runs_changes_nothing(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        assert await enter(here, 1)
        before = (tmp_path / "runs.db-wal").read_bytes()
        assert await nonces(there) == ["nonce-1"]
        assert not there.presence.has_begun
        assert (tmp_path / "runs.db-wal").read_bytes() == before


def test_a_nonce_shows_in_no_repr() -> None:
    assert "secret" not in repr(GuardedRun(run_id="1", nonce="secret"))
