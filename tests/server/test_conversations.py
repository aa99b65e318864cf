"""What a client gets from the server, the same over every transport and in both eras of the protocol."""

import itertools
import json
from pathlib import Path

import anyio
import jsonschema
import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, PromptReference, ResourceTemplateReference, TextContent, TextResourceContents

from fusion_mcp.result import FusionResult
from scripted import CANARY, Home, ScriptedProvider, answers, drips, says_nothing, stalls, status
from server.running import (
    Heard,
    HttpServer,
    Way,
    all_answer,
    all_stall,
    connected,
    every_way,
    http_client,
    refused_text,
    structured,
    text_of,
)

QUESTION = {"question": "What is six times seven?"}


@every_way
async def test_a_client_finds_tools_resources_prompts_and_completions(
    way: Way, provider: ScriptedProvider, home: Home
) -> None:
    home.trio(provider)
    async with connected(way, home.environ()) as client:
        assert client.server_info is not None
        assert (client.server_info.name, client.server_info.title) == ("fusion-mcp", "Fusion")
        assert "Do NOT use it for short chat" in (client.instructions or "")
        assert len(client.instructions or "") / 4 < 200
        await _finds_tools(client)
        await _finds_resources(client)
        await _finds_prompts(client)
        await _finds_completions(client)


async def _finds_tools(client: Client) -> None:
    tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == ["fusion_ask", "fusion_compare", "fusion_result"]
    assert all(tool.output_schema is not None for tool in tools)
    for tool in tools[:2]:
        preset = tool.input_schema["properties"]["preset"]
        assert preset["default"] == "trio"
        assert {"trio", "quality", "general-budget"} <= set(preset["enum"])
    listed = json.dumps([tool.model_dump(by_alias=True, mode="json", exclude_none=True) for tool in tools])
    assert len(listed) / 4 < 1700


async def _finds_resources(client: Client) -> None:
    templates = (await client.list_resource_templates()).resource_templates
    assert [template.uri_template for template in templates] == ["fusion://presets/{name}", "fusion://runs/{run_id}"]
    uris = [str(resource.uri) for resource in (await client.list_resources()).resources]
    assert (uris[0], "fusion://presets/trio" in uris) == ("fusion://presets", True)
    cards = {card["name"]: card for card in json.loads(await _read(client, "fusion://presets"))}
    one = json.loads(await _read(client, "fusion://presets/trio"))
    assert one["may_cost_usd"] > 0
    assert cards["trio"] == one | {"may_cost_usd": None, "unpriced": []}
    assert cards["trio"]["panel"] == ["work:alpha", "work:beta", "work:gamma"]
    for uri, told in (("fusion://presets/tri", "trio"), ("fusion://runs/none", "there is no run 'none'")):
        with pytest.raises(MCPError, match=told) as refused:
            await client.read_resource(uri)
        assert refused.value.error.code == -32602


async def _read(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == "application/json"
    return content.text


async def _finds_prompts(client: Client) -> None:
    prompts = (await client.list_prompts()).prompts
    assert [prompt.name for prompt in prompts] == ["fusion_ask", "fusion_compare"]
    for prompt in prompts:
        written = await client.get_prompt(prompt.name, {"question": "Why?", "preset": "trio"})
        (message,) = written.messages
        assert isinstance(message.content, TextContent)
        assert f'Use the tool {prompt.name} with preset "trio"' in message.content.text
        assert "Why?" in message.content.text
    cut_off = await client.get_prompt("fusion_ask", {"question": "What", "preset": "is"})
    text = cut_off.model_dump_json()
    assert "What is\\n" in text
    assert "with preset" not in text
    assert "looks cut off" in text
    unused = await client.get_prompt("fusion_ask", {"question": "Why?", "preset": '""'})
    assert "looks cut off" not in unused.model_dump_json()
    for name, arguments in (("fusion_ask", {"preset": "trio"}), ("fusion_bask", {"question": "Why?"})):
        with pytest.raises(MCPError):
            await client.get_prompt(name, arguments)


async def _finds_completions(client: Client) -> None:
    template = ResourceTemplateReference(uri="fusion://presets/{name}")
    prompt = PromptReference(name="fusion_ask")
    for reference, argument in ((template, "name"), (prompt, "preset")):
        found = (await client.complete(reference, {"name": argument, "value": "tr"})).completion
        assert (found.values, found.total, found.has_more) == (["trio"], 1, False)
    assert (await client.complete(prompt, {"name": "question", "value": "tr"})).completion.values == []


@every_way
async def test_a_panel_answers_and_tells_of_its_progress(
    way: Way, provider: ScriptedProvider, home: Home, tmp_path: Path
) -> None:
    home.trio(provider)
    all_answer(provider)
    provider.script("gamma", status(500))
    async with connected(way, home.environ(), stderr=tmp_path / "said") as client:
        heard = Heard()
        result = await client.call_tool("fusion_ask", QUESTION, progress_callback=heard)
        seen = len(heard.values)
        asked = await _checked(client, result, "fusion_ask")
        compared = await _checked(client, await client.call_tool("fusion_compare", QUESTION), "fusion_compare")
    assert (asked.kind, asked.answer, asked.answered_by) == ("ask", "The answer is 42.", "synthesizer")
    assert text_of(result).startswith("The answer is 42.")
    assert {response.model for response in asked.responses} == {"work:alpha", "work:beta"}
    assert [failed.model for failed in asked.failed_models] == ["work:gamma"]
    assert (compared.kind, compared.answer) == ("compare", None)
    assert compared.analysis is not None
    assert len(heard.values) == seen, "progress came after the end of the call"
    assert all(earlier < later for earlier, later in itertools.pairwise(heard.values))
    assert set(heard.totals) == {100.0}
    assert all(len(message) <= 200 for message in heard.messages)
    _told_of_everyone(heard.messages)
    if way.transport == "stdio":
        assert (tmp_path / "said").read_text() == ""


def _told_of_everyone(messages: list[str]) -> None:
    told = "\n".join(messages)
    for part in (
        "asking work:alpha",
        "asking work:beta",
        "asking work:gamma",
        "work:alpha answered",
        "work:beta answered",
        "work:gamma failed: upstream_error",
        "judge work:judge compares",
        "judge work:judge has compared",
        "work:writer writes: The",
        "work:writer has written",
    ):
        assert part in told, f"nothing said {part!r} in:\n{told}"


async def _checked(client: Client, result: CallToolResult, tool: str) -> FusionResult:
    assert not result.is_error, result.content
    schemas = {known.name: known.output_schema for known in (await client.list_tools()).tools}
    jsonschema.validate(result.structured_content, schemas[tool] or {})
    assert CANARY not in result.model_dump_json()
    return FusionResult.model_validate_json(json.dumps(result.structured_content))


@pytest.mark.parametrize("way", [Way("stdio", "auto"), Way("http", "legacy")], ids="-".join)
async def test_a_panel_that_fails_as_a_whole_lists_every_members_reason(
    way: Way, provider: ScriptedProvider, home: Home
) -> None:
    home.trio(provider, panel=["alpha", "beta", "gamma"])
    provider.script("alpha", status(401))
    provider.script("beta", says_nothing())
    provider.script("gamma", status(404))
    async with connected(way, home.environ()) as client:
        text = await refused_text(client, "fusion_ask", {"question": "Why?"})
    assert text.startswith("all_panels_failed: ")
    for part in "work:alpha: unauthorized", "work:beta: empty_completion", "work:gamma: invalid_model":
        assert part in text
    assert CANARY not in text


@every_way
async def test_cancelling_a_call_closes_its_connections_to_the_provider(
    way: Way, provider: ScriptedProvider, home: Home
) -> None:
    home.trio(provider)
    all_stall(provider)
    async with connected(way, home.environ()) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(client.call_tool, "fusion_ask", QUESTION)
        await provider.until(lambda seen: seen.in_flight == 3, within=10)
        tasks.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await provider.until(lambda seen: all(call.closed_by_client for call in seen.calls), within=2)
    assert len(provider.calls) == 3


@every_way
async def test_writing_is_told_while_it_goes_on(way: Way, provider: ScriptedProvider, home: Home) -> None:
    home.trio(provider)
    all_answer(provider)
    gate = provider.gate("writing")
    provider.script("writer", drips("Forty two it is", gate))
    results: list[CallToolResult] = []
    async with connected(way, home.environ()) as client, anyio.create_task_group() as tasks:
        heard = Heard()

        async def call() -> None:
            results.append(await client.call_tool("fusion_ask", QUESTION, progress_callback=heard))

        tasks.start_soon(call)
        assert await heard.until("writes: Forty")
        assert results == []
        gate.open()
    assert structured(results[0])["answer"] == "Forty two it is"


async def test_a_silent_call_has_a_sign_of_life_within_ten_seconds(provider: ScriptedProvider, home: Home) -> None:
    home.trio(provider)
    provider.script("alpha", stalls())
    provider.script("beta", answers("42"))
    provider.script("gamma", stalls())
    async with connected(Way("stdio", "auto"), home.environ()) as client, anyio.create_task_group() as tasks:
        heard = Heard()

        async def call() -> None:
            await client.call_tool("fusion_ask", {**QUESTION, "preset": "trio"}, progress_callback=heard)

        tasks.start_soon(call)
        await heard.until("work:beta answered")
        assert "waiting for work:alpha, work:gamma, 1 of 3 members done" in await heard.until("waiting for", within=10)
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("ways", [("http", "http"), ("http", "sse")])
async def test_two_clients_are_answered_at_the_same_time(
    ways: tuple[str, str], provider: ScriptedProvider, home: Home
) -> None:
    home.trio(provider)
    all_answer(provider)
    gate = provider.gate("panel")
    for name in "alpha", "beta", "gamma":
        provider.script(name, drips(f"{name} says 42.", gate))
    results: list[CallToolResult] = []
    with HttpServer(home.environ()) as server:

        async def converse(transport: str, question: int) -> None:
            async with http_client(server, Way("sse" if transport == "sse" else "http", "auto")) as client:
                results.append(await client.call_tool("fusion_ask", {"question": f"{question}?"}))

        async with anyio.create_task_group() as tasks:
            for question, transport in enumerate(ways):
                tasks.start_soon(converse, transport, question)
            await provider.until(lambda seen: seen.in_flight == 6, within=15)
            gate.open()
    assert [text_of(result)[:17] for result in results] == ["The answer is 42."] * 2
    assert len({structured(result)["run_id"] for result in results}) == 2
