"""A tool call that goes on and on, or breaks off: what was paid for is kept where it ended."""

from typing import Any

import pytest

from providers import odd
from providers.asking import asking
from providers.researching import TOOLS
from scripted import ScriptedProvider


def rambling(size: int) -> tuple[dict[str, Any], ...]:
    """One call with arguments of so many characters, in pieces."""
    first = {"index": 0, "id": "a", "function": {"name": "web_search", "arguments": '{"query":"'}}
    pieces = [{"index": 0, "function": {"arguments": "x" * 100_000}}] * (size // 100_000)
    return (first, *pieces, {"index": 0, "function": {"arguments": '"}'}})


async def test_arguments_without_an_end_end_the_call(provider: ScriptedProvider) -> None:
    piece = odd.event(odd.piece("x", {"tool_calls": [{"index": 0, "function": {"arguments": "x" * 100_000}}]}))
    provider.script("alpha", odd.sends(*[piece] * 200, then_stalls=True))
    async with asking(provider) as caller:
        failure = await caller.failure(tools=TOOLS)
    assert "2,000,000 characters" in failure.message
    assert len(provider.calls) == 1


async def test_a_call_that_rambles_is_cut_and_what_was_paid_for_is_kept(provider: ScriptedProvider) -> None:
    pieces = [odd.event(odd.piece("x", {"tool_calls": [entry]})) for entry in rambling(3_000_000)]
    provider.script("alpha", odd.sends(odd.says("I look."), *pieces, odd.FINISHED, odd.bills(), odd.CLOSED))
    async with asking(provider) as caller:
        reply = await caller.completion(tools=TOOLS)
    assert reply.text == "I look."
    assert [(call.id, call.name, len(call.arguments)) for call in reply.tool_calls] == [("a", "web_search", 64_000)]
    assert [line.usage.output_tokens for line in caller.lines] == [34]


async def test_a_call_that_rambles_in_one_body_is_cut_as_well(provider: ScriptedProvider) -> None:
    function = {"name": "web_search", "arguments": '{"query":"' + "x" * 3_000_000 + '"}'}
    message = {"role": "assistant", "content": None, "tool_calls": [{"id": "a", "function": function}]}
    provider.script("alpha", odd.whole({"choices": [{"message": message, "finish_reason": "tool_calls"}]}))
    async with asking(provider) as caller:
        (call,) = (await caller.completion(tools=TOOLS)).tool_calls
    assert len(call.arguments) == 64_000
    assert len(provider.calls) == 1


async def test_text_without_an_end_beside_a_call_still_ends_the_reply(provider: ScriptedProvider) -> None:
    call = odd.event(odd.piece("x", {"tool_calls": [rambling(0)[0]]}))
    provider.script("alpha", odd.sends(call, *[odd.says("x" * 100_000)] * 30, then_stalls=True))
    async with asking(provider) as caller:
        failure = await caller.failure(tools=TOOLS)
    assert "2,000,000 characters" in failure.message


@pytest.mark.parametrize(
    ("how", "says"), [({}, "cut its reply off"), ({"then_cuts": True}, "broke off the connection")]
)
async def test_a_reply_that_is_cut_within_a_call_is_a_failure_and_not_asked_for_again(
    provider: ScriptedProvider, how: dict[str, Any], says: str
) -> None:
    call = odd.event(odd.piece("x", {"tool_calls": [rambling(0)[0]]}))
    provider.script("alpha", odd.sends(call, **how))
    async with asking(provider) as caller:
        failure = await caller.failure(tools=TOOLS)
    assert (failure.reason, len(provider.calls)) == ("upstream_error", 1)
    assert failure.message.startswith(f"Work {says}")
    assert not caller.lines[0].settled
