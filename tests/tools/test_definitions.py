"""The closed list of tools, and what becomes of the arguments that models write."""

import json
from typing import get_args

import pytest

from fusion_mcp.presets.schema import ToolName
from fusion_mcp.tools.arguments import Arguments, FetchArguments, SearchArguments, read_call
from fusion_mcp.tools.definitions import TOOLS, described
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.types import ToolCall

BOTH = ("web_search", "web_fetch")


def read(name: str, arguments: str, *allowed: str) -> Arguments:
    return read_call(ToolCall(id="call-1", name=name, arguments=arguments), allowed or BOTH)


def fault(name: str, arguments: str, *allowed: str) -> ToolFault:
    with pytest.raises(ToolFault) as refused:
        read(name, arguments, *allowed)
    assert len(refused.value.message) < 400
    return refused.value


def test_a_preset_may_name_exactly_the_tools_that_exist() -> None:
    assert set(TOOLS) == set(get_args(ToolName))


def test_every_schema_takes_its_own_fields_and_no_other() -> None:
    for tool in described(BOTH):
        assert tool.parameters["type"] == "object"
        assert tool.parameters["additionalProperties"] is False
        assert set(tool.parameters["required"]) <= set(tool.parameters["properties"])


def test_the_descriptions_are_short_enough_to_go_with_every_request() -> None:
    assert len(json.dumps([[tool.description, dict(tool.parameters)] for tool in described(BOTH)])) < 1_500


def test_tools_are_described_in_the_order_asked_for_each_once_and_none_that_does_not_exist() -> None:
    names = ["web_fetch", "fusion_ask", "web_search", "web_fetch"]
    assert [tool.name for tool in described(names)] == ["web_fetch", "web_search"]
    assert described([]) == ()


@pytest.mark.parametrize("name", ["web_fetch", "fusion_ask", "WEB_SEARCH", "", "a\x1b[31m\ud800" * 500])
def test_a_tool_that_is_not_ones_own_is_unknown_and_the_fault_names_those_that_are(name: str) -> None:
    refused = fault(name, '{"query": "moons"}', "web_search", "fusion_ask")
    assert refused.reason == "unknown_tool"
    assert refused.message.endswith("you may use: web_search.")
    assert "\x1b" not in refused.message
    json.loads(refused.as_json()).get("error").get("message").encode()


def test_one_who_has_no_tools_is_told_so() -> None:
    call = ToolCall(id="call-1", name="web_search", arguments="{}")
    with pytest.raises(ToolFault, match="you have no tools") as refused:
        read_call(call, ())
    assert refused.value.reason == "unknown_tool"


UNREADABLE = {
    "nothing": "",
    "no JSON": "query=moons",
    "half JSON": '{"query": "moo',
    "fenced JSON": '```json\n{"query": "moons"}\n```',
    "an array": '["moons"]',
    "a text": '"moons"',
    "null": "null",
    "a number of too many digits": '{"query": ' + "9" * 5_000 + "}",
    "arrays in arrays": "[" * 15_000,
    "objects in objects": '{"query":' * 2_000,
    "a flood": '{"query": "' + "m" * 1_000_000 + '"}',
}


@pytest.mark.parametrize("tool", BOTH)
@pytest.mark.parametrize("arguments", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_arguments_that_are_no_object_are_refused_with_the_right_form(tool: str, arguments: str) -> None:
    refused = fault(tool, arguments)
    assert refused.reason == "invalid_arguments"
    assert f"{tool} takes a JSON object: {{" in refused.message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("{}", "'query' is missing"),
        ('{"q": "moons"}', "there is no field 'q'"),
        ('{"query": "moons", "count": 5}', "there is no field 'count'"),
        ('{"query": null}', "'query' is no text"),
        ('{"query": 5}', "'query' is no text"),
        ('{"query": ["moons"]}', "'query' is no text"),
        ('{"query": ""}', "'query' is empty"),
        ('{"query": " \\n\\u200b\\u0000\\ud83d "}', "'query' is empty"),
        ('{"query": "' + "m" * 401 + '"}', "'query' has 401 characters, and at most 400 are taken"),
    ],
)
def test_a_search_without_a_fit_query_is_refused_and_the_fault_says_why(arguments: str, said: str) -> None:
    refused = fault("web_search", arguments)
    assert refused.reason == "invalid_arguments"
    assert said in refused.message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("{}", "'url' is missing"),
        ('{"offset": 5}', "'url' is missing"),
        ('{"url": 5}', "'url' is no text"),
        ('{"url": ""}', "'url' is no whole URL"),
        ('{"url": "example.org/page"}', "'url' is no whole URL"),
        ('{"url": "//example.org/page"}', "'url' is no whole URL"),
        ('{"url": "https://example.org/", "method": "POST"}', "there is no field 'method'"),
        ('{"url": "https://example.org/' + "m" * 4_000 + '"}', "'url' is longer than 4,000 characters"),
        *(
            (f'{{"url": "https://example.org/", "offset": {offset}}}', "'offset' is no whole number")
            for offset in ("-1", "1.5", "true", '"far"', '"-1"', '""', "[]", "1e300", "NaN", "Infinity", '"1e3"')
        ),
    ],
)
def test_a_fetch_without_a_fit_url_and_offset_is_refused_and_the_fault_says_why(arguments: str, said: str) -> None:
    refused = fault("web_fetch", arguments)
    assert refused.reason == "invalid_arguments"
    assert said in refused.message


def test_a_fault_never_repeats_a_value_nor_a_long_name() -> None:
    assert "secret" not in fault("web_search", '{"query": ["secret"]}').message
    assert len(fault("web_search", json.dumps({"x" * 5_000: "secret"})).message) < 200


@pytest.mark.parametrize(
    ("offset", "read_as"), [("12000", 12_000), ("12000.0", 12_000), ('" 12000 "', 12_000), ("null", 0), ("0", 0)]
)
def test_an_offset_may_be_written_in_every_way_that_models_write_numbers(offset: str, read_as: int) -> None:
    asked = read("web_fetch", f'{{"url": " https://example.org/ ", "offset": {offset}}}')
    assert asked == FetchArguments(url="https://example.org/", offset=read_as)


def test_a_query_is_put_on_one_line_without_what_nobody_can_see() -> None:
    asked = read("web_search", json.dumps({"query": "  moons\x1b[31m of\n\tJupiter\u202e\ud800 \U000e0041  "}))
    assert asked == SearchArguments(query="moons of Jupiter")
