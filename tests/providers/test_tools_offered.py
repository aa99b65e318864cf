"""What is sent of tools and of their calls: ours, the provider's own, the history, and what is left without them."""

import json
from typing import Any

import pytest

from fusion_mcp.config import ProviderConfig
from fusion_mcp.providers.catalog.catalog import builtin, load_catalogue
from fusion_mcp.providers.catalog.provider import Parameter, Provider
from fusion_mcp.providers.chat.encoding import encode, parts
from fusion_mcp.providers.foreign import Json
from fusion_mcp.types import ChatRequest, Message, ModelRef, NativeWeb, Tool, ToolCall
from providers.researching import FETCH, HISTORY, NATIVE, QUESTION, SEARCH, SYSTEM, TOOLS, called, result, search

OWN = load_catalogue({"work": ProviderConfig(base_url="http://127.0.0.1:8900/v1")})["work"]
OPENROUTER = builtin()["openrouter"]


def body(
    provider: Provider = OWN,
    without: tuple[Parameter, ...] = (),
    *,
    messages: tuple[Message, ...] = HISTORY,
    tools: tuple[Tool, ...] = TOOLS,
    **more: Any,
) -> Json:
    request = ChatRequest(messages=messages, tools=tools, **more)
    return encode(provider, ModelRef(provider.name, "some:model"), request, without)


def turns(messages: tuple[Message, ...], provider: Provider = OWN, **more: Any) -> list[Json]:
    return body(provider, messages=messages, **more)["messages"]


def test_tools_go_out_as_functions() -> None:
    sent = body(tools=(SEARCH,))
    described = {"name": "web_search", "description": "Search the web.", "parameters": SEARCH.parameters}
    assert sent["tools"] == [{"type": "function", "function": described}]
    assert "tool_choice" not in sent


def test_tools_that_are_forbidden_are_still_shown() -> None:
    sent = body(tool_choice="none")
    assert len(sent["tools"]) == 2
    assert sent["tool_choice"] == "none"


def test_without_tools_nothing_is_said_of_them() -> None:
    for choice in ("auto", "none"):
        assert not {"tools", "tool_choice"} & body(messages=(QUESTION,), tools=(), tool_choice=choice).keys()


def test_calls_and_their_results_go_back_as_they_were_made() -> None:
    call = search("moons", "a", extra_content={"google": {"thought_signature": "Cts"}}, function={"more": 1})
    written, answer = turns((QUESTION, called(call), result("Two.", "a")))[1:]
    assert written == {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "a",
                "type": "function",
                "function": {"name": "web_search", "arguments": '{"query": "moons"}', "more": 1},
                "extra_content": {"google": {"thought_signature": "Cts"}},
            }
        ],
    }
    assert answer == {"role": "tool", "tool_call_id": "a", "content": "Two."}


def test_what_is_said_with_a_call_goes_back_with_it() -> None:
    assert turns((called(search("moons", "a"), text="I look."),))[0]["content"] == "I look."


@pytest.mark.parametrize(
    ("provider", "echoed"),
    [
        *(("openrouter", {"reasoning_details"}), ("deepseek", {"reasoning_content"})),
        *(("moonshot", {"reasoning_content"}), ("fireworks", {"reasoning_content"}), ("mistral", set[str]())),
        *(("groq", set[str]()), ("openai", set[str]()), ("ollama", {"reasoning", "reasoning_content"})),
    ],
)
def test_reasoning_goes_back_in_the_fields_that_the_provider_takes(provider: str, echoed: set[str]) -> None:
    said = called(search("x", "a"), reasoning="r", reasoning_content="c", reasoning_details=[{"type": "t"}], role="x")
    (written,) = turns((said,), builtin()[provider])
    assert written.keys() - {"role", "content", "tool_calls"} == echoed
    assert written["role"] == "assistant"


def test_reasoning_that_was_refused_does_not_go_back() -> None:
    assert "echo" in parts(body())
    again = body(without=("echo",))
    assert "echo" not in parts(again)
    assert len(again["messages"][2]["tool_calls"]) == 2


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ('{"query": "a"}', '{"query": "a"}'),
        (' {"query":"a"} ', ' {"query":"a"} '),
        ("", "{}"),
        (" \n", "{}"),
        ("moons of Mars", '{"unreadable": "moons of Mars"}'),
        ('{"query": "a', '{"unreadable": "{\\"query\\": \\"a"}'),
        ('["a"]', '{"unreadable": "[\\"a\\"]"}'),
        ('{"query": NaN}', '{"unreadable": "{\\"query\\": NaN}"}'),
        ("null", '{"unreadable": "null"}'),
    ],
)
def test_arguments_that_are_no_object_go_back_inside_one_since_vendors_check(written: str, sent: str) -> None:
    call = ToolCall(id="a", name="web_search", arguments=written)
    assert turns((called(call),))[0]["tool_calls"][0]["function"]["arguments"] == sent


@pytest.mark.parametrize("arguments", ["[" * 50_000, '{"a":' * 50_000, "9" * 50_000, '{"a":' + "9" * 5_000 + "}"])
def test_arguments_that_no_parser_takes_go_back_cut(arguments: str) -> None:
    call = ToolCall(id="a", name="web_search", arguments=arguments)
    sent = turns((called(call),))[0]["tool_calls"][0]["function"]["arguments"]
    assert len(json.loads(sent)["unreadable"]) == 2_000


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        *(("web_search", "web_search"), ("functions.web search:0", "functions_web_search_0")),
        *(("", "unnamed"), ("ü", "_"), ("x" * 100, "x" * 64)),
    ],
)
def test_a_name_that_a_model_made_up_goes_back_as_one_that_vendors_take(name: str, sent: str) -> None:
    call = ToolCall(id="a", name=name, arguments="{}")
    assert turns((called(call),))[0]["tool_calls"][0]["function"]["name"] == sent


TOLD = [
    {"role": "system", "content": "Answer."},
    {
        "role": "user",
        "content": "How many moons has Mars?\n\n"
        'web_search({"query": "moons"}) gave:\nTwo of them.\n\nweb_search({"query": "Mars"}) gave:\nA planet.',
    },
    {"role": "assistant", "content": "One more."},
    {"role": "user", "content": 'web_search({"query": "Phobos"}) gave:\nA moon.'},
]


@pytest.mark.parametrize(
    "sent",
    [
        body(without=("tools",)),
        body(OWN.model_copy(update={"without": frozenset({"tools"})})),
        body(tools=()),
        body(tool_choice="none", without=("tool_choice",)),
    ],
)
def test_a_model_that_is_shown_no_tools_is_told_in_words_what_was_called_and_found(sent: Json) -> None:
    assert not {"tools", "tool_choice"} & sent.keys()
    assert sent["messages"] == TOLD


def test_where_forbidding_was_refused_tools_still_go_out_to_be_used() -> None:
    sent = body(without=("tool_choice",))
    assert len(sent["tools"]) == 2
    assert sent["messages"][2]["tool_calls"]


def test_a_history_without_calls_is_never_changed() -> None:
    twice = (SYSTEM, QUESTION, QUESTION, Message(role="assistant", content=""))
    assert turns(twice, tools=()) == [{"role": turn.role, "content": turn.content} for turn in twice]


def test_a_result_of_nobodys_call_is_told_as_well() -> None:
    assert turns((result("Two.", "z"),), tools=()) == [{"role": "user", "content": "A tool gave:\nTwo."}]


def test_one_id_for_the_calls_of_two_turns_does_not_mix_them_up() -> None:
    history = (called(search("a", "same")), result("A.", "same"), called(search("b", "same")), result("B.", "same"))
    (told,) = turns((QUESTION, *history), tools=())
    assert 'web_search({"query": "a"}) gave:\nA.' in told["content"]
    assert 'web_search({"query": "b"}) gave:\nB.' in told["content"]


def test_openrouters_own_tools_are_asked_for_by_their_names_and_limits() -> None:
    web = NativeWeb(tools=("web_search", "web_fetch"), max_calls=5, allowed_domains=("example.org",))
    sent = body(OPENROUTER, messages=(QUESTION,), tools=(), native_web=web)
    assert sent["max_tool_calls"] == 5
    assert sent["tools"] == [
        {
            "type": "openrouter:web_search",
            "parameters": {"engine": "exa", "max_results": 5, "max_uses": 5, "allowed_domains": ["example.org"]},
        },
        {
            "type": "openrouter:web_fetch",
            "parameters": {
                "engine": "exa",
                "max_content_tokens": 12000,
                "max_uses": 5,
                "allowed_domains": ["example.org"],
            },
        },
    ]


def test_excluded_domains_go_by_the_name_that_each_tool_has_for_them() -> None:
    web = NativeWeb(tools=("web_search", "web_fetch"), max_calls=5, excluded_domains=("example.net",))
    found, read = body(OPENROUTER, messages=(QUESTION,), tools=(), native_web=web)["tools"]
    assert found["parameters"]["excluded_domains"] == ["example.net"]
    assert read["parameters"]["blocked_domains"] == ["example.net"]
    assert not {"allowed_domains"} & {*found["parameters"], *read["parameters"]}


def test_what_is_not_allowed_need_not_be_excluded() -> None:
    web = NativeWeb(
        tools=("web_search",),
        max_calls=5,
        allowed_domains=("example.org", "a.example.com"),
        excluded_domains=("example.net", "x.example.org", "example.com", "notexample.org"),
    )
    (found,) = body(OPENROUTER, messages=(QUESTION,), tools=(), native_web=web)["tools"]
    assert found["parameters"]["excluded_domains"] == ["x.example.org", "example.com"]


def test_only_the_own_tools_that_are_wanted_and_there_are_asked_for() -> None:
    web = NativeWeb(tools=("web_fetch", "web_dive"), max_calls=2)
    sent = body(OPENROUTER, messages=(QUESTION,), tools=(), native_web=web)
    assert [tool["type"] for tool in sent["tools"]] == ["openrouter:web_fetch"]


def test_ours_and_the_providers_own_can_go_together() -> None:
    sent = body(OPENROUTER, messages=(QUESTION,), tools=(FETCH,), native_web=NATIVE)
    assert [tool["type"] for tool in sent["tools"]] == ["function", "openrouter:web_search", "openrouter:web_fetch"]


@pytest.mark.parametrize("provider", [OWN, builtin()["openai"], builtin()["ollama"]], ids=lambda p: p.name)
def test_a_provider_without_tools_of_its_own_is_not_asked_for_any(provider: Provider) -> None:
    sent = body(provider, messages=(QUESTION,), tools=(), native_web=NATIVE)
    assert not {"tools", "max_tool_calls"} & sent.keys()


def test_native_tools_that_were_refused_are_left_out_with_their_limit() -> None:
    sent = body(OPENROUTER, ("tools",), messages=(QUESTION,), tools=(), native_web=NATIVE)
    assert not {"tools", "max_tool_calls"} & sent.keys()


def test_a_model_that_may_not_reason_beside_tools_is_told_not_to_and_otherwise_reasons() -> None:
    openai = builtin()["openai"]
    learned: tuple[Parameter, ...] = ("reasoning_with_tools",)
    assert body(openai, learned, reasoning="high")["reasoning_effort"] == "none"
    assert body(openai, learned)["reasoning_effort"] == "none"
    assert body(openai, learned, tools=(), reasoning="high")["reasoning_effort"] == "high"
    assert "reasoning_effort" not in body(openai, learned, tools=())
