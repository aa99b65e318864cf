"""What tests of runs that outlast a call share: a panel that waits for the test's word, and an impatient server."""

import json
from collections.abc import Sequence
from typing import Any, cast

import jsonschema
import pytest
from mcp import Client
from mcp.types import CallToolResult, TextResourceContents

from scripted import Behaviour, Call, Home, ScriptedProvider, answers, depends, held, judges
from scripted.trio import MEMBERS
from server.running import Way, structured, text_of

HELD = "held:"
"""A question with a word that begins so has its panel wait at the gate of that word."""

IMPATIENT = "[limits]\nwait_s = 0.2\nwait_with_progress_s = 30\nconfirm_above_usd = 1000\n"

HTTP = Way("http", "auto")
STDIO = Way("stdio", "auto")
HTTP_WAYS = [HTTP, Way("http", "legacy"), Way("sse", "legacy")]
MOST_WAYS = [STDIO, *HTTP_WAYS]
most_ways = pytest.mark.parametrize("way", MOST_WAYS, ids="-".join)
http_ways = pytest.mark.parametrize("way", HTTP_WAYS, ids="-".join)


def hold_panel(provider: ScriptedProvider, members: Sequence[str] = MEMBERS, text: str = "says 42.") -> None:
    """Have everybody answer, `members` only once the gate is open that the question names."""
    for name in MEMBERS:
        ready = answers(f"{name} {text}")
        provider.script(name, _held_if_told(provider, ready) if name in members else ready)
    provider.script("judge", judges())
    provider.script("writer", answers("The answer is 42."))


def _held_if_told(provider: ScriptedProvider, then: Behaviour) -> Behaviour:
    def choose(call: Call) -> Behaviour:
        word = next((word for word in call.prompt.split() if word.startswith(HELD)), None)
        return held(provider.gate(word), then) if word else then

    return depends(choose, name="held if told")


def about(provider: ScriptedProvider, question: str) -> list[Call]:
    """The calls of the run that answers this question."""
    return [call for call in provider.calls if question in call.prompt]


def count_in_flight(provider: ScriptedProvider, question: str) -> int:
    return sum(call.ended is None for call in about(provider, question))


def impatient_home(home: Home, provider: ScriptedProvider, config: str = IMPATIENT) -> Home:
    """A home whose servers hand runs back almost at once."""
    hold_panel(provider)
    home.trio(provider, config=config)
    return home


async def ask(client: Client, question: str, tool: str = "fusion_ask", **arguments: object) -> dict[str, Any]:
    """Ask, and give the structured result."""
    return structured(await client.call_tool(tool, {"question": question, **arguments}))


async def handed_back(client: Client, question: str, tool: str = "fusion_ask") -> str:
    """Ask something that takes too long, and give the run's id."""
    result = await ask(client, question, tool)
    assert result["status"] == "running", result
    return str(result["run_id"])


async def fetch(client: Client, run_id: str, **arguments: object) -> CallToolResult:
    return await client.call_tool("fusion_result", {"run_id": run_id, **arguments})


async def answer_of(client: Client, run_id: str, **arguments: object) -> dict[str, Any]:
    """Wait for a run that was handed back, and give its result."""
    return structured(await fetch(client, run_id, **{"wait_s": 20, **arguments}))


async def refusal_of(client: Client, run_id: str, **arguments: object) -> str:
    """Ask for a run that has no result, and give what is said instead."""
    result = await fetch(client, run_id, **arguments)
    assert result.is_error, result
    assert result.structured_content is None
    return text_of(result)


async def read_run(client: Client, run_id: str) -> dict[str, Any]:
    """Read the run's resource."""
    (content,) = (await client.read_resource(f"fusion://runs/{run_id}")).contents
    assert isinstance(content, TextResourceContents)
    return cast("dict[str, Any]", json.loads(content.text))


async def validated(client: Client, result: CallToolResult, tool: str) -> dict[str, Any]:
    """Hold a result against the schema that the tool announces."""
    (schema,) = [each.output_schema for each in (await client.list_tools()).tools if each.name == tool]
    jsonschema.validate(result.structured_content, schema or {})
    return structured(result)
