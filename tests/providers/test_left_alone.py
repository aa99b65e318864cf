"""A model that keeps failing is left alone for a while: its calls are never sent, and the others' are."""

import random
from operator import attrgetter

import anyio
import pytest

from fusion_mcp.providers.chat.faults import is_haste
from fusion_mcp.providers.health.health import BreakerState
from fusion_mcp.types import CallFailure, Completion
from providers import odd
from providers.asking import Asking, Clock, asking
from scripted import (
    Behaviour,
    ScriptedProvider,
    answers,
    cuts_after,
    depends,
    garbage,
    held,
    html,
    stalls,
    stalls_after,
    status,
)

NO_RETRY_LEFT = 3
"""Requests that a call makes which fails for good."""


async def fail(caller: Asking, times: int = 5, model: str = "alpha") -> list[CallFailure]:
    return [await caller.failure(model) for _ in range(times)]


@pytest.mark.parametrize(
    "trouble",
    [cuts_after("Mars"), garbage(), html(), odd.whole({"status": "ok"}), stalls_after("Mars"), stalls()],
    ids=attrgetter("name"),
)
async def test_after_five_failed_calls_the_sixth_is_not_sent(provider: ScriptedProvider, trouble: Behaviour) -> None:
    provider.script("alpha", trouble)
    async with asking(provider, clock=Clock(), silence_s=(0.1, 0.1)) as caller:
        last = (await fail(caller))[-1]
        sent = len(provider.calls)
        failure = await caller.failure()
    assert len(provider.calls) == sent
    assert len(caller.lines) == 5
    assert failure.reason == last.reason
    assert failure.message == (
        f"Work's 'alpha' is left alone since 5 calls in a row failed (last: {last.message.rstrip('.')}), "
        f"and tried again in 30 s."
    )


@pytest.mark.parametrize(("code", "reason"), [(500, "upstream_error"), (503, "upstream_error"), (429, "rate_limited")])
async def test_a_call_counts_once_however_often_it_was_retried(
    provider: ScriptedProvider, code: int, reason: str
) -> None:
    provider.script("alpha", status(code))
    clock = Clock()
    async with asking(provider, clock=clock) as caller:
        for _ in range(4):
            await caller.failure()
            clock.now += 5  # retries come back with time
        assert len(provider.calls) == 4 * NO_RETRY_LEFT
        await caller.failure()
        assert (await caller.failure()).reason == reason
    assert len(provider.calls) == 5 * NO_RETRY_LEFT


async def test_an_address_at_which_nobody_listens_is_left_alone(nowhere: str) -> None:
    async with asking(nowhere, clock=Clock()) as caller:
        await fail(caller)
        before = len(caller.lines)
        assert "left alone since 5 calls in a row failed (last: Work cannot be" in (await caller.failure()).message
    assert len(caller.lines) == before


async def test_another_model_of_the_same_provider_is_still_called(provider: ScriptedProvider) -> None:
    provider.script("alpha", garbage())
    provider.script("beta", answers("Two."))
    async with asking(provider, clock=Clock()) as caller:
        await fail(caller, 6)
        assert await caller.text("beta") == "Two."


async def test_after_the_pause_one_probe_is_sent_and_its_success_ends_it(provider: ScriptedProvider) -> None:
    gate, clock = provider.gate("probe"), Clock()
    changes: list[BreakerState] = []
    provider.script("alpha", *[garbage()] * 5, held(gate, answers("Two.")))
    replies: list[Completion | CallFailure] = []
    async with asking(provider, clock=clock, on_change=changes.append) as caller, anyio.create_task_group() as probing:
        await fail(caller, 6)
        clock.now += 30

        async def probe() -> None:
            replies.append(await caller.reply())

        probing.start_soon(probe)
        await provider.until(lambda p: p.in_flight == 1)
        assert "tried again now, by another call" in (await caller.failure()).message
        assert [change.is_open for change in changes] == [True]
        gate.open()
        await provider.until(lambda p: p.in_flight == 0)
    assert [type(reply) for reply in replies] == [Completion]
    assert len(provider.calls) == 6
    opening, closing = changes
    assert (opening.provider, opening.model, opening.open_for_s) == ("work", "alpha", 30.0)
    assert opening.why.startswith("since 5 calls in a row failed (last: Work sent something that is not")
    assert (closing.is_open, closing.open_for_s) == (False, 0.0)


async def test_a_probe_that_fails_leaves_the_model_alone_again(provider: ScriptedProvider) -> None:
    clock = Clock()
    provider.script("alpha", *[garbage()] * 6, answers("Two."))
    async with asking(provider, clock=clock) as caller:
        await fail(caller)
        clock.now += 30
        assert "not a Chat Completions reply" in (await caller.failure()).message
        clock.now += 29
        assert "6 calls in a row failed" in (await caller.failure()).message
        clock.now += 1
        assert await caller.text() == "Two."
        assert await caller.text() == "Two."


async def test_a_probe_that_is_cancelled_leaves_its_place_to_the_next_call(provider: ScriptedProvider) -> None:
    clock = Clock()
    provider.script("alpha", *[garbage()] * 5, stalls(), answers("Two."))
    async with asking(provider, clock=clock) as caller:
        await fail(caller)
        clock.now += 30
        async with anyio.create_task_group() as probing:
            probing.start_soon(caller.reply)
            await provider.until(lambda p: len(p.calls) == 6)  # the last that failed may still be open
            probing.cancel_scope.cancel()
        assert await caller.text() == "Two."


@pytest.mark.parametrize("code", [400, 401, 402, 403, 404, 409, 413, 422, 302])
async def test_refusals_of_one_request_say_nothing_of_the_next(provider: ScriptedProvider, code: int) -> None:
    provider.script("alpha", *[status(code)] * 30, answers("Two."))
    async with asking(provider) as caller:
        for _ in range(12):
            await caller.failure()
    assert len(provider.calls) >= 12


async def test_a_cancelled_call_does_not_count(provider: ScriptedProvider) -> None:
    provider.script("alpha", *[stalls()] * 12, answers("Two."))
    async with asking(provider) as caller:
        for _ in range(12):
            before = len(provider.calls)
            async with anyio.create_task_group() as asked:
                asked.start_soon(caller.reply)
                await provider.until(lambda p, before=before: len(p.calls) > before)
                asked.cancel_scope.cancel()
        assert await caller.text() == "Two."


async def test_a_silence_that_only_the_caller_found_too_long_does_not_count(provider: ScriptedProvider) -> None:
    async with asking(provider) as caller:
        for trouble in [stalls()] * 3 + [stalls_after("Mars")] * 3:
            provider.script("alpha", trouble)
            assert (await caller.failure(silence_within=0.05)).reason == "timed_out"
        provider.script("alpha", answers("Two."))
        assert await caller.text() == "Two."


@pytest.mark.parametrize(
    ("waited", "patience", "hasty"), [(5.0, 180.0, True), (20.0, 180.0, False), (5.0, 5.0, False), (4.9, 5.0, True)]
)
def test_a_silence_counts_from_twenty_seconds_or_from_the_providers_own_limit_on(
    waited: float, patience: float, *, hasty: bool
) -> None:
    assert is_haste(waited, patience) is hasty


async def test_a_call_in_vain_does_not_wait_for_a_place_first(provider: ScriptedProvider) -> None:
    gate = provider.gate("go")
    provider.script("alpha", garbage())
    provider.script("beta", held(gate, answers("Two.")))
    async with asking(provider, clock=Clock(), max_concurrency=1) as caller, anyio.create_task_group() as members:
        await fail(caller)
        members.start_soon(caller.reply, "beta")
        await provider.until(lambda p: p.in_flight == 1)
        assert "left alone" in (await caller.failure()).message
        gate.open()


async def test_a_tenth_of_all_requests_that_fail_leaves_nobody_alone(provider: ScriptedProvider) -> None:
    drawn, changes = random.Random(4), list[BreakerState]()
    provider.script("alpha", depends(lambda _: status(500) if drawn.random() < 0.1 else answers("Two.", chunks=1)))
    async with asking(provider, on_change=changes.append) as caller:
        replies = [await caller.reply() for _ in range(150)]
    assert changes == []
    assert all(isinstance(reply, Completion) for reply in replies)
