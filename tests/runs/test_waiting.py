"""Who waits for a run, who joins it, who leaves it: one run for one question, alive as long as somebody may want it."""

import anyio
import anyio.lowlevel
import pytest

from fusion_mcp.engine import Engine
from fusion_mcp.errors import Refused
from fusion_mcp.request import Ask
from fusion_mcp.result import FusionResult
from runs.paying import PANEL, Watch, engine_on, holding, is_out_of_money, outcome, outcomes, script, seat
from scripted import Home, ScriptedProvider
from scripted.asking import run_on

QUESTION = "Paris?"
ASKED = Ask(question=QUESTION)


async def all_in_flight(provider: ScriptedProvider) -> None:
    await provider.until(lambda seen: seen.in_flight == len(PANEL))


async def all_closed(provider: ScriptedProvider) -> None:
    await provider.until(lambda seen: all(call.closed_by_client for call in seen.calls), within=2)


async def shared(engine: Engine) -> None:
    """Until another process waits for this one's run, too."""
    [run] = await engine.journal.recent()
    with anyio.fail_after(10):
        while not await engine.journal.is_shared(run.id):
            await anyio.lowlevel.checkpoint()


async def waits(engine: Engine, found: list[FusionResult], watch: Watch | None = None) -> None:
    found.append(await run_on(engine, ASKED, watch))


async def leaves(engine: Engine, scope: anyio.CancelScope) -> None:
    with scope:
        await run_on(engine, ASKED)


async def test_the_same_question_many_times_at_once_is_one_run(home: Home, provider: ScriptedProvider) -> None:
    script(provider)
    seat(home, provider)
    async with engine_on(home) as engine:
        found = await outcomes(*[(engine, QUESTION)] * 64)
    results = [each for each in found if isinstance(each, FusionResult)]
    assert len(results) == 64
    assert len({result.run_id for result in results}) == 1
    assert [result.reused for result in results].count(None) == 1  # who comes late may find it finished
    assert len(provider.calls) == 5


async def test_two_processes_that_are_asked_the_same_make_one_runs_calls(
    home: Home, provider: ScriptedProvider
) -> None:
    gate = holding(home, provider)
    async with engine_on(home) as here, engine_on(home) as there:
        first, second = list[FusionResult](), list[FusionResult]()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(waits, here, first)
            await all_in_flight(provider)
            tasks.start_soon(waits, there, second)
            await shared(here)
            gate.open()
    assert (first[0].reused, second[0].reused) == (None, "joined")
    assert (first[0].run_id, first[0].answer) == (second[0].run_id, second[0].answer)
    assert len(provider.calls) == 5


async def test_the_same_question_later_has_the_finished_result(home: Home, provider: ScriptedProvider) -> None:
    script(provider)
    seat(home, provider)
    async with engine_on(home) as engine:
        first, again = await run_on(engine, ASKED), await run_on(engine, ASKED)
    async with engine_on(home) as another:
        later = await run_on(another, Ask(question=QUESTION, detail="full"))
    assert [each.reused for each in (first, again, later)] == [None, "finished", "finished"]
    assert len({each.run_id for each in (first, again, later)}) == 1
    assert len(provider.calls) == 5


async def test_a_run_goes_on_when_one_of_two_who_wait_is_cancelled(home: Home, provider: ScriptedProvider) -> None:
    gate = holding(home, provider)
    found, watch, gone = list[FusionResult](), Watch(), anyio.CancelScope()
    async with engine_on(home) as engine, anyio.create_task_group() as tasks:
        tasks.start_soon(leaves, engine, gone)
        await all_in_flight(provider)
        tasks.start_soon(waits, engine, found, watch)
        await watch.heard("started", *(f"work:{name}" for name in PANEL))
        gone.cancel()
        gate.open()
    assert [result.status for result in found] == ["ok"]
    assert len(provider.calls) == 5


async def test_a_run_for_which_nobody_waits_any_more_ends_at_once(home: Home, provider: ScriptedProvider) -> None:
    holding(home, provider)
    async with engine_on(home) as engine:
        async with anyio.create_task_group() as tasks:
            for _ in range(2):
                tasks.start_soon(waits, engine, list[FusionResult]())
            await all_in_flight(provider)
            tasks.cancel_scope.cancel()
        await all_closed(provider)
        left = await engine.runs.settled(await engine.planner.plan("ask", ASKED))
    assert left is not None
    assert left.status == "interrupted"
    assert len(provider.calls) == len(PANEL)


@pytest.mark.parametrize("first", [0, 1], ids=["the one that began it", "the one that joined it"])
async def test_a_run_ends_once_nobody_waits_for_it_in_any_process(
    home: Home, provider: ScriptedProvider, first: int
) -> None:
    holding(home, provider)
    scopes = [anyio.CancelScope(), anyio.CancelScope()]
    async with engine_on(home) as here, engine_on(home) as there, anyio.create_task_group() as tasks:
        tasks.start_soon(leaves, here, scopes[0])
        await all_in_flight(provider)
        (run_id,) = [row.id for row in await here.journal.recent()]
        tasks.start_soon(leaves, there, scopes[1])
        with anyio.fail_after(5):
            while not await here.journal.is_shared(run_id):
                await anyio.lowlevel.checkpoint()
        scopes[first].cancel()
        scopes[1 - first].cancel()
        await all_closed(provider)
    assert len(provider.calls) == len(PANEL)


async def test_who_was_handed_a_running_run_gets_its_answer_later(home: Home, provider: ScriptedProvider) -> None:
    gate = holding(home, provider)
    async with engine_on(home) as engine:
        running = await engine.run("ask", ASKED, Watch(), wait_s=0.05)
        assert (running.status, running.answer) == ("running", None)
        still = await engine.result(running.run_id, "concise", Watch(), wait_s=0.05)
        assert (still.status, still.run_id) == ("running", running.run_id)
        gate.open()
        answered = await engine.result(running.run_id, "concise", Watch())
        again = await engine.result(running.run_id, "full", Watch())
    assert (answered.status, answered.answer) == ("ok", again.answer) == ("ok", "It is Paris.")
    assert len(provider.calls) == 5


async def test_who_joins_late_hears_what_was_told_before(home: Home, provider: ScriptedProvider) -> None:
    gate = holding(home, provider)
    watch = Watch()
    async with engine_on(home) as engine:
        running = await engine.run("ask", ASKED, Watch(), wait_s=0.05)
        await all_in_flight(provider)
        gate.open()
        await engine.result(running.run_id, "concise", watch)
    assert {"work:alpha", "work:beta", "work:gamma", "work:judge", "work:writer"} <= {e.who for e in watch.events}


async def test_a_handed_back_run_is_cancelled_by_its_id_from_any_process(
    home: Home, provider: ScriptedProvider
) -> None:
    holding(home, provider)
    async with engine_on(home) as here, engine_on(home) as there:
        running = await here.run("ask", ASKED, Watch(), wait_s=0.05)
        await all_in_flight(provider)
        with pytest.raises(Refused) as ended:
            await there.cancel(running.run_id)
        assert ended.value.reason == "cancelled"
        await all_closed(provider)
        assert (await here.journal.today()).held_usd == 0


async def test_a_handed_back_run_goes_on_after_its_process_has_ended(home: Home, provider: ScriptedProvider) -> None:
    gate = holding(home, provider)
    async with engine_on(home) as engine:
        running = await engine.run("ask", ASKED, Watch(), wait_s=0.05)
        await all_in_flight(provider)
    await all_closed(provider)
    gate.open()
    async with engine_on(home) as another:
        result = await another.result(running.run_id, "concise", Watch())
    assert (result.status, result.run_id, result.reused) == ("ok", running.run_id, "resumed")


async def test_an_unknown_run_is_refused(home: Home, provider: ScriptedProvider) -> None:
    seat(home, provider)
    async with engine_on(home) as engine:
        for act in (engine.look, engine.cancel):
            with pytest.raises(Refused) as refused:
                await act("no-such-run")
            assert refused.value.reason == "invalid_arguments"


async def test_a_run_that_was_refused_is_no_run_to_come_back_to(home: Home, provider: ScriptedProvider) -> None:
    script(provider)
    seat(home, provider, max_cost_usd=0.001)
    async with engine_on(home) as engine:
        assert is_out_of_money(await outcome(engine, QUESTION))
        assert is_out_of_money(await outcome(engine, QUESTION))
        assert not await engine.runs.is_known(await engine.planner.plan("ask", ASKED))
    assert provider.calls == []
