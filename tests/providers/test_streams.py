"""A whole reply is read in every legal form, and told as it comes."""

import anyio
import pytest

from fusion_mcp.types import ChatRequest, Completion, Message, ModelRef
from providers import odd
from providers.asking import asking
from scripted import (
    Behaviour,
    ScriptedProvider,
    answers,
    answers_whole,
    drips,
    keepalives_then,
    null_content,
    says_nothing,
    splits_utf8,
)

HARD = "Ärger, 東京, 👩‍🚀 and a line\u2028separator, a paragraph\u2029one, a next\u0085line, \r\n and \x00"


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
    assert caller.heard[0] == "one"
    assert "".join(caller.heard) == "one two three"


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
        reply = await caller.completion()
    assert reply.finish_reason == "length"
