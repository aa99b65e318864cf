"""A part of a request that a model will not take is left out, at once and from then on."""

import anyio
import pytest

from fusion_mcp.types import CallFailure, Completion
from providers import odd
from providers.asking import asking
from scripted import ScriptedProvider, answers, held, refuses, status

SCHEMA = {"type": "object"}


async def test_a_refused_temperature_is_left_out_and_remembered(provider: ScriptedProvider) -> None:
    provider.script("alpha", refuses("temperature", then=answers("Two.")))
    async with asking(provider) as caller:
        assert await caller.text(temperature=0.2) == "Two."
        assert ["temperature" in call.body for call in provider.calls] == [True, False]
        assert await caller.text(temperature=0.2) == "Two."
    assert len(provider.calls) == 3
    assert "temperature" not in provider.calls[2].body


async def test_a_refusal_by_422_counts_as_well(provider: ScriptedProvider) -> None:
    provider.script("alpha", refuses("response_format", code=422, then=answers("{}")))
    async with asking(provider) as caller:
        assert await caller.text(json_schema=SCHEMA, temperature=0.2) == "{}"
    assert "response_format" not in provider.calls[1].body
    assert provider.calls[1].body["temperature"] == 0.2


async def test_several_refusals_are_learnt_one_after_the_other(provider: ScriptedProvider) -> None:
    after = refuses("temperature", then=refuses("reasoning_effort", then=answers("Two.")))
    provider.script("alpha", refuses("response_format", then=refuses("stream_options", then=after)))
    async with asking(provider) as caller:
        assert await caller.text(json_schema=SCHEMA, temperature=0.2, reasoning="low") == "Two."
    assert len(provider.calls) == 5


async def test_what_one_model_refuses_is_still_sent_to_others(provider: ScriptedProvider) -> None:
    provider.script("alpha", refuses("temperature"))
    provider.script("beta", answers("Two."))
    async with asking(provider) as caller:
        await caller.text("alpha", temperature=0.2)
        await caller.text("beta", temperature=0.2)
    assert provider.calls_to("beta")[0].body["temperature"] == 0.2


async def test_members_of_one_model_that_ask_at_once_all_get_their_answer(provider: ScriptedProvider) -> None:
    gate, refusal = provider.gate("all asked"), refuses("temperature", then=answers("Two."))
    provider.script("alpha", *[held(gate, refusal)] * 3, refusal)
    replies: list[Completion | CallFailure] = []
    async with asking(provider) as caller, anyio.create_task_group() as members:

        async def ask() -> None:
            replies.append(await caller.reply(temperature=0.2))

        for _ in range(3):
            members.start_soon(ask)
        await provider.until(lambda p: p.in_flight == 3)
        gate.open()
    assert [reply.text for reply in replies if isinstance(reply, Completion)] == ["Two."] * 3
    assert len(provider.calls) == 6


async def test_a_provider_that_complains_of_what_was_not_sent_is_not_asked_for_ever(
    provider: ScriptedProvider,
) -> None:
    provider.script("alpha", odd.always_refuses("temperature"))
    async with asking(provider) as caller:
        failure = await caller.failure(temperature=0.2)
    assert failure.status_code == 400
    assert len(provider.calls) == 2


async def test_an_option_refused_within_the_stream_is_left_out_too(provider: ScriptedProvider) -> None:
    complaint = odd.fails("'temperature' is not supported with this model", 400)
    provider.script("alpha", odd.sends(complaint), answers("Two."))
    async with asking(provider) as caller:
        assert await caller.text(temperature=0.2) == "Two."
    assert ["temperature" in call.body for call in provider.calls] == [True, False]


NO_STREAMS = {"error": {"message": "streaming is not supported for this model", "param": "stream"}}


@pytest.mark.parametrize("code", [400, 422])
async def test_a_model_that_does_not_stream_answers_whole_and_that_is_remembered(
    provider: ScriptedProvider, code: int
) -> None:
    provider.script("alpha", status(code, NO_STREAMS), answers("Two."))
    async with asking(provider) as caller:
        assert await caller.text() == "Two."
        assert await caller.text() == "Two."
    assert caller.heard == ["Two.", "Two."]
    first, *later = provider.calls
    assert first.body["stream"] is True
    assert len(later) == 2
    for call in later:
        assert not {"stream", "stream_options"} & set(call.body)
        assert call.headers["accept"] == "application/json"
    assert [line.usage.output_tokens for line in caller.lines[1:]] == [34, 34]


async def test_a_refusal_of_the_options_of_a_stream_does_not_end_streaming(provider: ScriptedProvider) -> None:
    provider.script("alpha", refuses("stream_options", then=answers("One two three.", chunks=3)))
    async with asking(provider) as caller:
        await caller.text()
    assert [call.body.get("stream") for call in provider.calls] == [True, True]
    assert "".join(caller.heard) == "One two three."


async def test_a_provider_that_complains_of_streams_that_nobody_wants_is_not_asked_for_ever(
    provider: ScriptedProvider,
) -> None:
    provider.script("alpha", odd.always_refuses("stream"))
    async with asking(provider) as caller:
        await caller.failure()
    assert len(provider.calls) == 2


async def test_a_limit_on_the_output_goes_by_the_name_that_the_model_knows(provider: ScriptedProvider) -> None:
    behaviour = odd.knows_the_limit_as("max_completion_tokens", "max_tokens", answers("Two."))
    provider.script("alpha", behaviour)
    async with asking(provider) as caller:
        assert await caller.text(max_output_tokens=64) == "Two."
        assert await caller.text(max_output_tokens=64) == "Two."
    assert [call.body.get("max_completion_tokens") for call in provider.calls] == [None, 64, 64]


async def test_a_provider_that_knows_the_limit_by_no_name_is_not_asked_for_ever(provider: ScriptedProvider) -> None:
    nobody = odd.knows_the_limit_as("max_tokens", "max_completion_tokens", answers("never"))
    provider.script("alpha", odd.knows_the_limit_as("max_completion_tokens", "max_tokens", nobody))
    async with asking(provider) as caller:
        await caller.failure(max_output_tokens=64)
    assert len(provider.calls) == 2
