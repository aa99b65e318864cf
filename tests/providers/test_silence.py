"""A model that says nothing, or nothing more, is waited for as long as was agreed and no longer."""

import re
import time
from operator import attrgetter

import anyio
import pytest

from fusion_mcp.providers.catalog.catalog import builtin
from fusion_mcp.providers.chat.attempt import Attempt, Destination
from fusion_mcp.providers.chat.reply import Reply
from fusion_mcp.types import ModelRef
from providers import odd
from providers.asking import asking
from scripted import Behaviour, ScriptedProvider, stalls, stalls_after, stalls_after_headers


@pytest.mark.parametrize(
    "behaviour",
    [stalls(), stalls_after_headers(), odd.sends(b": keep-alive\n\n", then_stalls=True)],
    ids=attrgetter("name"),
)
async def test_a_model_that_does_not_begin_in_time_is_given_up(
    provider: ScriptedProvider, behaviour: Behaviour
) -> None:
    provider.script("alpha", behaviour)
    start = time.monotonic()
    async with asking(provider) as caller:
        failure = await caller.failure(silence_within=0.3)
        await provider.until(lambda p: p.calls[0].closed_by_client, within=1)
    assert failure.reason == "timed_out"
    # What it took to write the call down is part of its time.
    assert re.fullmatch(r"Work had not begun to answer after 0\.[123] s\.", failure.message)
    assert 0.3 <= time.monotonic() - start < 2


@pytest.mark.parametrize(
    "behaviour",
    [stalls_after("Mars has"), odd.sends(odd.thinks(), then_stalls=True), odd.sends(odd.says(" "), then_stalls=True)],
    ids=attrgetter("name"),
)
async def test_a_model_that_falls_silent_is_given_up(provider: ScriptedProvider, behaviour: Behaviour) -> None:
    provider.script("alpha", behaviour)
    async with asking(provider, silence_s=(5.0, 0.2)) as caller:
        failure = await caller.failure()
        await provider.until(lambda p: p.calls[0].closed_by_client, within=1)
    assert failure.reason == "timed_out"
    assert failure.message == "Work fell silent for 0.2 s in the middle of its reply."


async def test_the_providers_own_patience_holds_where_the_caller_has_more(provider: ScriptedProvider) -> None:
    provider.script("alpha", stalls())
    async with asking(provider, silence_s=(0.2, 5.0)) as caller:
        failure = await caller.failure(silence_within=9.0)
    assert failure.message == "Work had not begun to answer after 0.2 s."


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
async def test_a_model_that_is_thinking_has_begun(provider: ScriptedProvider, field: str) -> None:
    gate = provider.gate("thought through")

    async def play(exchange: odd.Exchange) -> None:
        await exchange.begin()
        await exchange.say("Phobos, Deimos…", field)
        await gate.passed()
        await exchange.say("Two.")
        await exchange.finish()

    provider.script("alpha", Behaviour("thinks long", play))
    async with asking(provider, silence_s=(0.15, 5.0)) as caller, anyio.create_task_group() as asked:

        async def ask() -> None:
            assert await caller.text() == "Two."

        asked.start_soon(ask)
        await provider.until(lambda p: p.in_flight == 1)
        await anyio.sleep(0.3)  # longer than a model that had not begun would get
        gate.open()


async def test_a_model_that_falls_silent_leaves_the_next_one_its_time(provider: ScriptedProvider) -> None:
    provider.script("alpha", stalls_after("Well,"))
    async with asking(provider) as caller:
        failure = await caller.failure(silence_within=0.2)
    assert failure.reason == "timed_out"
    assert failure.message == "Work fell silent for 0.2 s in the middle of its reply."


@pytest.mark.parametrize(
    "last", [(odd.CLOSED,), (odd.FINISHED,), (odd.FINISHED, odd.bills(), odd.CLOSED)], ids=["closed", "ended", "billed"]
)
async def test_a_reply_that_is_over_counts_though_its_stream_stays_open(
    provider: ScriptedProvider, last: tuple[bytes, ...]
) -> None:
    provider.script("alpha", odd.sends(odd.says("Two."), *last, then_stalls=True))
    async with asking(provider, silence_s=(5.0, 0.4)) as caller:
        assert await caller.text() == "Two."
    assert caller.lines[0].settled


def test_a_bill_that_does_not_come_is_not_waited_for_as_long_as_a_word() -> None:
    waiting = Attempt(
        provider=builtin()["openai"],
        model=ModelRef("openai", "some-model"),
        to=Destination(url="https://127.0.0.1/v1/chat/completions"),
        body={},
    )
    assert waiting.patience_s(Reply(began=True)) == 120.0
    assert waiting.patience_s(Reply(began=True, ended=True)) == 2.0
    assert waiting.patience_s(Reply(began=True, ended=True, billed=True)) == 0.05
    assert waiting.patience_s(Reply(began=True, ended=True, closed=True)) == 0.05
