"""Runs of one home, in whatever process: how many there may be, and what the others know of each."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import anyio
import pytest

from fusion_mcp.engine import Engine
from fusion_mcp.errors import Refused
from fusion_mcp.pipeline.run import Run
from fusion_mcp.request import Ask
from fusion_mcp.result import FusionResult
from runs.paying import PANEL, engine_on, holding, outcome, script, seat
from scripted import Gate, Home, ScriptedProvider
from scripted.asking import run_on

ONE = {"max_concurrent_runs_per_user": 1}


async def in_flight(provider: ScriptedProvider, runs: int = 1) -> None:
    await provider.until(lambda seen: seen.in_flight == runs * len(PANEL))


@asynccontextmanager
async def under_way(engine: Engine, provider: ScriptedProvider, gate: Gate, run: Run) -> AsyncGenerator[None]:
    """A run that is held at its panel, and goes on when the block is left."""

    async def carry_out() -> None:
        with suppress(Refused):
            await engine.answer(run, "concise", lambda _: None)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(carry_out)
        await in_flight(provider)
        try:
            yield
        finally:
            gate.open()


async def test_a_run_is_known_with_its_nonce_to_other_processes_as_long_as_it_lives(
    home: Home, provider: ScriptedProvider
) -> None:
    gate = holding(home, provider)
    async with engine_on(home) as here, engine_on(home) as there:
        run = replace(await here.planner.plan("ask", Ask(question="Paris?")), may_call_back=True)
        async with under_way(here, provider, gate, run):
            [seen] = await there.journal.guarded()
            assert (seen.run_id, seen.nonce) == (run.id, run.nonce)
        assert await there.journal.guarded() == ()


async def test_no_two_runs_have_the_same_nonce_and_none_is_its_id(home: Home, provider: ScriptedProvider) -> None:
    holding(home, provider)
    async with engine_on(home) as engine:
        first, second = [await engine.planner.plan("ask", Ask(question="Paris?")) for _ in range(2)]
    assert first.nonce != second.nonce
    assert first.id not in first.nonce


async def test_a_run_that_ends_badly_is_known_no_more(home: Home, provider: ScriptedProvider) -> None:
    gate = holding(home, provider)
    async with engine_on(home) as here, engine_on(home) as there:
        run = await here.planner.plan("ask", Ask(question="Paris?"))
        async with under_way(here, provider, gate, run):
            with pytest.raises(Refused, match="cancelled"):
                await there.cancel(run.id)
            assert await there.journal.guarded() == ()


async def test_runs_beyond_the_users_limit_wait_in_whatever_process_and_are_refused_at_their_deadline(
    home: Home, provider: ScriptedProvider
) -> None:
    gate = holding(home, provider, ONE)
    async with engine_on(home) as here, engine_on(home) as there:
        async with under_way(here, provider, gate, await here.planner.plan("ask", Ask(question="One?"))):
            refused = await outcome(there, "Two?", deadline_s=0.3)
            assert isinstance(refused, Refused)
            assert refused.reason == "timed_out"
            assert "limits.max_concurrent_runs_per_user" in refused.message
        assert len(provider.calls) == 5
        assert isinstance(await outcome(there, "Two?"), FusionResult)


async def test_a_run_that_waited_for_another_process_has_its_turn(home: Home, provider: ScriptedProvider) -> None:
    gate = holding(home, provider, ONE)
    found: list[FusionResult] = []
    async with engine_on(home) as here, engine_on(home) as there, anyio.create_task_group() as tasks:

        async def second() -> None:
            found.append(await run_on(there, Ask(question="Two?")))

        async with under_way(here, provider, gate, await here.planner.plan("ask", Ask(question="One?"))):
            tasks.start_soon(second)
    assert found[0].status == "ok"


async def test_a_question_that_a_live_run_may_have_asked_back_joins_it_and_makes_no_call(
    home: Home, provider: ScriptedProvider
) -> None:
    gate = holding(home, provider, ONE)
    joined: list[FusionResult] = []
    async with engine_on(home) as here, engine_on(home) as there, anyio.create_task_group() as tasks:
        run = replace(await here.planner.plan("ask", Ask(question="Where is Paris?")), may_call_back=True)
        again = await there.planner.plan("ask", Ask(question=" WHERE is Paris ", deadline_s=20), from_client=True)
        assert not await there.runs.is_known(again)

        async def ask_back() -> None:
            joined.append(await there.answer(again, "concise", lambda _: None))

        async with under_way(here, provider, gate, run):
            joined.append(await there.answer(again, "concise", lambda _: None, wait_s=0))
            tasks.start_soon(ask_back)
    assert [(result.status, result.reused) for result in joined] == [("running", "joined"), ("ok", "joined")]
    assert len({result.run_id for result in joined}) == 1
    for result in joined:
        [told] = [warning for warning in result.warnings if "joined instead" in warning]
        assert "preset trio" in told
        assert "Ask again when it has ended" in told
    assert len(provider.calls) == 5


async def test_two_people_who_ask_nearly_the_same_of_models_that_call_nobody_have_a_run_each(
    home: Home, provider: ScriptedProvider
) -> None:
    script(provider)
    seat(home, provider)
    async with engine_on(home) as here, engine_on(home) as there:
        first = await run_on(here, Ask(question="Where is Paris?"))
        second = await run_on(there, Ask(question="Where is paris?"))
    assert first.run_id != second.run_id
    assert (first.reused, second.reused) == (None, None)
    assert len(provider.calls) == 10


async def test_who_may_be_a_part_of_a_run_does_not_keep_it_alive_when_the_person_leaves(
    home: Home, provider: ScriptedProvider
) -> None:
    holding(home, provider)
    refused: list[Refused] = []
    async with engine_on(home) as engine, anyio.create_task_group() as tasks:
        run = replace(await engine.planner.plan("ask", Ask(question="Paris?")), may_call_back=True)
        again = await engine.planner.plan("ask", Ask(question="Paris?", deadline_s=20), from_client=True)
        joined = anyio.Event()

        async def ask_back() -> None:
            with pytest.raises(Refused) as caught:
                await engine.answer(again, "concise", lambda _: joined.set())
            refused.append(caught.value)

        async def ask_first() -> None:
            await engine.answer(run, "concise", lambda _: None)

        async with anyio.create_task_group() as person:
            person.start_soon(ask_first)
            await in_flight(provider)
            assert (await engine.answer(again, "concise", lambda _: None, wait_s=0)).status == "running"
            tasks.start_soon(ask_back)
            await joined.wait()
            person.cancel_scope.cancel()
        await provider.until(lambda it: it.in_flight == 0)
    assert refused[0].reason == "cancelled"
    assert "Ask again" in refused[0].message
