"""A member's turns with its tools: how many there may be, what a wrong call comes to, and how it is made to answer."""

import json
from decimal import Decimal
from typing import Any

import anyio
import pytest

from fusion_mcp.protocols import Progress
from scripted import (
    Home,
    ScriptedProvider,
    answers,
    call,
    calls_tools,
    calls_until_told,
    duo,
    fetch,
    judges,
    never_stops,
    refuses_tools,
    search,
    status,
)
from scripted.asking import ask
from scripted.tool_calls import Vendor
from scripted.web import ScriptedWeb, article, held, result, searxng, stalls
from scripted.web import page as web_page

USED_UP = "tool_calls_used_up"


def error_of(tool_result: str) -> dict[str, Any]:
    return json.loads(tool_result)["error"]


async def test_a_member_searches_reads_and_answers(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    page = internet.serve("/paris", article("Paris", "Paris has been the capital since 508."))
    internet.serve("/search", searxng([result(page, "About Paris", "A city.")]))
    duo.script(
        provider, calls_tools(search("capital of France")), calls_tools(fetch(page)), answers("Paris, since 508.")
    )
    duo.seat(home, provider, internet)
    found = await ask(home)
    _, searched, read = provider.calls_to("alpha")
    assert page in searched.tool_results[0]
    assert "capital since 508" in read.tool_results[1]
    assert (duo.alphas(found).content, duo.alphas(found).tool_calls) == ("Paris, since 508.", 2)
    assert duo.alphas(found).usage.calls == 3
    assert found.status == "ok"


async def test_both_tools_are_offered_and_their_results_answer_the_calls(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    internet.serve("/search", searxng([]))
    duo.script(provider, calls_tools(search("one"), search("two"), ids=["first", "second"]), answers("Paris."))
    duo.seat(home, provider, internet)
    await ask(home)
    asked, told = provider.calls_to("alpha")
    assert asked.tools == ["web_search", "web_fetch"]
    assert [turn["role"] for turn in told.messages] == ["system", "user", "assistant", "tool", "tool"]
    assert [made["id"] for made in told.messages[2]["tool_calls"]] == ["first", "second"]
    assert [turn["tool_call_id"] for turn in told.messages[3:]] == ["first", "second"]


async def test_the_calls_of_one_turn_run_at_once(home: Home, provider: ScriptedProvider, internet: ScriptedWeb) -> None:
    gate = internet.gate("both")
    pages = [internet.serve(f"/{name}", held(gate, article(name, f"This is {name}."))) for name in ("one", "two")]
    duo.script(provider, calls_tools(*(fetch(page) for page in pages)), answers("Paris."))
    duo.seat(home, provider, internet)

    async def read_both() -> None:
        await ask(home, f"Read {pages[0]} and {pages[1]}")

    async with anyio.create_task_group() as running:
        running.start_soon(read_both)
        await internet.until(lambda web: web.in_flight == 2)
        gate.open()
    results = provider.calls_to("alpha")[1].tool_results
    assert ["This is one." in results[0], "This is two." in results[1]] == [True, True]


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (call("run_shell", '{"command": "ls"}'), "unknown_tool"),
        (call("web_search", "capital of France"), "invalid_arguments"),
        (call("web_search", "[1, 2]"), "invalid_arguments"),
        (call("web_search", "{}"), "invalid_arguments"),
        (call("web_fetch", '{"url": 7}'), "invalid_arguments"),
    ],
)
async def test_a_model_that_calls_wrongly_is_told_so_and_goes_on(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb, wish: Any, reason: str
) -> None:
    duo.script(provider, calls_tools(wish), answers("Paris all the same."))
    duo.seat(home, provider, internet)
    found = await ask(home)
    assert error_of(provider.calls_to("alpha")[1].tool_results[0])["reason"] == reason
    assert (duo.alphas(found).content, duo.alphas(found).tool_calls) == ("Paris all the same.", 1)
    assert found.status == "ok"


async def test_a_model_that_never_stops_is_made_to_answer_when_its_calls_are_used_up(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    internet.serve("/search", searxng([]))
    duo.script(provider, calls_until_told(search("more"), then=answers("Enough: Paris.")))
    duo.seat(home, provider, internet, max_tool_calls=3)
    found = await ask(home)
    calls = provider.calls_to("alpha")
    assert [made.body.get("tool_choice") for made in calls] == [None, None, None, "none"]
    assert (duo.alphas(found).content, duo.alphas(found).tool_calls) == ("Enough: Paris.", 3)


async def test_calls_past_the_limit_get_a_result_that_says_so(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    internet.serve("/search", searxng([]))
    duo.script(provider, calls_tools(*(search(f"number {n}") for n in range(5))), answers("Paris."))
    duo.seat(home, provider, internet, max_tool_calls=3)
    found = await ask(home)
    results = provider.calls_to("alpha")[1].tool_results
    assert [USED_UP in each for each in results] == [False, False, False, True, True]
    assert duo.alphas(found).tool_calls == 3
    assert len(internet.requests_to("/search")) == 3


async def test_a_model_that_calls_whatever_it_is_told_fails_and_the_others_answer(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    internet.serve("/search", searxng([]))
    duo.script(provider, never_stops(search("more")))
    duo.seat(home, provider, internet, max_tool_calls=2)
    found = await ask(home)
    assert [(failed.model, failed.reason) for failed in found.failed_models] == [("work:alpha", "tool_loop_exhausted")]
    assert len(provider.calls_to("alpha")) == 4  # two with tools, one that forbids them, one without
    assert (found.status, found.answered_by) == ("degraded", "work:beta")


@pytest.mark.parametrize("vendor", ["openai", "ollama", "openrouter", "vllm", "llamacpp"])
async def test_a_model_without_tools_answers_without_and_the_result_says_so(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb, vendor: Vendor
) -> None:
    duo.script(provider, refuses_tools(like=vendor, then=answers("Paris, from memory.")))
    duo.seat(home, provider, internet)
    found = await ask(home)
    assert duo.alphas(found).content == "Paris, from memory."
    assert any("work:alpha answered without web tools" in warning for warning in found.warnings)
    assert found.status == "degraded"


async def test_a_fallback_has_the_calls_that_its_seat_has_left(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    internet.serve("/search", searxng([]))
    duo.script(provider, calls_tools(search("one"), search("two")), status(400, {"error": {"message": "no"}}))
    provider.script("spare", calls_until_told(search("three"), then=answers("Paris.")))
    duo.seat(home, provider, internet, max_tool_calls=3, panel=({"model": "alpha", "fallbacks": ["spare"]}, "beta"))
    found = await ask(home)
    assert (duo.alphas(found).served_by, duo.alphas(found).tool_calls) == ("work:spare", 3)


async def test_a_fallback_goes_on_from_what_was_found_in_its_seat(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    page = internet.serve("/paris", article("Paris", "The capital since 508."))
    duo.script(provider, calls_tools(fetch(page)), status(400, {"error": {"message": "no"}}))
    provider.script("spare", answers("Paris, since 508."))
    duo.seat(home, provider, internet, max_tool_calls=1, panel=({"model": "alpha", "fallbacks": ["spare"]}, "beta"))
    found = await ask(home, f"What does {page} say?")
    assert "The capital since 508." in provider.calls_to("spare")[0].prompt
    assert provider.calls_to("spare")[0].tools == []
    assert [source.used_by for source in found.sources] == [["work:alpha"]]


async def test_a_call_that_nobody_offered_is_answered_and_the_member_goes_on(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    duo.script(provider, never_stops(search("anything")), answers("Paris."))
    duo.seat(home, provider, internet, tools=[])
    found = await ask(home)
    assert duo.alphas(found).content == "Paris."
    assert "There are no tools here" in provider.calls_to("alpha")[1].prompt
    assert internet.requests == []


async def test_a_search_that_costs_money_is_in_the_bill_of_the_member_that_made_it(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    reply = {"results": [{"url": "https://a.example/", "title": "A"}], "costDollars": {"total": 0.05}}
    internet.serve("/search", web_page(json.dumps(reply), content_type="application/json"))
    duo.script(provider, calls_tools(search("one"), search("two"), cost=0.01), answers("Paris.", cost=0.01))
    provider.script("beta", answers("Beta says Paris.", cost=0.01))
    provider.script("judge", judges(cost=0.01))
    provider.script("writer", answers("It is Paris.", cost=0.01))
    exa = f'[web]\nsearch = ["exa"]\nexa_api_key_env = "WORK_API_KEY"\nexa_url = "{internet.url()}"'
    home.trio(provider, ("alpha", "beta"), tools=["web_search"], config=exa)
    found = await ask(home)
    (searched,) = (line for line in found.cost_breakdown if line.model.endswith(":exa"))
    assert (searched.stage, searched.usage.calls, searched.cost_usd) == ("panel", 0, Decimal("0.10"))
    assert (duo.alphas(found).cost_usd, found.cost_usd) == (Decimal("0.12"), Decimal("0.15"))
    assert found.usage.calls == 5


async def test_a_page_that_hangs_leaves_its_member_time_to_answer(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    page = internet.serve("/slow", stalls())
    duo.script(provider, calls_tools(fetch(page)), answers("Paris, without that page."))
    duo.seat(home, provider, internet, deadline_s=3)
    found = await ask(home, f"What does {page} say?")
    assert error_of(provider.calls_to("alpha")[1].tool_results[0])["reason"] == "timed_out"
    assert duo.alphas(found).content == "Paris, without that page."
    assert any("127.0.0.1" in warning and "timed_out" in warning for warning in found.warnings)


async def test_research_leaves_money_for_the_others(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    internet.serve("/search", searxng([]))
    duo.script(provider, calls_until_told(search("more"), cost=0.10, then=answers("Paris.", cost=0.01)))
    duo.seat(home, provider, internet, max_cost_usd=0.5)
    found = await ask(home)
    assert len(provider.calls_to("alpha")) == 2  # one more like the first would leave its share no money for an answer
    assert (duo.alphas(found).content, found.answer) == ("Paris.", "It is Paris.")
    assert any("work:alpha had to answer before its research was done" in warning for warning in found.warnings)


async def test_each_tool_call_is_told_as_progress_without_the_whole_address(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    page = internet.serve("/secret-path", article("Paris", "It is a city."))
    internet.serve("/search", searxng([result(page)]))
    duo.script(provider, calls_tools(search("my secret plan")), calls_tools(fetch(page)), answers("Paris."))
    duo.seat(home, provider, internet)
    told: list[Progress] = []
    await ask(home, watch=told.append)
    details = [(event.who, event.detail) for event in told if event.state == "researching"]
    assert details == [("work:alpha", "searching the web (1/8)"), ("work:alpha", "reading 127.0.0.1 (2/8)")]


async def test_reasoning_that_came_with_a_call_goes_back_with_it(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    internet.serve("/search", searxng([]))
    duo.script(
        provider,
        calls_tools(search("one"), beside={"reasoning_content": "I should look."}, extra={"extra_content": {"s": "x"}}),
        answers("Paris."),
    )
    duo.seat(home, provider, internet)
    await ask(home)
    turn = provider.calls_to("alpha")[1].messages[2]
    assert turn["reasoning_content"] == "I should look."
    assert turn["tool_calls"][0]["extra_content"] == {"s": "x"}
