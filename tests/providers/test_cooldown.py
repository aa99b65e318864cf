"""A Retry-After holds for every call to its provider, and for nobody else's."""

from collections.abc import Iterator

import anyio
import anyio.lowlevel
import pytest

from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.providers.health.cooldown import Cooldowns
from fusion_mcp.providers.refusal import Refusal
from providers.asking import Asking, Clock, asking
from scripted import ScriptedProvider, answers, held, status

WORK = Provider(name="work", title="Work")


def limited(seconds: str) -> dict[str, str]:
    return {"retry-after": seconds}


@pytest.fixture
def other() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as running:
        yield running


async def first_call_was_heeded(provider: ScriptedProvider, caller: Asking) -> None:
    await provider.until(lambda p: len(p.calls) == 1 and p.calls[0].completed)
    with anyio.fail_after(5):
        while not caller.lines[0].settled:  # what was sent has been read, and heeded in the same breath
            await anyio.lowlevel.checkpoint()


async def test_it_holds_back_another_model_of_the_provider_and_not_another_provider(
    provider: ScriptedProvider, other: ScriptedProvider
) -> None:
    provider.script("alpha", status(429, headers=limited("0.4")), answers("Two."))
    provider.script("beta", answers("Two."))
    other.script("beta", answers("Two."))
    async with asking(provider, other=other) as caller, anyio.create_task_group() as members:
        members.start_soon(caller.reply, "alpha")
        await first_call_was_heeded(provider, caller)
        members.start_soon(caller.reply, "beta")
        assert await caller.text("other:beta") == "Two."
        assert provider.calls_to("beta") == []
    assert provider.calls_to("beta")[0].started - provider.calls[0].started >= 0.4


async def test_who_cannot_wait_so_long_is_told_at_once_and_nothing_is_sent(provider: ScriptedProvider) -> None:
    provider.script("alpha", status(429, headers=limited("60")))
    provider.script("beta", answers("Two."))
    async with asking(provider) as caller:
        with anyio.fail_after(5):
            await caller.failure("alpha")
            failure = await caller.failure("beta")
        hasty = await caller.failure("beta", silence_within=1.0)
    assert failure.reason == hasty.reason == "rate_limited"
    assert failure.message == (
        "Work is limiting the rate of calls and has asked for 60 s more without any, "
        "which is longer than this call waits: ask again later, or seat models of another provider."
    )
    assert len(provider.calls) == len(caller.lines) == 1


async def test_who_has_another_model_to_ask_does_not_wait_for_this_one(provider: ScriptedProvider) -> None:
    provider.script("alpha", status(429, headers=limited("3")), answers("Two."))
    provider.script("beta", answers("Two."))
    async with asking(provider) as caller:
        with anyio.fail_after(2):
            first = await caller.failure("alpha", has_fallback=True)
            second = await caller.failure("beta", has_fallback=True)
    assert first.reason == second.reason == "rate_limited"
    assert [call.model for call in provider.calls] == ["alpha"]


async def test_one_who_asks_for_an_absurd_wait_is_not_asked_again_for_an_hour(provider: ScriptedProvider) -> None:
    clock = Clock()
    provider.script("alpha", status(429, headers=limited("1000000000")), answers("Two."))
    async with asking(provider, clock=clock) as caller:
        failure = await caller.failure("alpha")
        again = await caller.failure("alpha")
        assert len(provider.calls) == 1
        clock.now += 3600
        assert await caller.text("alpha") == "Two."
    assert failure.reason == again.reason == "rate_limited"
    assert "3600 s more" in again.message


async def test_being_held_back_says_nothing_against_the_model(provider: ScriptedProvider) -> None:
    clock = Clock()
    provider.script("alpha", status(429, headers=limited("60")))
    provider.script("beta", answers("Two."))
    async with asking(provider, clock=clock) as caller:
        await caller.failure("alpha", silence_within=5.0)
        for _ in range(6):
            await caller.failure("beta", silence_within=5.0)
        clock.now += 60
        assert await caller.text("beta") == "Two."


async def test_calls_that_waited_for_the_same_moment_start_one_after_the_other(provider: ScriptedProvider) -> None:
    draws = iter([0.0, 0.2, 0.6])
    provider.script("alpha", status(429, headers=limited("0.2")), answers("Two."))
    provider.script("beta", answers("Two."))
    async with asking(provider, draw=lambda: next(draws)) as caller, anyio.create_task_group() as members:
        members.start_soon(caller.reply, "alpha")
        await first_call_was_heeded(provider, caller)
        members.start_soon(caller.reply, "beta")
        members.start_soon(caller.reply, "beta")
    first, second = provider.calls_to("beta")
    assert second.started - first.started >= 0.15


async def test_a_call_that_was_waiting_for_its_place_when_the_news_came_is_held_back_too(
    provider: ScriptedProvider,
) -> None:
    gate = provider.gate("go")
    provider.script("alpha", held(gate, status(429, headers=limited("0.6"))))
    provider.script("beta", answers("Two."))
    async with asking(provider, max_concurrency=1) as caller, anyio.create_task_group() as members:

        async def hasty() -> None:
            await caller.failure("alpha", silence_within=0.5)

        members.start_soon(hasty)
        await provider.until(lambda p: p.in_flight == 1)
        members.start_soon(caller.reply, "beta")
        await anyio.wait_all_tasks_blocked()
        gate.open()
    assert provider.calls_to("beta")[0].started - provider.calls_to("alpha")[0].started >= 0.6


async def test_who_waits_for_the_end_of_it_takes_nobodys_place(provider: ScriptedProvider) -> None:
    provider.script("alpha", status(429, headers=limited("8")))
    async with asking(provider, max_concurrency=1) as caller, anyio.create_task_group() as members:
        await caller.failure("alpha", silence_within=1.0)
        members.start_soon(caller.reply, "beta")
        await anyio.wait_all_tasks_blocked()
        assert (await caller.failure("beta", silence_within=2.0)).reason == "rate_limited", "it is not told of a place"
        members.cancel_scope.cancel()


async def test_a_shorter_wait_takes_nothing_from_a_longer_one_and_other_refusals_ask_for_none() -> None:
    cooldowns = Cooldowns(Clock(), lambda: 0.0)
    for reason, asked in [("upstream_error", 900.0), ("rate_limited", 50.0), ("rate_limited", 2.0)]:
        cooldowns.heed(WORK, Refusal(reason=reason, message="busy", retry_after=asked))  # pyright: ignore[reportArgumentType] - reasons
    told = await cooldowns.over(WORK, anyio.current_time() + 1)
    assert told is not None
    assert "50 s more" in told.message
