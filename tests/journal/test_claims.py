"""Who carries out which run, when several processes want the same one."""

from decimal import Decimal
from pathlib import Path

import anyio
import pytest

from fusion_mcp.records import Ended
from fusion_mcp.types import Usage
from journal.booking import Clock, a_call, billed, die, new_run, processes, settle

DOLLAR = Decimal(1)


async def test_nothing_is_touched_before_the_first_run(tmp_path: Path) -> None:
    async with processes(tmp_path / "data"):
        assert not (tmp_path / "data").exists()


async def test_the_file_is_for_this_persons_eyes_only(tmp_path: Path) -> None:
    async with processes(tmp_path / "data", 1) as [here]:
        await here.claim(new_run())
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "data" / "runs.db").stat().st_mode & 0o777 == 0o600
        assert [each.stat().st_mode & 0o777 for each in (tmp_path / "data" / "owners").iterdir()] == [0o600]


async def test_the_same_question_joins_the_live_run_here_and_elsewhere(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        first = await here.claim(new_run(1))
        again, elsewhere = await here.claim(new_run(2)), await there.claim(new_run(3))
        other = await there.claim(new_run(4, key="another"))
    assert (first.how, first.owner_is_us) == ("new", True)
    assert (again.run_id, again.how, again.owner_is_us) == ("run-1", "joined", True)
    assert (elsewhere.run_id, elsewhere.how, elsewhere.owner_is_us) == ("run-1", "joined", False)
    assert (other.run_id, other.how) == ("run-4", "new")


async def test_many_at_once_in_several_processes_are_one_run(tmp_path: Path) -> None:
    hows: list[str] = []
    async with processes(tmp_path, 4) as journals, anyio.create_task_group() as tasks:

        async def ask(number: int) -> None:
            hows.append((await journals[number % 4].claim(new_run(number))).how)

        for number in range(64):
            tasks.start_soon(ask, number)
    assert sorted(hows) == ["joined"] * 63 + ["new"]


async def test_a_finished_run_answers_for_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, clock=clock) as [here, there]:
        await here.claim(new_run(1))
        assert await here.finish("run-1", status="finished", result='{"answer": 42}', result_status="ok", seconds=1.5)
        clock.now += 3599
        within = await there.claim(new_run(2))
        assert await there.result(within.run_id) == '{"answer": 42}'
        clock.now += 2
        after = await there.claim(new_run(3))
    assert (within.run_id, within.how) == ("run-1", "finished")
    assert (after.run_id, after.how) == ("run-3", "new")


async def test_a_failed_run_is_not_given_back(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        await here.claim(new_run(1))
        await here.finish("run-1", status="failed", result_status="all_panels_failed")
        assert (await there.claim(new_run(2))).how == "new"


async def test_a_failed_run_whose_steps_are_kept_goes_on_from_them(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, clock=clock) as [here, there]:
        await here.claim(new_run(1))
        await here.keep("run-1", {"panel/a": "said"})
        await here.finish("run-1", status="failed", result="{}", keep_steps=True)
        assert await there.is_known("q")
        over = await there.take_over("run-1")
        assert over is not None
        assert over.how == "failed"
        claim = await there.claim(new_run(2))
        assert (claim.run_id, claim.how, claim.life, claim.had_failed) == ("run-1", "resumed", 1, True)
        assert await there.steps("run-1") == {"panel/a": "said"}
        assert await there.result("run-1") is None
        await there.finish("run-1", status="failed", keep_steps=True)
        clock.now += 86_401
        assert not await there.is_known("q")
        assert (await there.claim(new_run(3))).how == "new"


async def test_a_call_that_was_cut_off_on_purpose_is_no_attempt_at_its_step(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await here.claim(new_run(1))
        for number, life in enumerate([0, 0, 1, 1]):
            if number == 2:
                await here.finish("run-1", status="interrupted")  # its process was killed, say
                await here.take_over("run-1")
            line = a_call(number, step=f"panel/{number}")
            line.life = life
            await here.open_calls("run-1", [line])
            if number % 2:
                await settle(here, "run-1", billed(line, "0.1"))
        await here.finish("run-1", status="interrupted", is_excused=True)
        assert [line.step for line in await here.lines("run-1")] == ["panel/0", "panel/1", "", "panel/3"]
        assert (await here.today()).in_doubt_usd == DOLLAR


async def test_a_run_knows_whether_another_process_waits_for_it(tmp_path: Path) -> None:
    async with processes(tmp_path, 3) as [here, there, yonder]:
        await here.claim(new_run(1))
        await here.claim(new_run(2, key="another"))
        await here.claim(new_run(3))
        assert not await here.is_shared("run-1")
        assert (await there.claim(new_run(4))).how == "joined"
        assert await here.is_shared("run-1")
        assert not await here.is_shared("run-2")
        await there.take_over("run-2")
        assert await here.is_shared("run-2")
        await die(here)
        await yonder.take_over("run-1")
        assert not await yonder.is_shared("run-1")
        assert not await yonder.is_shared("run-7")


@pytest.mark.parametrize("status", ["interrupted", "cancelled"])
async def test_what_was_cut_off_goes_on_with_its_steps_and_calls(tmp_path: Path, status: Ended) -> None:
    async with processes(tmp_path) as [here, there]:
        await here.claim(new_run(1))
        line = a_call()
        assert await here.open_calls("run-1", [line])
        assert await here.keep("run-1", {"panel/a": "said"}, [billed(line, "0.2")])
        await here.open_calls("run-1", [a_call(2, "0.3", is_assumed=True)])
        await here.finish("run-1", status=status)
        claim = await there.claim(new_run(2))
        assert (claim.run_id, claim.how, claim.life, claim.owner_is_us) == ("run-1", "resumed", 1, True)
        assert await there.steps("run-1") == {"panel/a": "said"}
        assert await there.plan("run-1") == '{"a": 1}'
        first, second = await there.lines("run-1")
    assert first == line
    assert (second.settled, second.reserved_usd, second.is_assumed) == (False, Decimal("0.3"), True)


async def test_what_went_on_a_subscription_is_known_as_that_and_is_no_money(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        await here.claim(new_run(1))
        plan, paid = a_call(), a_call(2)
        for line in plan, paid:
            assert await here.open_calls("run-1", [line])
        plan.settle(Usage(calls=1), None, is_subscription=True)
        assert await settle(here, "run-1", plan)
        row = await here.find("run-1")
        assert await settle(here, "run-1", billed(paid, "0.2"))
        after = await here.find("run-1")
        assert [line.is_subscription for line in await here.lines("run-1")] == [True, False]
        day = await here.today()
    assert row is not None
    assert after is not None
    assert (row.on_subscription, row.cost_usd, row.in_doubt) == (True, None, 0)
    assert (after.on_subscription, after.cost_usd, after.cost_is_complete) == (True, Decimal("0.2"), True)
    assert (day.spent_usd, day.in_doubt_usd) == (Decimal("0.2"), 0)


async def test_what_was_cut_off_a_day_ago_begins_anew(tmp_path: Path) -> None:
    clock = Clock()
    async with processes(tmp_path, 1, clock=clock) as [here]:
        await here.claim(new_run(1))
        await here.finish("run-1", status="interrupted")
        clock.now += 86_401
        assert (await here.claim(new_run(2))).run_id == "run-2"


async def test_taking_over_says_what_has_become_of_a_run(tmp_path: Path) -> None:
    endings: list[Ended] = ["finished", "failed", "cancelled"]
    async with processes(tmp_path) as [here, there]:
        assert await there.take_over("run-1") is None
        for number, status in enumerate(endings):
            await here.claim(new_run(number, key=status))
            await here.finish(f"run-{number}", status=status, result="{}" if status == "finished" else None)
            claim = await there.take_over(f"run-{number}")
            assert claim is not None
            assert claim.how == status
        await here.claim(new_run(9, key="live"))
        live = await there.take_over("run-9")
        assert live is not None
        assert (live.how, live.owner_is_us) == ("joined", False)


async def test_steps_that_were_not_kept_yet_are_with_the_end_of_a_run_that_is_ours(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        await here.claim(new_run(1))
        assert not await there.finish("run-1", status="interrupted", unkept={"panel/a": "theirs"})
        await here.keep("run-1", {"panel/a": "said"})
        assert await here.finish("run-1", status="interrupted", unkept={"panel/b": "said too"})
        assert await there.steps("run-1") == {"panel/a": "said", "panel/b": "said too"}
