"""Scripted members call tools in every shape, refuse them, or search by their provider's own means."""

from typing import Any

import httpx2
import pytest

from scripted import (
    ScriptedProvider,
    answers,
    answers_from_the_web,
    call,
    calls_tools,
    calls_until_told,
    citation,
    fetch,
    never_stops,
    refuses_tools,
    search,
)
from scripted.chatting import body, events, said, url
from scripted.tool_calls import Vendor


def offering(*names: str, **more: Any) -> dict[str, Any]:
    return {"tools": [{"type": "function", "function": {"name": name}} for name in names], **more}


def deltas(pieces: list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    """Every entry of a list that a stream adds to its message, in order."""
    return [entry for piece in pieces for choice in piece["choices"] for entry in choice["delta"].get(field, ())]


def put_together(parts: list[dict[str, Any]]) -> dict[int, tuple[str, str, str]]:
    """The calls of a stream by their index: id, name and arguments."""
    calls: dict[int, tuple[str, str, str]] = {}
    for part in parts:
        name, function, arguments = calls.get(part["index"], ("", "", ""))
        added = part["function"]
        calls[part["index"]] = (
            name + part.get("id", ""),
            function + added.get("name", ""),
            arguments + added.get("arguments", ""),
        )
    return calls


def message(client: httpx2.Client, provider: ScriptedProvider, **more: Any) -> dict[str, Any]:
    return client.post(url(provider), json=body(**more)).json()["choices"][0]["message"]


def test_tools_are_called_at_once_in_torn_arguments(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", calls_tools(search("seine"), fetch("https://a.example/", 9), text="Let me look."))
    pieces = events(client, provider, **offering("web_search", "web_fetch"))
    parts = deltas(pieces, "tool_calls")
    assert said(pieces) == "Let me look."
    assert len(parts) == 8
    assert put_together(parts) == {
        0: ("call_1", "web_search", '{"query": "seine"}'),
        1: ("call_2", "web_fetch", '{"url": "https://a.example/", "offset": 9}'),
    }
    assert (pieces[-2]["choices"][0]["finish_reason"], pieces[-1]["usage"]["total_tokens"]) == ("tool_calls", 46)
    assert provider.calls[0].tools == ["web_search", "web_fetch"]


def test_tools_are_called_in_a_whole_reply(provider: ScriptedProvider, client: httpx2.Client) -> None:
    beside, extra = {"reasoning": "Hm."}, {"signed": 1}
    provider.script("alpha", calls_tools(call("rm", "{oops"), ids=["x"], beside=beside, extra=extra, finish="stop"))
    [choice] = client.post(url(provider), json=body(**offering("web_search"))).json()["choices"]
    function = {"name": "rm", "arguments": "{oops"}
    assert choice["finish_reason"] == "stop"
    assert choice["message"] == {
        "role": "assistant",
        "content": None,
        "reasoning": "Hm.",
        "tool_calls": [{"id": "x", "type": "function", "function": function, "signed": 1}],
    }


@pytest.mark.parametrize(
    ("shape", "has_index", "arguments"),
    [("whole", True, '{"query": "x"}'), ("unindexed", False, '{"query": "x"}'), ("objects", True, {"query": "x"})],
)
def test_tools_are_called_in_the_shapes_of_other_vendors(
    provider: ScriptedProvider, client: httpx2.Client, shape: str, has_index: bool, arguments: object
) -> None:
    provider.script("alpha", calls_tools(search("x"), shape=shape))
    [part] = deltas(events(client, provider, **offering("a")), "tool_calls")
    assert ("index" in part, part["function"]["arguments"]) == (has_index, arguments)


def test_calls_go_on_turn_by_turn_and_their_results_are_on_record(
    provider: ScriptedProvider, client: httpx2.Client
) -> None:
    provider.script("alpha", calls_tools(search("x")), calls_tools(fetch("https://a.example/")), answers("Done."))
    results = [{"role": "tool", "tool_call_id": "call_1", "content": "Found."}]
    first = message(client, provider, **offering("a"))
    second = message(client, provider, **offering("a", messages=results))
    assert [turn["tool_calls"][0]["id"] for turn in (first, second)] == ["call_1", "call_2"]
    assert message(client, provider, **offering("a"))["content"] == "Done."
    assert [seen.tool_results for seen in provider.calls] == [[], ["Found."], []]


@pytest.mark.parametrize("more", [{}, offering("a", tool_choice="none")], ids=["none offered", "forbidden"])
def test_only_who_never_stops_calls_what_may_not_be_called(
    provider: ScriptedProvider, client: httpx2.Client, more: dict[str, Any]
) -> None:
    provider.script("alpha", calls_until_told(search("x"), then=answers("Done.")), never_stops(search("x")))
    assert message(client, provider, **more) == {"role": "assistant", "content": "Done."}
    assert message(client, provider, **more)["tool_calls"][0]["function"]["name"] == "web_search"


@pytest.mark.parametrize(
    ("like", "code"), [("openai", 400), ("ollama", 400), ("openrouter", 404), ("vllm", 400), ("llamacpp", 500)]
)
def test_tools_are_refused_in_a_vendors_words_only_while_they_are_there(
    provider: ScriptedProvider, client: httpx2.Client, like: Vendor, code: int
) -> None:
    provider.script("alpha", refuses_tools(like=like, then=answers("Paris.")))
    refused = client.post(url(provider), json=body(**offering("a")))
    assert (refused.status_code, "tool" in refused.json()["error"]["message"]) == (code, True)
    assert message(client, provider)["content"] == "Paris."


def test_a_native_search_shows_in_annotations_and_in_the_bill(
    provider: ScriptedProvider, client: httpx2.Client
) -> None:
    cited = citation("https://a.example/", "A", "Of A.")
    provider.script("alpha", answers_from_the_web("Paris it is.", cited, server_tool_use={"web_search_requests": 2}))
    pieces = events(client, provider, tools=[{"type": "openrouter:web_search"}])
    assert (said(pieces), deltas(pieces, "annotations")) == ("Paris it is.", [cited])
    assert pieces[-1]["usage"]["server_tool_use"] == {"web_search_requests": 2}


def test_nothing_is_searched_where_no_server_tool_is_offered(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", answers_from_the_web("Paris.", citation("https://a.example/")))
    reply = client.post(url(provider), json=body()).json()
    assert "annotations" not in reply["choices"][0]["message"]
    assert "server_tool_use" not in reply["usage"]
