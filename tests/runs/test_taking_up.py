"""A run whose process ended: what it has finished is kept, and only what it has not is called for, and paid, again."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

import anyio
import pytest

from fusion_mcp.request import Ask
from fusion_mcp.result import FusionResult
from runs.paying import Watch, engine_on, outcome
from scripted import Home, ScriptedProvider, ScriptedWeb, stalls
from scripted.asking import ask, run_on
from scripted.researchers import MEMBERS, Researchers, Step, seat, step_of, steps
from scripted.stages import PRICE

QUESTION = "What is the answer?"
ALL = steps(research=True)
STEPS = [step for step in ALL if step.stage != "panel" or step.model == "alpha"]
"""The steps at which a process may end, one member standing for all."""


def made(provider: ScriptedProvider) -> Mapping[Step, int]:
    return Counter(step_of(call) for call in provider.calls)


async def interrupt(home: Home, provider: ScriptedProvider, models: Researchers, step: Step) -> None:
    """End an engine while `step` is under way and everything before it is finished."""
    models.holds = lambda each: each == step
    watch = Watch()
    under_way = made(provider)[step] + 1
    async with anyio.create_task_group() as tasks:

        async def one() -> None:
            async with engine_on(home) as engine:
                await run_on(engine, Ask(question=QUESTION), watch)

        tasks.start_soon(one)
        await provider.until(lambda seen: made(seen)[step] == under_way)
        if step.stage == "panel":
            await watch.heard("answered", *(f"work:{name}" for name in MEMBERS if name != step.model))
        tasks.cancel_scope.cancel()
    models.holds = lambda _: False
    await provider.until(lambda seen: seen.in_flight == 0)


def cost_of(calls: int) -> Decimal:
    return calls * Decimal(str(PRICE))


@pytest.mark.parametrize("step", STEPS, ids=str)
async def test_the_same_question_goes_on_from_what_is_finished(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb, step: Step
) -> None:
    models = Researchers(provider, internet)
    seat(home, provider, internet)
    await interrupt(home, provider, models, step)
    result = await ask(home, QUESTION)
    assert made(provider) == {each: 2 if each == step else 1 for each in ALL}
    assert (result.status, result.reused, result.answer) == ("ok", "resumed", "The answer is 42.")
    assert result.cost_usd == cost_of(len(ALL))
    assert result.usage.calls == len(ALL) + 1
    assert [response.tool_calls for response in result.responses] == [2, 2, 2]
    assert {source.url for source in result.sources} == {internet.url(f"/{name}") for name in MEMBERS}
    assert any("was interrupted and taken up again" in warning for warning in result.warnings)
    assert any(f"work:{step.model} were cut off" in warning for warning in result.warnings)
    assert len(internet.requests_to("/search")) == len(MEMBERS)


async def test_a_run_may_be_interrupted_at_one_step_after_the_other(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    models = Researchers(provider, internet)
    seat(home, provider, internet)
    for step in STEPS:
        await interrupt(home, provider, models, step)
    async with engine_on(home) as engine:
        result = await outcome(engine, QUESTION)
        day = await engine.journal.today()
    assert isinstance(result, FusionResult)
    assert made(provider) == {each: 2 if each in STEPS else 1 for each in ALL}
    assert (result.status, result.reused) == ("ok", "resumed")
    assert result.cost_usd == day.spent_usd == cost_of(len(ALL))
    assert day.held_usd == 0


async def test_a_finished_run_that_was_taken_up_is_found_again(home: Home, provider: ScriptedProvider) -> None:
    models = Researchers(provider)
    seat(home, provider)
    await interrupt(home, provider, models, Step("judge", "judge"))
    resumed, found = await ask(home, QUESTION), await ask(home, QUESTION)
    assert (found.reused, found.run_id, found.cost_usd) == ("finished", resumed.run_id, resumed.cost_usd)
    assert len(provider.calls) == 6


async def test_a_judge_that_was_cut_off_twice_is_not_called_a_third_time(
    home: Home, provider: ScriptedProvider
) -> None:
    models = Researchers(provider)
    seat(home, provider)
    judge = Step("judge", "judge")
    for _ in range(2):
        await interrupt(home, provider, models, judge)
    result = await ask(home, QUESTION)
    assert made(provider)[judge] == 2
    assert result.analysis is not None
    assert any("work:writer judged in its place" in warning for warning in result.warnings)
    assert any("not asked a third time" in warning for warning in result.warnings)


async def test_a_member_that_was_cut_off_twice_is_missing_and_named(home: Home, provider: ScriptedProvider) -> None:
    models = Researchers(provider)
    seat(home, provider)
    for _ in range(2):
        await interrupt(home, provider, models, Step("panel", "alpha"))
    result = await ask(home, QUESTION)
    assert len(provider.calls_to("alpha")) == 2
    [failed] = result.failed_models
    assert (failed.model, failed.reason, result.status) == ("work:alpha", "cancelled", "degraded")
    assert "not asked a third time" in failed.error


async def test_a_panel_that_was_closed_is_not_opened_again_for_a_straggler(
    home: Home, provider: ScriptedProvider
) -> None:
    models = Researchers(provider)
    provider.script("gamma", stalls())
    seat(home, provider)
    preset = home.presets / "trio.toml"
    preset.write_text(preset.read_text(encoding="utf-8").replace("quorum = 3", "quorum = 2\ngrace_s = 0.1"), "utf-8")
    await interrupt(home, provider, models, Step("judge", "judge"))
    result = await ask(home, QUESTION)
    assert [(failed.model, failed.reason) for failed in result.failed_models] == [("work:gamma", "late")]
    assert {step.model: count for step, count in made(provider).items()} == {
        "alpha": 1,
        "beta": 1,
        "gamma": 1,
        "judge": 2,
        "writer": 1,
    }


async def test_calls_that_were_cut_off_count_at_their_worst_until_their_bill_is_known(
    home: Home, provider: ScriptedProvider
) -> None:
    models = Researchers(provider)
    seat(home, provider)
    await interrupt(home, provider, models, Step("panel", "alpha"))
    async with engine_on(home) as engine:
        day = await engine.journal.today()
    assert day.spent_usd == cost_of(2)
    assert day.in_doubt_usd > cost_of(1)
    assert day.held_usd == 0


async def test_another_question_begins_anew(home: Home, provider: ScriptedProvider) -> None:
    models = Researchers(provider)
    seat(home, provider)
    await interrupt(home, provider, models, Step("synthesis", "writer"))
    result = await ask(home, f"{QUESTION} In words.")
    assert (result.reused, result.cost_usd) == (None, cost_of(5))
    assert set(made(provider).values()) == {2}


async def test_other_limits_are_another_question(home: Home, provider: ScriptedProvider) -> None:
    models = Researchers(provider)
    seat(home, provider)
    await interrupt(home, provider, models, Step("synthesis", "writer"))
    result = await ask(home, QUESTION, max_cost_usd=Decimal(1))
    assert result.reused is None
    assert set(made(provider).values()) == {2}
