"""Bodies that would keep everybody waiting: bombs in gzip, floods of nothing. And compressed replies that are fine."""

import asyncio
import json
import time

import anyio
import pytest

from providers import odd
from providers.asking import asking
from scripted import ScriptedProvider
from scripted.shapes import completion

MILLION = 1_000_000
WHOLE = "application/json"
REPLY = b"".join([odd.says("Two."), odd.FINISHED, odd.bills(), odd.CLOSED])


async def longest_stall(done: anyio.Event) -> float:
    """Seconds for which the event loop at most let nobody have his turn."""
    longest, last = 0.0, time.thread_time()
    while not done.is_set():
        await asyncio.sleep(0)
        now = time.thread_time()  # of this thread alone: others of the machine do not count
        longest, last = max(longest, now - last), now
    return longest


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (odd.compresses(b": " + b"x" * 40 * MILLION), "an event that is too long"),
        (odd.compresses(b": x\n" * 5 * MILLION), "broke off the connection (DecodingError)"),
        (odd.compresses(b"data:\n\n" * 4 * MILLION), "not a Chat Completions reply"),
        (odd.compresses(b"x" * 40 * MILLION, content_type=WHOLE), "not a Chat Completions reply"),
        (odd.compresses(b'{"choices":[' + b"[]," * 13 * MILLION, content_type=WHOLE), "not a Chat Completions reply"),
        (odd.compresses(REPLY, times=2), "broke off the connection (DecodingError)"),
        (odd.sends(b"data:{}\n\n" * 251_000), "not a Chat Completions reply"),
    ],
    ids=["comment", "comments", "empty events", "whole", "empty lists", "twice", "nothing, plainly"],
)
async def test_a_bomb_is_given_up_and_keeps_nobody_waiting(
    provider: ScriptedProvider, behaviour: odd.Behaviour, says: str
) -> None:
    provider.script("alpha", behaviour)
    done, stalls, said = anyio.Event(), list[float](), list[str]()

    async def watch() -> None:
        stalls.append(await longest_stall(done))

    async with asking(provider) as caller, anyio.create_task_group() as watched:
        watched.start_soon(watch)
        said.append((await caller.failure()).message)
        done.set()
    assert says in said[0]
    assert stalls[0] < 0.15


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_reply_that_is_compressed_though_nobody_asked_for_it_is_read(
    provider: ScriptedProvider, *, streamed: bool
) -> None:
    reply = completion("odd", {"content": "Two."}, finish="stop", usage=odd.USAGE)
    whole = json.dumps(reply).encode()
    behaviour = odd.compresses(REPLY if streamed else whole, content_type="text/event-stream" if streamed else WHOLE)
    provider.script("alpha", behaviour)
    async with asking(provider) as caller:
        outcome = await caller.completion()
    assert outcome.text == "Two."
    assert provider.calls[0].headers["accept-encoding"] == "identity"
