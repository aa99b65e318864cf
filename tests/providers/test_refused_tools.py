"""A model that takes no tools answers without them, and that is said; one that merely stumbles keeps them."""

from collections.abc import Mapping
from typing import Any

import pytest

from fusion_mcp.config import ProviderConfig
from fusion_mcp.providers.catalog.catalog import load_catalogue
from fusion_mcp.types import CallFailure, ModelRef
from providers import odd
from providers.asking import asking
from providers.researching import HISTORY, NATIVE, TOOLS, shown_tools
from scripted import (
    Behaviour,
    ScriptedProvider,
    answers,
    answers_from_the_web,
    answers_whole,
    calls_tools,
    citation,
    refuses,
    refuses_tools,
    search,
    status,
)
from scripted.tool_calls import Vendor

UNREAD = {"message": "Failed to call a function.", "type": "invalid_request_error", "code": "tool_use_failed"}
PAGE = "https://example.org/mars"


async def test_a_model_calls_tools_and_its_turn_is_handed_on(provider: ScriptedProvider) -> None:
    behaviour = calls_tools(search("moons"), text="I look.", beside={"reasoning_content": "Hm."}, extra={"more": 1})
    provider.script("alpha", behaviour)
    async with asking(provider) as caller:
        reply = await caller.completion(tools=TOOLS)
    (call,) = reply.tool_calls
    assert (call.name, call.arguments, call.extra) == ("web_search", '{"query": "moons"}', {"more": 1})
    assert (reply.text, reply.finish_reason, reply.tools_refused) == ("I look.", "tool_calls", False)
    assert reply.echo == {"reasoning_content": "Hm."}
    assert "".join(caller.heard) == "I look."


@pytest.mark.parametrize("shape", ["split", "whole", "unindexed", "objects"])
async def test_calls_come_in_every_shape_streamed_or_not(provider: ScriptedProvider, shape: Any) -> None:
    wishes = (search("Phobos"), search("Deimos"))
    provider.script("alpha", calls_tools(*wishes, shape=shape))
    for without in (frozenset[str](), frozenset({"stream"})):
        async with asking(provider, without=without) as caller:
            reply = await caller.completion(tools=TOOLS)
        assert [call.arguments for call in reply.tool_calls] == [wish.arguments for wish in wishes]


@pytest.mark.parametrize("vendor", ["openai", "ollama", "openrouter", "vllm", "llamacpp"])
async def test_a_model_without_tools_answers_without_them_and_that_is_remembered(
    provider: ScriptedProvider, vendor: Vendor
) -> None:
    provider.script("alpha", refuses_tools(like=vendor, then=answers("Two.")))
    async with asking(provider) as caller:
        first = await caller.completion(tools=TOOLS, temperature=0.2)
        second = await caller.completion(tools=TOOLS, temperature=0.2)
    assert [(reply.text, reply.tools_refused) for reply in (first, second)] == [("Two.", True)] * 2
    assert shown_tools(provider) == [True, False, False]
    assert all(call.body["temperature"] == 0.2 for call in provider.calls)
    assert [line.usage.output_tokens for line in caller.lines] == [None, 34, 34]


async def test_a_provider_known_to_take_no_tools_is_never_shown_any(provider: ScriptedProvider) -> None:
    provider.script("alpha", refuses_tools())
    async with asking(provider, without=frozenset({"tools"})) as caller:
        assert (await caller.completion(tools=TOOLS)).tools_refused
    assert shown_tools(provider) == [False]


async def test_where_no_tools_were_wanted_none_were_refused(provider: ScriptedProvider) -> None:
    provider.script("alpha", refuses_tools(), answers("Two."))
    async with asking(provider) as caller:
        assert (await caller.completion(tools=TOOLS)).tools_refused
        assert not (await caller.completion()).tools_refused
        assert not (await caller.completion(tools=TOOLS, tool_choice="none")).tools_refused


async def test_what_was_found_before_tools_were_refused_is_not_lost(provider: ScriptedProvider) -> None:
    provider.script("alpha", refuses_tools(then=answers("Two.")))
    async with asking(provider) as caller:
        await caller.completion(messages=HISTORY, tools=TOOLS)
    told = provider.calls[1].body["messages"]
    assert [turn["role"] for turn in told] == ["system", "user", "assistant", "user"]
    assert "Two of them." in told[1]["content"]
    assert "A moon." in told[3]["content"]


async def test_tools_that_cannot_be_forbidden_are_left_out_so_that_the_model_must_answer(
    provider: ScriptedProvider,
) -> None:
    provider.script("alpha", refuses("tool_choice", then=answers("Two.")))
    async with asking(provider) as caller:
        forbidden = await caller.completion(messages=HISTORY, tools=TOOLS, tool_choice="none")
        allowed = await caller.completion(messages=HISTORY, tools=TOOLS)
    assert (forbidden.text, forbidden.tools_refused, allowed.tools_refused) == ("Two.", False, False)
    assert shown_tools(provider) == [True, False, True]


async def test_a_provider_that_refuses_tools_it_was_not_shown_is_not_asked_for_ever(provider: ScriptedProvider) -> None:
    provider.script("alpha", odd.always_refuses("tools"))
    async with asking(provider) as caller:
        failure = await caller.failure(tools=TOOLS)
    assert failure.status_code == 400
    assert len(provider.calls) == 2


def unread(times: int, then: Behaviour) -> tuple[Behaviour, ...]:
    return (*[status(400, {"error": UNREAD})] * times, then)


async def test_a_call_that_the_model_wrote_badly_is_tried_again_as_it_is(provider: ScriptedProvider) -> None:
    provider.script("alpha", *unread(1, calls_tools(search("moons"))))
    async with asking(provider) as caller:
        reply = await caller.completion(tools=TOOLS)
    assert reply.tool_calls
    assert not reply.tools_refused
    assert shown_tools(provider) == [True, True]


async def test_a_model_that_writes_it_badly_again_does_without_tools_this_once(provider: ScriptedProvider) -> None:
    provider.script("alpha", *unread(2, answers("Two.")))
    async with asking(provider) as caller:
        reply = await caller.completion(messages=HISTORY, tools=TOOLS)
        assert (reply.text, reply.tools_refused) == ("Two.", True)
        assert not (await caller.completion(tools=TOOLS)).tools_refused
    assert shown_tools(provider) == [True, True, False, True]


@pytest.mark.parametrize(
    "stumble",
    [
        odd.sends(odd.thinks(), odd.event({"error": {**UNREAD, "status_code": 400}})),
        odd.sends(odd.event(odd.piece("x", {"content": ""}, finish="function_call_filter: MALFORMED_FUNCTION_CALL"))),
        status(500, {"error": {"message": "error parsing tool call: raw='moons', err=invalid character"}}),
    ],
)
async def test_however_a_provider_says_that_it_could_not_read_a_call(
    provider: ScriptedProvider, stumble: Behaviour
) -> None:
    provider.script("alpha", stumble, stumble, answers("Two."))
    async with asking(provider) as caller:
        assert (await caller.completion(tools=TOOLS)).text == "Two."
    assert shown_tools(provider) == [True, True, False]


async def test_what_was_heard_already_is_not_said_again(provider: ScriptedProvider) -> None:
    provider.script("alpha", odd.sends(odd.says("Two "), odd.event({"error": {**UNREAD, "status_code": 400}})))
    async with asking(provider) as caller:
        failure = await caller.failure(tools=TOOLS)
    assert "Failed to call a function" in failure.message
    assert len(provider.calls) == 1


async def test_without_tools_such_a_complaint_is_a_failure_like_any_other(provider: ScriptedProvider) -> None:
    provider.script("alpha", status(400, {"error": UNREAD}))
    async with asking(provider) as caller:
        await caller.failure()
    assert len(provider.calls) == 1


EFFORT = "Function tools with reasoning_effort are not supported for x. Set reasoning_effort to 'none'."


def reasons_only_without_tools(then: Behaviour, *, knows_none: bool = True) -> Behaviour:
    """Refuse tools beside any effort but `none`, as OpenAI's newer models do, also where no effort was sent."""
    refusal = status(400, {"error": {"message": EFFORT, "param": "reasoning_effort"}})

    async def play(exchange: odd.Exchange) -> None:
        may = exchange.body.get("reasoning_effort") == "none" and knows_none
        await (then if may or "tools" not in exchange.body else refusal).play(exchange)

    return Behaviour("reasons only without tools", play)


@pytest.mark.parametrize("asked", [{"reasoning": "high"}, {}])
async def test_a_model_that_cannot_reason_beside_tools_keeps_the_tools(
    provider: ScriptedProvider, asked: Mapping[str, Any]
) -> None:
    provider.script("alpha", reasons_only_without_tools(calls_tools(search("moons"), then=answers("Two."))))
    async with asking(provider) as caller:
        assert (await caller.completion(tools=TOOLS, **asked)).tool_calls
        assert (await caller.completion(tools=(), **asked)).text == "Two."
    efforts = [call.body.get("reasoning_effort") for call in provider.calls]
    assert efforts == [asked.get("reasoning"), "none", asked.get("reasoning")]


async def test_where_no_effort_will_do_beside_tools_they_go(provider: ScriptedProvider) -> None:
    provider.script("alpha", reasons_only_without_tools(answers("Two."), knows_none=False))
    async with asking(provider) as caller:
        reply = await caller.completion(tools=TOOLS, reasoning="high")
    assert (reply.text, reply.tools_refused) == ("Two.", True)
    assert [call.body.get("reasoning_effort") for call in provider.calls] == ["high", "none", "high"]


async def test_reasoning_that_a_provider_will_not_take_back_is_left_out_and_the_calls_stay(
    provider: ScriptedProvider,
) -> None:
    complaint = "messages.2.assistant.reasoning_content: Extra inputs are not permitted"
    refusal = status(422, {"error": {"message": complaint}})

    async def play(exchange: odd.Exchange) -> None:
        strict = any("reasoning_content" in turn for turn in exchange.body["messages"])
        await (refusal if strict else answers("Two.")).play(exchange)

    provider.script("alpha", Behaviour("takes no reasoning back", play))
    async with asking(provider) as caller:
        reply = await caller.completion(messages=HISTORY, tools=TOOLS, reasoning="low")
    assert (reply.text, reply.tools_refused) == ("Two.", False)
    again = provider.calls[1].body
    assert again["messages"][2]["tool_calls"]
    assert again["reasoning_effort"] == "low"


async def test_the_providers_own_tools_bring_citations_and_are_counted(provider: ScriptedProvider) -> None:
    behaviour = answers_from_the_web(
        "Two.", citation(PAGE, "Mars", "Two moons."), server_tool_use={"web_search_requests": 2}, cost=0.02
    )
    provider.script("alpha", behaviour)
    native = load_catalogue({})["openrouter"].native_web
    async with asking(provider, native_web=native) as caller:
        assert caller.models.traits(ModelRef("work", "alpha")).native_web
        reply = await caller.completion(native_web=NATIVE)
    (page,) = reply.citations
    assert (page.url, page.title, page.text) == (PAGE, "Mars", "Two moons.")
    assert (reply.text, reply.native_calls, reply.tools_refused) == ("Two.", 2, False)


async def test_a_provider_without_tools_of_its_own_is_not_asked_for_them_and_that_is_said(
    provider: ScriptedProvider,
) -> None:
    provider.script("alpha", answers("Two."))
    async with asking(provider) as caller:
        assert not caller.models.traits(ModelRef("work", "alpha")).native_web
        assert (await caller.completion(native_web=NATIVE)).tools_refused
    assert shown_tools(provider) == [False]


async def test_a_turn_of_calls_alone_is_no_failure_here(provider: ScriptedProvider) -> None:
    provider.script("alpha", calls_tools(search("moons")))
    async with asking(provider) as caller:
        reply = await caller.reply(tools=TOOLS)
    assert not isinstance(reply, CallFailure)
    assert caller.heard == []


async def test_only_the_built_in_router_has_web_tools_of_its_own() -> None:
    own = load_catalogue({"work": ProviderConfig(base_url="http://127.0.0.1:8900/v1")})
    assert [name for name, provider in own.items() if provider.native_web] == ["openrouter"]


async def test_a_reply_in_one_body_calls_tools_too(provider: ScriptedProvider) -> None:
    provider.script("alpha", answers_whole("Two."))
    async with asking(provider) as caller:
        assert (await caller.completion(tools=TOOLS)).text == "Two."
