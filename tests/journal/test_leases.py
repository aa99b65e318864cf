"""Who counts as alive: runs pass to another when their process is dead or hangs, and not while it is merely late."""

from decimal import Decimal
from pathlib import Path

import pytest

from fusion_mcp.config import Store
from fusion_mcp.journal.leases import LEASE_S, RENEW_S
from fusion_mcp.journal.watch import Seen
from journal.booking import Clock, a_call, billed, die, new_run, processes

DOLLAR = Decimal(1)


async def test_a_dead_processs_run_is_free_at_once(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        await here.claim(new_run(1))
        await die(here)
        row = await there.find("run-1")
        assert row is not None
        assert row.status == "interrupted"
        claim = await there.take_over("run-1")
        assert claim is not None
        assert (claim.how, claim.life) == ("resumed", 1)
        assert len(list((tmp_path / "owners").iterdir())) == 1


async def test_a_process_that_hangs_loses_its_run_with_its_lease(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, clock=clock) as [here, there]:
        await here.claim(new_run(1))
        await here.reserve("run-1", DOLLAR, DOLLAR)
        clock.now += LEASE_S - 1
        assert (await there.claim(new_run(2))).how == "joined"
        clock.now += 2
        assert (await there.claim(new_run(2))).how == "resumed"
        late = a_call(1)
        assert not await here.open_calls("run-1", [late])
        assert not await here.keep("run-1", {"panel/a": "said"}, [billed(late, "0.25")])
        assert not await here.finish("run-1", status="finished", result="{}", result_status="ok")
        assert await there.steps("run-1") == {}
        row = await there.find("run-1")
        assert row is not None
        assert row.status == "running"
        assert (await there.today()).spent_usd == Decimal("0.25")


async def test_a_lease_that_is_renewed_lasts(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, clock=clock) as [here, there]:
        await here.claim(new_run(1))
        for _ in range(5):
            clock.now += LEASE_S - 1
            assert await here.watch.look() == Seen()
        assert (await there.claim(new_run(2))).how == "joined"


async def test_a_lease_outlasts_the_last_claim_by_almost_all_its_length_however_many_came_before(
    tmp_path: Path,
) -> None:
    clock = Clock()
    async with processes(tmp_path, clock=clock) as [here, there]:
        for number in range(40):
            clock.now += 1
            await here.claim(new_run(number, key=f"q{number}"))
        clock.now += LEASE_S - RENEW_S
        assert (await there.claim(new_run(99, key="q39"))).how == "joined"


@pytest.mark.parametrize("store", ["full", "metadata", "off"])
async def test_one_that_was_taken_for_dead_is_told_so_once(tmp_path: Path, store: Store) -> None:
    clock = Clock()
    async with processes(tmp_path, store=store, clock=clock) as [here, there]:
        await here.claim(new_run(1))
        await here.claim(new_run(2, key="another"))
        clock.now += LEASE_S + 1
        await there.claim(new_run(3))
        assert await here.watch.look() == Seen(lost=("run-1", "run-2"))
        assert await here.watch.look() == Seen()
        claim = await here.take_over("run-2")
        assert claim is not None
        assert claim.how == "resumed"
        assert not await here.open_calls("run-2", [a_call()])  # one of the life that was lost
        assert await here.open_calls("run-2", [a_call(life=claim.life)])


async def test_nobody_takes_anybody_for_dead_when_all_are_late(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, clock=clock) as [here, there]:
        await here.claim(new_run(1))
        await there.claim(new_run(2, key="another"))
        clock.now += 3600  # the machine was asleep
        assert await there.watch.look() == Seen()
        assert (await there.claim(new_run(3))).how == "joined"
        assert await here.watch.look() == Seen()


async def test_one_who_had_to_wait_for_the_file_takes_nobody_for_dead_who_holds_a_lock(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, clock=clock) as [here, there]:
        await here.claim(new_run(1))
        wanted_at, clock.now = clock.now, clock.now + LEASE_S + 1
        await there.database.write(lambda file: there.presence.sweep(file, since=wanted_at))
        assert (await there.claim(new_run(2))).how == "joined"
        assert await here.watch.look() == Seen()


async def test_a_process_that_ends_in_order_leaves_its_runs_to_be_continued(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        await here.claim(new_run(1))
        await here.reserve("run-1", DOLLAR, DOLLAR)
        await here.close()
        assert list((tmp_path / "owners").iterdir()) == []
        assert (await there.today()).held_usd == 0
        assert (await there.claim(new_run(2))).how == "resumed"
