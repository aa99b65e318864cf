"""One client for the life of a process: connections are used again, markers carried, cancelled calls closed at once."""

import time
from operator import attrgetter

import anyio
import pytest

from fusion_mcp import guard
from fusion_mcp.types import CallFailure, Completion, ModelRef
from providers import odd
from providers.asking import asking
from scripted import (
    Behaviour,
    ScriptedProvider,
    answers,
    answers_whole,
    drips,
    held,
    refuses,
    says_nothing,
    stalls,
    stalls_after,
    stalls_after_headers,
    status,
)


@pytest.mark.parametrize("behaviour", [answers("Two."), answers_whole("Two."), says_nothing()], ids=attrgetter("name"))
async def test_calls_after_one_another_share_a_connection(provider: ScriptedProvider, behaviour: Behaviour) -> None:
    ports: list[int] = []
    provider.script("alpha", odd.noting_connections(ports, behaviour))
    async with asking(provider) as caller:
        for _ in range(3):
            await caller.text()
    assert len(ports) == 3
    assert len(set(ports)) == 1


async def test_a_refusal_leaves_its_connection_usable(provider: ScriptedProvider) -> None:
    ports: list[int] = []
    behaviours = [status(429), refuses("temperature"), answers("Two.")]
    provider.script("alpha", *(odd.noting_connections(ports, behaviour) for behaviour in behaviours))
    async with asking(provider) as caller:
        await caller.text(temperature=0.2)
    assert len(set(ports)) == 1


async def test_every_call_carries_every_marker_of_recursion(provider: ScriptedProvider) -> None:
    provider.script("alpha", status(500), refuses("temperature", then=answers("Two.")))
    async with asking(provider) as caller:
        await caller.text(temperature=0.2)
    assert len(provider.calls) == 3
    for call in provider.calls:
        assert call.headers["x-fusion-depth"] == "1"
        assert call.headers["cdn-loop"] == "fusion-mcp"
        assert call.headers["baggage"] == "fusion.depth=1"
        assert guard.marker_in(None, call.headers, {}) is not None


@pytest.mark.parametrize(
    "behaviour",
    [stalls(), stalls_after_headers(), stalls_after("Mars has"), odd.sends(odd.thinks(), then_stalls=True)],
    ids=attrgetter("name"),
)
async def test_a_cancelled_call_is_closed_upstream_within_a_second(
    provider: ScriptedProvider, behaviour: Behaviour
) -> None:
    provider.script("alpha", behaviour)
    async with asking(provider) as caller, anyio.create_task_group() as asked:
        asked.start_soon(caller.reply)
        await provider.until(lambda p: p.in_flight == 1)
        asked.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await provider.until(lambda p: p.calls[0].closed_by_client, within=1)
    assert provider.in_flight == 0


async def test_a_cancelled_call_does_not_disturb_the_others(provider: ScriptedProvider) -> None:
    gate = provider.gate("words")
    provider.script("alpha", stalls_after("Mars"))
    provider.script("beta", drips("one two three", gate))
    async with asking(provider) as caller, anyio.create_task_group() as members:
        late = anyio.CancelScope()

        async def straggle() -> None:
            with late:
                await caller.reply("alpha")

        async def answer() -> None:
            assert await caller.text("beta") == "one two three"

        members.start_soon(straggle)
        members.start_soon(answer)
        await provider.until(lambda p: p.in_flight == 2)
        late.cancel()
        await provider.until(lambda p: p.calls_to("alpha")[0].closed_by_client, within=1)
        gate.open()
    assert provider.calls_to("beta")[0].completed


async def test_members_are_called_at_once(provider: ScriptedProvider) -> None:
    gate = provider.gate("go")
    provider.script("alpha", held(gate, answers("Two.")))
    async with asking(provider) as caller, anyio.create_task_group() as members:
        for _ in range(5):
            members.start_soon(caller.reply)
        await provider.until(lambda p: p.in_flight == 5)
        gate.open()


async def test_a_provider_that_takes_one_call_at_once_gets_them_one_after_the_other(
    provider: ScriptedProvider,
) -> None:
    provider.script("alpha", answers("Two."))
    replies: list[Completion | CallFailure] = []
    async with asking(provider, max_concurrency=1) as caller, anyio.create_task_group() as members:

        async def ask() -> None:
            replies.append(await caller.reply())

        for _ in range(4):
            members.start_soon(ask)
    assert [type(reply) for reply in replies] == [Completion] * 4
    assert provider.max_in_flight == 1


async def test_the_wait_for_a_place_leaves_those_who_stand_in_their_time(provider: ScriptedProvider) -> None:
    gate = provider.gate("go")
    provider.script("alpha", held(gate, answers("Two.")))
    async with asking(provider, max_concurrency=1) as caller, anyio.create_task_group() as members:
        members.start_soon(caller.reply)
        await provider.until(lambda p: p.in_flight == 1)
        failure = await caller.failure(silence_within=0.1)
        assert failure.reason == "timed_out"
        assert failure.message.startswith("Work was busy: it takes 1 at once, and no place came free; seat fewer")
        assert "raise providers.work.max_concurrency" in failure.message
        gate.open()
    assert len(caller.lines) == len(provider.calls) == 1


async def test_a_place_is_free_again_after_a_failure_and_after_a_cancelled_wait(provider: ScriptedProvider) -> None:
    provider.script("alpha", status(404), stalls(), answers("Two."))
    async with asking(provider, max_concurrency=1) as caller:
        await caller.failure()
        async with anyio.create_task_group() as members:
            members.start_soon(caller.reply)
            await provider.until(lambda p: p.in_flight == 1)
            members.start_soon(caller.reply)
            members.cancel_scope.cancel()
        assert await caller.text() == "Two."


async def test_a_server_of_this_machine_is_not_behind_the_proxy_of_the_environment(
    provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch, nowhere: str
) -> None:
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(variable, nowhere)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    provider.script("alpha", answers("Two."))
    for host in ("127.0.0.1", "localhost"):
        async with asking(f"http://{host}:{provider.port}/v1") as caller:
            assert await caller.text() == "Two."


async def test_nothing_is_sent_before_the_first_call_nor_kept_after_the_last(provider: ScriptedProvider) -> None:
    start = time.monotonic()
    async with asking(provider):
        pass
    assert provider.requests == []
    assert time.monotonic() - start < 2


async def test_a_model_of_this_machine_that_is_not_there_is_told_without_a_call(provider: ScriptedProvider) -> None:
    async with asking(provider) as caller:
        failure = await caller.failure("local:no-such-model")
        traits = caller.models.traits(ModelRef("local", "no-such-model"))
    assert failure.reason == "invalid_model"
    assert failure == traits.unavailable
    assert traits.compact
    assert caller.lines == []


async def test_a_provider_of_ones_own_is_large_and_ready(provider: ScriptedProvider) -> None:
    async with asking(provider) as caller:
        traits = caller.models.traits(ModelRef("work", "alpha"))
    assert (traits.compact, traits.notice, traits.unavailable) == (False, None, None)
