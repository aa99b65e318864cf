"""Replies over the wire: whole ones in every legal form, broken ones as a failure with a sentence, floods bounded."""

import re
import time

import anyio
import pytest

from fusion_mcp.providers import attempt
from fusion_mcp.providers.attempt import MAX_REPLY_CHARACTERS, Attempt
from fusion_mcp.providers.catalog import builtin
from fusion_mcp.providers.wire import Reply
from fusion_mcp.types import ChatRequest, Completion, Message, ModelRef, Reason
from providers import odd
from providers.asking import asking
from scripted import (
    Behaviour,
    ScriptedProvider,
    answers,
    answers_whole,
    cuts_after,
    drips,
    error_in_stream,
    floods,
    garbage,
    html,
    keepalives_then,
    null_content,
    resets,
    says_nothing,
    splits_utf8,
    stalls,
    stalls_after,
    stalls_after_headers,
    status,
)

HARD = "Ärger, 東京, 👩‍🚀 and a line\u2028separator, a paragraph\u2029one, a next\u0085line, \r\n and \x00"


def the_name(behaviour: Behaviour) -> str:
    return behaviour.name


@pytest.mark.parametrize(
    ("behaviour", "text"),
    [
        (answers("Two moons.", chunks=1), "Two moons."),
        (answers("Two moons.", chunks=10), "Two moons."),
        (answers("Two.", reasoning="Phobos, Deimos"), "Two."),
        (answers("Two.", reasoning="Phobos, Deimos", reasoning_field="reasoning_content"), "Two."),
        (answers_whole("Two moons."), "Two moons."),
        (keepalives_then("Two moons."), "Two moons."),
        (splits_utf8(HARD), HARD),
        (answers(HARD), HARD),
        (answers_whole(HARD), HARD),
        (null_content(), ""),
        (says_nothing(), ""),
        (odd.sends(odd.says("Two."), odd.FINISHED), "Two."),
        (odd.sends(odd.says("Two."), odd.CLOSED), "Two."),
        (odd.sends(odd.says("Two.", finish="stop")), "Two."),
        (odd.sends(b"retry: 3000\n\n", b"event: ping\n\n", b"id: 1\n\n", odd.says("Two."), odd.CLOSED), "Two."),
        (odd.sends(odd.says("Two."), odd.CLOSED, odd.says(" More."), b"data: <<<\n\n"), "Two."),
        (odd.sends(odd.says("Two."), odd.FINISHED, then_cuts=True), "Two."),
        (odd.sends(odd.says("Two.").replace(b"data: ", b"data:"), odd.CLOSED), "Two."),
        (odd.sends(b"\xef\xbb\xbf" + odd.says("Two."), odd.CLOSED), "Two."),
        (odd.sends(b"\xef", b"\xbb\xbf", odd.says("\ufeffTwo."), odd.CLOSED), "\ufeffTwo."),
        (odd.sends(odd.says("Two.").replace(b"\n", b"\r"), odd.CLOSED.replace(b"\n", b"\r")), "Two."),
    ],
    ids=lambda value: value.name if isinstance(value, Behaviour) else "",
)
async def test_a_whole_reply_is_read_in_every_form_it_may_have(
    provider: ScriptedProvider, behaviour: Behaviour, text: str
) -> None:
    provider.script("alpha", behaviour)
    async with asking(provider) as caller:
        assert await caller.text() == text
    assert "".join(caller.heard) == text
    assert len(provider.calls) == 1


async def test_text_is_told_as_it_comes(provider: ScriptedProvider) -> None:
    gate = provider.gate("next word")
    provider.script("alpha", drips("one two three", gate))
    heard, done = anyio.Event(), anyio.Event()
    async with asking(provider) as caller, anyio.create_task_group() as asked:

        async def ask() -> None:
            await caller.text(on_text=heard.set)
            done.set()

        asked.start_soon(ask)
        with anyio.fail_after(5):
            await heard.wait()
        assert not done.is_set()
        gate.open()
    assert caller.heard == ["one", " two", " three"]


async def test_a_fault_of_who_listens_is_not_said_of_the_provider(provider: ScriptedProvider) -> None:
    def stumble() -> None:
        raise ValueError("drawn off the screen")

    provider.script("alpha", answers("Two."), answers_whole("Two."))
    async with asking(provider) as caller:
        for _ in range(2):
            with pytest.raises(ValueError, match="drawn off the screen"):
                await caller.reply(on_text=stumble)


async def test_half_a_character_in_the_question_goes_out_as_a_question_mark(provider: ScriptedProvider) -> None:
    provider.script("alpha", answers("Two."))
    torn = ChatRequest(messages=(Message(role="user", content="Mars \ud83c und 🜨?"),))
    async with asking(provider) as caller:
        reply = await caller.models.complete(ModelRef("work", "alpha"), torn, caller.account)
    assert isinstance(reply, Completion)
    assert provider.calls[0].body["messages"][0]["content"] == "Mars ? und 🜨?"


async def test_a_completion_says_how_it_ended(provider: ScriptedProvider) -> None:
    provider.script("alpha", answers("Two", finish="length"))
    async with asking(provider) as caller:
        reply = await caller.reply()
    assert isinstance(reply, Completion)
    assert reply.finish_reason == "length"


@pytest.mark.parametrize(
    ("behaviour", "reason", "says"),
    [
        (cuts_after("Mars has"), "upstream_error", "Work broke off the connection"),
        (odd.sends(odd.says("Mars has")), "upstream_error", "Work cut its reply off after 8 characters."),
        (resets(), "upstream_error", "Work broke off the connection"),
        (odd.sends(), "upstream_error", "Work cut its reply off before its first word."),
        (odd.whole("", content_type="text/event-stream"), "upstream_error", "cut its reply off"),
        (garbage(), "upstream_error", "not a Chat Completions reply"),
        (odd.nests(), "upstream_error", "not a Chat Completions reply"),
        (odd.whole("[" * 100_000), "upstream_error", "not a Chat Completions reply"),
        (odd.whole("{"), "upstream_error", "not a Chat Completions reply"),
        (odd.whole("[]"), "upstream_error", "not a Chat Completions reply"),
        (odd.whole({"status": "ok"}), "upstream_error", "not a Chat Completions reply"),
        (odd.whole({"error": {"message": "gone", "code": 401}}), "unauthorized", "WORK_API_KEY"),
        (odd.lies_about_compression(), "upstream_error", "broke off the connection (DecodingError)"),
        (html(), "upstream_error", "answered with text/html instead of a reply; check base_url."),
        (html(500), "upstream_error", "an HTML page instead of an API reply; check base_url."),
        (odd.whole("hello", content_type="text/plain"), "upstream_error", "text/plain instead of a reply"),
        (odd.whole("hello", content_type=""), "upstream_error", "no content type instead of a reply"),
        (error_in_stream("the engine died", "server_error"), "upstream_error", "the engine died"),
        (error_in_stream("slow down", 429), "rate_limited", "slow down"),
        (odd.sends(odd.says("Mars"), odd.fails("pay", 402)), "insufficient_credits", "out of credit"),
        (odd.sends(odd.says("Mars", finish="error"), odd.CLOSED), "upstream_error", "broke off"),
        (odd.sends(b"data: " + b"x" * 8_100_000), "upstream_error", "broke off the connection (SSEError)"),
        (status(418, "short and stout"), "upstream_error", "It said: short and stout"),
    ],
    ids=lambda value: value.name if isinstance(value, Behaviour) else "",
)
async def test_a_broken_reply_is_a_failure_with_a_sentence(
    provider: ScriptedProvider, behaviour: Behaviour, reason: Reason, says: str
) -> None:
    provider.script("alpha", behaviour)
    async with asking(provider) as caller:
        failure = await caller.failure()
    assert failure.reason == reason
    assert says in failure.message
    assert failure.message.startswith("Work ")


@pytest.mark.parametrize(
    "behaviour",
    [stalls(), stalls_after_headers(), odd.sends(b": keep-alive\n\n", then_stalls=True)],
    ids=the_name,
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
    ids=the_name,
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
        url="https://127.0.0.1/v1/chat/completions",
        headers={},
        secrets=(),
        body={},
        first_token_within=60.0,
    )
    assert attempt._gap(waiting, Reply(began=True)) == 120.0  # pyright: ignore[reportPrivateUsage] - waiting it out takes long
    assert attempt._gap(waiting, Reply(began=True, ended=True)) == 2.0  # pyright: ignore[reportPrivateUsage] - same
    assert attempt._gap(waiting, Reply(began=True, ended=True, billed=True)) == 0.05  # pyright: ignore[reportPrivateUsage]
    assert attempt._gap(waiting, Reply(began=True, ended=True, closed=True)) == 0.05  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("behaviour", [floods(3), odd.whole("x" * 9_000_000), odd.whole("x" * 9_000_000, code=500)])
async def test_a_flood_is_cut_off(provider: ScriptedProvider, behaviour: Behaviour) -> None:
    provider.script("alpha", behaviour)
    async with asking(provider) as caller:
        failure = await caller.failure()
    assert failure.reason == "upstream_error"
    assert len(failure.message) < 500
    assert sum(map(len, caller.heard)) < MAX_REPLY_CHARACTERS + 1_000_000


async def test_a_redirection_is_not_followed(provider: ScriptedProvider) -> None:
    with ScriptedProvider() as elsewhere:
        elsewhere.script("alpha", answers("Never."))
        there = {"location": f"{elsewhere.base_url}/chat/completions"}
        provider.script("alpha", status(307, "", there))
        async with asking(provider) as caller:
            failure = await caller.failure()
        assert elsewhere.requests == []
    assert failure.status_code == 307
    assert "redirects to another address, which is not followed (307); correct base_url." in failure.message
