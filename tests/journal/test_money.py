"""The day's money: reserved before it is spent, settled once, and neither leaked nor forgiven."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import anyio
import pytest

from fusion_mcp.config import Store
from fusion_mcp.journal.journal import Journal
from fusion_mcp.journal.leases import LEASE_S
from fusion_mcp.records import DayLimit
from journal.booking import DAY_S, Clock, a_call, billed, die, new_run, processes, settle

LIMIT = Decimal(20)


async def day(journal: Journal) -> tuple[str, ...]:
    row = await journal.today()
    return tuple(f"{amount.normalize():f}" for amount in (row.spent_usd, row.in_doubt_usd, row.held_usd))


@asynccontextmanager
async def holding(dollars: int, data: Path, clock: Clock | None = None) -> AsyncGenerator[Journal]:
    """A process with a run, for which it has reserved this much."""
    async with processes(data, 1, clock=clock) as [here]:
        await here.claim(new_run(1))
        await here.reserve("run-1", Decimal(dollars), LIMIT)
        yield here


async def test_what_others_hold_is_not_there_to_be_reserved(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        await here.claim(new_run(1))
        await there.claim(new_run(2, key="another"))
        await here.reserve("run-1", Decimal("12.5"), LIMIT)
        with pytest.raises(DayLimit) as refused:
            await there.reserve("run-2", Decimal("7.500000000001"), LIMIT)
        assert refused.value.left == Decimal("7.5")
        await there.reserve("run-2", Decimal("7.5"), LIMIT)
        assert await day(here) == ("0", "0", "20")


async def test_a_run_has_one_hold_which_a_second_one_replaces(tmp_path: Path) -> None:
    async with holding(15, tmp_path) as here:
        await here.reserve("run-1", Decimal(16), LIMIT)
        with pytest.raises(DayLimit):
            await here.reserve("run-1", Decimal(21), LIMIT)
        assert await day(here) == ("0", "0", "16")


async def test_a_bill_moves_from_the_hold_to_what_was_spent_and_only_once(tmp_path: Path) -> None:
    async with holding(2, tmp_path) as here:
        line = a_call(1, "0.5")
        await here.open_calls("run-1", [line])
        assert await day(here) == ("0", "0", "2")
        assert await here.keep("run-1", {"panel/a": "said"}, [billed(line, "0.123456789012")])
        assert line.is_recorded
        await settle(here, "run-1", line)
        assert await day(here) == ("0.123456789012", "0", "1.876543210988")
        await here.finish("run-1", status="finished", settled=[line])
        assert await day(here) == ("0.123456789012", "0", "0")


async def test_a_bill_above_what_was_held_counts_in_full(tmp_path: Path) -> None:
    async with holding(1, tmp_path) as here:
        line = a_call(1, "1")
        await here.open_calls("run-1", [line])
        await settle(here, "run-1", billed(line, "3"))
        assert await day(here) == ("3", "0", "0")


async def test_a_call_without_a_bill_counts_at_its_worst_until_the_bill_comes(tmp_path: Path) -> None:
    async with holding(2, tmp_path) as here:
        line = a_call(1, "0.5")
        await here.open_calls("run-1", [line])
        await here.finish("run-1", status="finished")
        assert await day(here) == ("0", "0.5", "0")
        row = await here.find("run-1")
        assert row is not None
        assert (row.in_doubt, row.cost_usd, row.cost_is_complete) == (1, None, False)
        assert not await settle(here, "run-1", billed(line, "0.2"))
        assert await day(here) == ("0.2", "0", "0")


async def test_a_call_that_did_not_say_what_it_used_counts_at_its_worst_for_good(tmp_path: Path) -> None:
    async with holding(2, tmp_path) as here:
        silent, cut_off = a_call(1, "0.5"), a_call(2, "0.25")
        for line in (silent, cut_off):
            await here.open_calls("run-1", [line])
        await settle(here, "run-1", billed(silent, None))
        assert await day(here) == ("0", "0.5", "1.5")
        await here.finish("run-1", status="interrupted")
        assert await day(here) == ("0", "0.75", "0")
        await settle(here, "run-1", billed(cut_off, None))
        assert await day(here) == ("0", "0.75", "0")


async def test_an_assumed_price_counts_only_while_its_run_lives(tmp_path: Path) -> None:
    async with holding(2, tmp_path) as here:
        settled, open_ = a_call(1, "0.5", is_assumed=True), a_call(2, "0.5", is_assumed=True)
        for line in (settled, open_):
            await here.open_calls("run-1", [line])
        await settle(here, "run-1", billed(settled, None))
        assert await day(here) == ("0", "0", "2")
        await here.finish("run-1", status="finished")
        assert await day(here) == ("0", "0", "0")
        row = await here.find("run-1")
        assert row is not None
        assert (row.cost_usd, row.cost_is_complete, row.in_doubt) == (None, False, 1)


async def test_the_late_bill_of_an_assumed_price_leaves_others_doubts_alone(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await here.claim(new_run(1))
        priced, assumed = a_call(1, "3"), a_call(2, "2", is_assumed=True)
        for line in (priced, assumed):
            await here.open_calls("run-1", [line])
        await here.finish("run-1", status="interrupted")
        await settle(here, "run-1", billed(assumed, "1"))
        assert await day(here) == ("1", "3", "0")


@pytest.mark.parametrize("store", ["full", "metadata", "off"])
@pytest.mark.parametrize("how", ["at once", "by its lease"])
async def test_what_a_dead_process_held_is_free_and_its_open_calls_count(
    tmp_path: Path, store: Store, how: str
) -> None:
    clock = Clock()
    async with processes(tmp_path, store=store, clock=clock) as [here, there]:
        await here.claim(new_run(1))
        await here.reserve("run-1", Decimal(12), LIMIT)
        paid, cut_off = a_call(1, "2"), a_call(2, "3")
        await here.open_calls("run-1", [paid])
        await here.open_calls("run-1", [cut_off])
        await settle(here, "run-1", billed(paid, "1"))
        if how == "at once":
            await die(here)
        else:
            clock.now += LEASE_S + 1
        assert await day(there) == ("1", "3", "0")
        await there.claim(new_run(2, key="another"))
        with pytest.raises(DayLimit) as refused:
            await there.reserve("run-2", Decimal(17), LIMIT)
        assert refused.value.left == Decimal(16)


async def test_the_bill_of_an_earlier_life_does_not_shrink_the_hold_of_this_one(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, clock=clock) as [here, there]:
        await here.claim(new_run(1))
        line = a_call(1, "3")
        await here.open_calls("run-1", [line])
        clock.now += LEASE_S + 1
        await there.take_over("run-1")
        await there.reserve("run-1", Decimal(5), LIMIT)
        assert await day(there) == ("0", "3", "5")
        await settle(here, "run-1", billed(line, "1"))
        assert await day(there) == ("1", "0", "5")


async def test_lines_of_two_lives_do_not_settle_each_other(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, clock=clock) as [here, there]:
        await here.claim(new_run(1))
        clock.now += LEASE_S + 1
        await there.take_over("run-1")
        theirs, ours = a_call(1, "3"), a_call(1, "3")
        theirs.life = 1
        assert await there.open_calls("run-1", [theirs])
        await settle(here, "run-1", billed(ours, "0"))  # never went out
        await there.finish("run-1", status="interrupted")
        assert await day(there) == ("0", "3", "0")


async def test_days_are_utc_and_a_call_counts_on_the_day_it_went_out(tmp_path: Path) -> None:
    clock = Clock()
    async with holding(20, tmp_path, clock=clock) as here:
        line = a_call(1, "2")
        await here.open_calls("run-1", [line])
        clock.now += DAY_S / 2
        await settle(here, "run-1", billed(line, "1"))
        assert (await here.today()).day == "2027-01-16"
        assert await day(here) == ("0", "0", "19")
        await here.finish("run-1", status="finished")
        clock.now -= 1
        assert await day(here) == ("1", "0", "0")


async def test_a_nonsensical_bill_does_not_break_the_books(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await here.claim(new_run(1))
        for number, cost in enumerate(["1e30", "-5", "1e-20"]):
            await settle(here, "run-1", billed(a_call(number), cost))
        assert await day(here) == ("100000.000000000001", "0", "0")


async def test_hundreds_of_runs_in_several_processes_do_not_overspend(tmp_path: Path) -> None:
    served: list[int] = []
    async with processes(tmp_path, 4) as journals, anyio.create_task_group() as tasks:

        async def spend(number: int) -> None:
            journal, run_id = journals[number % 4], f"run-{number}"
            await journal.claim(new_run(number, key=run_id))
            try:
                await journal.reserve(run_id, Decimal("0.1"), LIMIT)
            except DayLimit:
                return
            line = a_call(1, "0.1")
            await journal.open_calls(run_id, [line])
            await journal.finish(run_id, status="finished", settled=[billed(line, "0.1")])
            served.append(number)

        for number in range(400):
            tasks.start_soon(spend, number)
    assert len(served) == 200
