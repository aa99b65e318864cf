"""A call waits as long as its client plausibly does; then the run goes on, and `fusion_result` has its answer."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.types import CallToolResult

from scripted import Home, ScriptedProvider
from server.running import Heard, HttpServer, Way, connected, http_client, structured, text_of
from server.waiting import (
    HTTP,
    about,
    answer_of,
    ask,
    count_in_flight,
    fetch,
    handed_back,
    hold_panel,
    http_ways,
    impatient_home,
    most_ways,
    read_run,
    refusal_of,
    validated,
)


@pytest.fixture(scope="module")
def panel() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as running:
        hold_panel(running, text="says 42. " + "And so on. " * 500)
        yield running


@pytest.fixture(scope="module")
def home_of_all(panel: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = impatient_home(Home(tmp_path_factory.mktemp("patience")), panel)
    hold_panel(panel, text="says 42. " + "And so on. " * 500)
    return home


@asynccontextmanager
async def reached(way: Way, server: HttpServer, home: Home) -> AsyncGenerator[Client]:
    """A client of the server that runs already; one on stdio has a server of its own, on the same home."""
    if way.transport == "stdio":
        async with connected(way, home.environ()) as client:
            yield client
    else:
        async with http_client(server, way) as client:
            yield client


@most_ways
async def test_a_call_that_takes_too_long_hands_back_its_run_and_the_answer_is_fetched(
    way: Way, server: HttpServer, home_of_all: Home, panel: ScriptedProvider
) -> None:
    word = f"held:{'-'.join(way)}"
    async with reached(way, server, home_of_all) as client:
        back = await client.call_tool("fusion_ask", {"question": f"What is {word} ?"})
        running = await validated(client, back, "fusion_ask")
        run_id = running["run_id"]
        assert not back.is_error
        assert (running["status"], running["answer"], running["reused"]) == ("running", None, None)
        for part in "`fusion_result`", f"`{run_id}`", "still at work":
            assert part in text_of(back)
        still = await validated(client, await fetch(client, run_id, wait_s=0), "fusion_result")
        assert (still["status"], still["run_id"]) == ("running", run_id)
        assert (await read_run(client, run_id))["status"] == "running"
        panel.gate(word).open()
        first = await fetch(client, run_id, wait_s=20)
        done = await validated(client, first, "fusion_result")
        assert (done["status"], done["answer"], done["run_id"]) == ("ok", "The answer is 42.", run_id)
        assert text_of(first).startswith("The answer is 42.")
        assert structured(await fetch(client, run_id)) == done
        assert structured(await fetch(client, run_id, wait_s=0)) == done
        assert (await read_run(client, run_id))["answer"] == "The answer is 42."
    assert len(about(panel, word)) == 5


async def test_a_comparison_is_handed_back_as_well(server: HttpServer, panel: ScriptedProvider) -> None:
    async with http_client(server, HTTP) as client:
        run_id = await handed_back(client, "Compare held:compared ?", "fusion_compare")
        panel.gate("held:compared").open()
        done = await answer_of(client, run_id)
    assert (done["kind"], done["answer"], done["status"]) == ("compare", None, "ok")
    assert len(done["responses"]) == 3


@http_ways
async def test_a_client_that_sees_progress_is_waited_for_longer(
    way: Way, server: HttpServer, panel: ScriptedProvider
) -> None:
    word = f"held:progress-{'-'.join(way)}"
    results: list[CallToolResult] = []
    async with http_client(server, way) as client, anyio.create_task_group() as tasks:
        heard = Heard()

        async def call() -> None:
            results.append(await client.call_tool("fusion_ask", {"question": word}, progress_callback=heard))

        tasks.start_soon(call)
        await heard.until("asking work:alpha")
        await handed_back(client, f"{word}-other")
        assert results == [], "the call that sees progress was not waited for any longer than the other"
        panel.gate(word).open()
        panel.gate(f"{word}-other").open()
    assert structured(results[0])["status"] == "ok"


async def test_fetching_tells_of_the_progress_from_its_beginning(server: HttpServer, panel: ScriptedProvider) -> None:
    results: list[CallToolResult] = []
    async with http_client(server, HTTP) as client, anyio.create_task_group() as tasks:
        run_id = await handed_back(client, "held:told ?")
        heard = Heard()

        async def call() -> None:
            arguments = {"run_id": run_id}
            results.append(await client.call_tool("fusion_result", arguments, progress_callback=heard))

        tasks.start_soon(call)
        await heard.until("asking work:alpha")
        assert results == []
        panel.gate("held:told").open()
        await heard.until("work:writer has written the answer")
    assert structured(results[0])["answer"] == "The answer is 42."


async def test_a_caller_may_wait_longer_than_usual(server: HttpServer, panel: ScriptedProvider) -> None:
    results: list[dict[str, Any]] = []
    async with http_client(server, HTTP) as client, anyio.create_task_group() as tasks:
        run_id = await handed_back(client, "held:long ?")

        async def call() -> None:
            results.append(await answer_of(client, run_id))

        tasks.start_soon(call)
        assert structured(await fetch(client, run_id))["status"] == "running"
        assert results == []
        panel.gate("held:long").open()
    assert [result["status"] for result in results] == ["ok"]


async def test_detail_is_chosen_by_whoever_fetches(server: HttpServer, panel: ScriptedProvider) -> None:
    async with http_client(server, HTTP) as client:
        run_id = await handed_back(client, "held:detail ?")
        panel.gate("held:detail").open()
        concise = await answer_of(client, run_id)
        full = await answer_of(client, run_id, detail="full")
    assert [each["truncated"] for each in concise["responses"]] == [True] * 3
    assert [each["truncated"] for each in full["responses"]] == [False] * 3
    assert all(len(each["content"]) > 5000 for each in full["responses"])


async def test_an_unknown_run_is_a_wrong_argument(server: HttpServer) -> None:
    async with http_client(server, HTTP) as client:
        for arguments in {}, {"cancel": True}, {"wait_s": 20}:
            text = await refusal_of(client, "0" * 32, **arguments)
            assert text.startswith("invalid_arguments: run_id: there is no run ")
        long = await refusal_of(client, "secret " * 1000)
        assert len(long) <= 200
        assert "run_id" in text_of(await client.call_tool("fusion_result", {}))


@http_ways
async def test_cancelling_a_run_closes_its_connections_and_is_final(
    way: Way, server: HttpServer, panel: ScriptedProvider
) -> None:
    question = f"held:cancelled-{'-'.join(way)} ?"
    async with http_client(server, way) as client:
        run_id = await handed_back(client, question)
        assert count_in_flight(panel, question) == 3
        text = await refusal_of(client, run_id, cancel=True)
        assert text.startswith("cancelled: ")
        await panel.until(lambda seen: all(call.closed_by_client for call in about(seen, question)), within=2)
        assert await refusal_of(client, run_id) == text
        assert await refusal_of(client, run_id, cancel=True) == text
        assert (await read_run(client, run_id))["error"]["reason"] == "cancelled"
    assert len(about(panel, question)) == 3


async def test_cancelling_a_run_that_has_finished_gives_its_result(server: HttpServer) -> None:
    async with http_client(server, HTTP) as client:
        result = await ask(client, "Quickly?")
        run_id = result["run_id"]
        assert (await answer_of(client, run_id, cancel=True))["answer"] == "The answer is 42."
        assert (await answer_of(client, run_id))["answer"] == "The answer is 42."


async def test_fetching_from_inside_a_run_is_refused_and_ends_nothing(
    server: HttpServer, panel: ScriptedProvider
) -> None:
    question = "held:inside ?"
    async with http_client(server, HTTP) as client:
        run_id = await handed_back(client, question)
        for arguments in {}, {"cancel": True}:
            marked = {"run_id": run_id, **arguments}
            result = await client.call_tool("fusion_result", marked, meta={"fusion-mcp.dev/depth": 1})
            assert result.is_error
            assert text_of(result).startswith("recursion_refused: ")
        assert count_in_flight(panel, question) == 3
        panel.gate("held:inside").open()
        assert (await answer_of(client, run_id))["status"] == "ok"
