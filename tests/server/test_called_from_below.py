"""A call from inside a live run whose markers were all stripped is known by its process or by its words."""

import json
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from fusion_mcp.guard.nonce import drawn, in_words
from fusion_mcp.journal.journal import Journal
from fusion_mcp.records import NewRun
from scripted import ScriptedProvider
from scripted.keepers import Kept, keeper_command, kept
from server.running import INITIALIZE, INITIALIZED, HttpServer, Way, ask, http_client, text_of

NONCE = drawn("0a1b2c3d4e5f60718293a4b5")
NESTED = str(Path(__file__).with_name("nested_client.py"))
HTTP = Way("http", "auto")
SERVER = ("-m", "fusion_mcp")


@asynccontextmanager
async def a_live_run(environ: Mapping[str, str]) -> AsyncGenerator[None]:
    """Another process of the same home that carries out a run."""
    async with Journal(Path(environ["FUSION_MCP_HOME"]) / "data" / "runs.db") as journal:
        run = NewRun(id="outer", key="outer", kind="ask", preset="trio", question="Outer?", plan="{}")
        await journal.claim(run)
        assert await journal.enter("outer", NONCE, most=9)
        yield
        await journal.finish("outer", status="cancelled")


async def text(client: Client, question: str, **arguments: str) -> str:
    return text_of(await client.call_tool("fusion_ask", {"question": question, **arguments}))


async def test_a_server_that_an_agent_started_refuses_every_call_with_its_environment_scrubbed(
    environ: dict[str, str], shared: ScriptedProvider, tmp_path: Path
) -> None:
    before = len(shared.calls)
    command = keeper_command(tmp_path, [sys.executable, *SERVER], environ)
    parameters = StdioServerParameters(command=command[0], args=command[1:], env=environ)
    with (tmp_path / "stderr").open("w") as said:
        async with Client(stdio_client(parameters, errlog=said)) as client:
            assert len((await client.list_tools()).tools) == 3
            for tool in "fusion_ask", "fusion_compare":
                reply = await client.call_tool(tool, {"question": "From below?"})
                assert text_of(reply).startswith("recursion_refused: ")
                assert "Answer the question yourself" in text_of(reply)
            found = text_of(await client.call_tool("fusion_result", {"run_id": "none"}))
            assert "Marked by process ancestry (" in found
    assert len(shared.calls) == before
    logged = (tmp_path / "stderr").read_text().splitlines()
    assert [line.split("refused ")[1].split(":")[0] for line in logged] == [
        "fusion_ask",
        "fusion_compare",
        "fusion_result",
    ]
    assert "From below?" not in "".join(logged)


def told(below: Kept, number: int, question: str) -> str:
    """Ask a server on raw stdio."""
    return below.ask(ask(number, question).rstrip("\n"))


async def test_a_server_whose_keeper_has_ended_serves_its_next_client_and_still_knows_other_runs(
    environ: dict[str, str], shared: ScriptedProvider, tmp_path: Path
) -> None:
    with kept(tmp_path, *SERVER, environ=environ) as below:
        assert "capabilities" in below.ask(INITIALIZE.rstrip("\n"))
        below.stdin.write(INITIALIZED)
        assert "recursion_refused" in told(below, 2, "Still below?")
        before = len(shared.calls)
        below.kill()
        async with a_live_run(environ):
            assert "nonce" in told(below, 3, f"And now? [{NONCE}]")
            assert "The answer is 42." in told(below, 4, "And now?")
    assert len(shared.calls) == before + 5


async def test_a_client_that_an_agent_started_is_refused_over_http_whatever_home_its_run_has(
    server: HttpServer, shared: ScriptedProvider, tmp_path: Path
) -> None:
    with kept(tmp_path, NESTED, f"{server.url}/mcp", server.token) as below:
        before = len(shared.calls)
        refused = json.loads(below.ask("From an agent?"))
        assert refused.startswith("recursion_refused: ")
        assert f"process ancestry ({below.process.pid}) of the HTTP client" in refused
        assert len(shared.calls) == before
        async with http_client(server, HTTP) as client:
            assert "The answer is 42." in await text(client, "From a person meanwhile?")


@pytest.mark.parametrize("way", [HTTP, Way("sse", "legacy")], ids="-".join)
async def test_a_question_or_context_with_a_live_runs_nonce_is_refused(
    environ: dict[str, str], server: HttpServer, way: Way, shared: ScriptedProvider
) -> None:
    before = len(shared.calls)
    async with a_live_run(environ), http_client(server, way) as client:
        for question, context in (
            (f"What is this? [{NONCE}]", ""),
            ("What is this?", f"{in_words(NONCE)}"),
            ("-".join(NONCE.upper()), ""),
        ):
            refused = await text(client, question, context=context)
            assert refused.startswith("recursion_refused: ")
            assert "nonce" in refused
            assert NONCE not in refused
        assert len(shared.calls) == before
        assert "The answer is 42." in await text(client, f"What is fusion-run-{way.transport}, and fusion-mcp?")


async def test_the_nonce_of_a_run_that_has_ended_is_a_word_like_any_other(
    environ: dict[str, str], server: HttpServer
) -> None:
    async with a_live_run(environ):
        pass
    async with http_client(server, HTTP) as client:
        assert "The answer is 42." in await text(client, f"What is {NONCE}?")
