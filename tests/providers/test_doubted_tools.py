"""A complaint that speaks of tools in words nobody knows: the request without them shows whether it meant them."""

from typing import Any

import pytest

from providers import odd
from providers.asking import Asking, asking
from providers.researching import HISTORY, TOOLS, shown_tools
from scripted import Behaviour, ScriptedProvider, answers, status

UNHEARD_OF = [
    "Function calling is not something this model can do, sorry",
    "Tool use is disabled for this deployment",
    "this model does not have tool capability",
    "model lacks function-calling capabilities",
]


def takes_no_tools(said: str, code: int = 400) -> Behaviour:
    refusal = status(code, {"error": {"message": said}})

    async def play(exchange: odd.Exchange) -> None:
        await (refusal if "tools" in exchange.body else answers("Two.")).play(exchange)

    return Behaviour("takes no tools", play)


async def text_without_tools(caller: Asking, **options: Any) -> str:
    reply = await caller.completion(tools=TOOLS, **options)
    assert reply.tools_refused
    return reply.text


@pytest.mark.parametrize("code", [400, 404, 405, 422])
@pytest.mark.parametrize("said", UNHEARD_OF)
async def test_the_member_is_kept_and_what_its_model_lacks_is_remembered(
    provider: ScriptedProvider, said: str, code: int
) -> None:
    provider.script("alpha", takes_no_tools(said, code))
    async with asking(provider) as caller:
        assert await text_without_tools(caller) == "Two."
        assert await text_without_tools(caller) == "Two."
    assert shown_tools(provider) == [True, False, False]


async def test_an_error_of_the_server_is_tried_again_first_and_not_remembered(provider: ScriptedProvider) -> None:
    provider.script("alpha", takes_no_tools("the tools crashed", 500))
    async with asking(provider) as caller:
        assert await text_without_tools(caller) == "Two."
        assert await text_without_tools(caller) == "Two."
    assert shown_tools(provider) == [True, True, True, False] * 2


async def test_in_the_middle_of_research_it_may_be_of_the_calls_and_is_not_remembered(
    provider: ScriptedProvider,
) -> None:
    provider.script("alpha", takes_no_tools("something about a tool is odd"))
    async with asking(provider) as caller:
        assert await text_without_tools(caller, messages=HISTORY) == "Two."
        assert await text_without_tools(caller, messages=HISTORY) == "Two."
    assert shown_tools(provider) == [True, False, True, False]


async def test_a_complaint_that_stays_without_tools_was_not_of_them(provider: ScriptedProvider) -> None:
    complaint = status(400, {"error": {"message": "The list of tools says: no images."}})
    provider.script("alpha", complaint, complaint, answers("Two."))
    async with asking(provider) as caller:
        failure = await caller.failure(tools=TOOLS)
        assert "no images" in failure.message
        reply = await caller.completion(tools=TOOLS)
    assert not reply.tools_refused
    assert shown_tools(provider) == [True, False, True]


async def test_within_a_stream_that_has_not_begun_it_is_the_same(provider: ScriptedProvider) -> None:
    provider.script("alpha", odd.sends(odd.fails("Tool use is disabled", 400)), answers("Two."))
    async with asking(provider) as caller:
        assert await text_without_tools(caller) == "Two."
    assert shown_tools(provider) == [True, False]


async def test_what_has_begun_to_be_answered_is_not_asked_for_again(provider: ScriptedProvider) -> None:
    provider.script("alpha", odd.sends(odd.says("Two "), odd.fails("Tool use is disabled", 400)))
    async with asking(provider) as caller:
        await caller.failure(tools=TOOLS)
    assert len(provider.calls) == 1
