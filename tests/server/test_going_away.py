"""Clients that go away and servers that end: what nobody can get any more stops, and everything else goes on."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from fusion_mcp.engine import open_engine
from fusion_mcp.settings import load_settings
from scripted import Home, ScriptedProvider, ScriptedWeb, answers, calls_tools, fetch, held
from scripted.lives import life
from scripted.web import article
from server.running import Heard, HttpServer, Way, connected, http_client
from server.waiting import (
    HTTP,
    STDIO,
    about,
    answer_of,
    ask,
    count_in_flight,
    handed_back,
    hold_panel,
    http_ways,
    impatient_home,
    read_run,
)

QUICK = 4.0


@pytest.fixture(scope="module")
def home_of_all(panel: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return impatient_home(Home(tmp_path_factory.mktemp("going")), panel)


@http_ways
async def test_a_run_that_was_handed_back_outlives_its_client(
    way: Way, server: HttpServer, panel: ScriptedProvider
) -> None:
    word = f"held:outlives-{'-'.join(way)}"
    async with http_client(server, way) as client:
        run_id = await handed_back(client, word)
    assert count_in_flight(panel, word) == 3
    panel.gate(word).open()
    async with http_client(server, HTTP) as other:
        assert (await answer_of(other, run_id))["answer"] == "The answer is 42."
        read = await read_run(other, run_id)
    assert (read["run_id"], read["status"], read["answer"]) == (run_id, "ok", "The answer is 42.")
    assert len(about(panel, word)) == 5


@http_ways
async def test_a_client_that_cancels_while_it_fetches_ends_nothing(
    way: Way, server: HttpServer, panel: ScriptedProvider
) -> None:
    word = f"held:fetching-{'-'.join(way)}"
    async with http_client(server, way) as client:
        run_id = await handed_back(client, word)
        async with anyio.create_task_group() as tasks:
            heard = Heard()
            tasks.start_soon(_fetch, client, run_id, heard)
            await heard.until("asking work:alpha")
            tasks.cancel_scope.cancel()
        assert (await read_run(client, run_id))["status"] == "running"
        assert count_in_flight(panel, word) == 3
        panel.gate(word).open()
        assert (await answer_of(client, run_id))["status"] == "ok"


async def _fetch(client: Client, run_id: str, heard: Heard) -> None:
    await client.call_tool("fusion_result", {"run_id": run_id}, progress_callback=heard)


@http_ways
async def test_a_run_that_nobody_was_told_of_ends_with_the_last_who_waits(
    way: Way, server: HttpServer, panel: ScriptedProvider
) -> None:
    word = f"held:last-{'-'.join(way)}"
    async with http_client(server, way) as one, http_client(server, HTTP) as two:
        async with _waiting(two, word):
            async with _waiting(one, word):
                await panel.until(lambda seen: count_in_flight(seen, word) == 3)
            await one.list_tools(cache_mode="bypass")
            assert count_in_flight(panel, word) == 3, "the run ended although somebody waits"
        await panel.until(lambda seen: all(call.closed_by_client for call in about(seen, word)), within=2)
    assert len(about(panel, word)) == 3


@asynccontextmanager
async def _waiting(client: Client, question: str) -> AsyncGenerator[None]:
    """Ask with progress, so that nothing is handed back, and cancel the call in the end."""
    heard = Heard()

    async def call() -> None:
        await client.call_tool("fusion_ask", {"question": question}, progress_callback=heard)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call)
        await heard.until("asking work:alpha")
        yield
        tasks.cancel_scope.cancel()


async def test_a_restarted_server_goes_on_from_the_finished_calls(home: Home, provider: ScriptedProvider) -> None:
    impatient_home(home, provider)
    hold_panel(provider, ["beta"])
    async with connected(STDIO, home.environ()) as client:
        finished = await ask(client, "At once?")
        if finished["status"] == "running":
            finished = await answer_of(client, finished["run_id"])
        run_id = await handed_back(client, "held:beta ?")
        await provider.until(lambda seen: sum(call.completed for call in about(seen, "held:beta")) == 2)
    await provider.until(lambda seen: count_in_flight(seen, "held:beta") == 0)
    provider.gate("held:beta").open()
    async with connected(STDIO, home.environ()) as client:
        assert (await read_run(client, run_id))["warnings"][0].startswith("This run was interrupted")
        resumed = await answer_of(client, run_id)
        assert (resumed["status"], resumed["reused"], resumed["run_id"]) == ("ok", "resumed", run_id)
        assert len(resumed["responses"]) == 3
        assert await answer_of(client, run_id) == resumed
        assert (await answer_of(client, finished["run_id"]))["answer"] == finished["answer"]
        assert (await read_run(client, finished["run_id"]))["answer"] == finished["answer"]
    made = [call.model for call in about(provider, "held:beta")]
    assert sorted(made) == ["alpha", "beta", "beta", "gamma", "judge", "writer"]
    assert len(about(provider, "At once?")) == 5


async def _row(home: Home, run_id: str) -> Any:
    """What the next process finds of a run."""
    async with open_engine(load_settings(home.environ())) as engine:
        (row,) = [row for row in await engine.journal.recent(10) if row.id == run_id]
        return row


async def test_the_end_of_a_server_over_http_interrupts_a_run_that_nobody_waits_for(
    home: Home, provider: ScriptedProvider
) -> None:
    impatient_home(home, provider)
    with HttpServer(home.environ()) as server:
        async with http_client(server, HTTP) as client:
            run_id = await handed_back(client, "held:signal ?")
        assert server.stop(signal.SIGTERM) < QUICK
        assert "Traceback" not in server.stderr
    provider.wait_until(lambda seen: all(call.closed_by_client for call in seen.calls), within=1)
    row = await _row(home, run_id)
    assert (row.status, row.in_doubt) == ("interrupted", 3)


@pytest.mark.skipif(sys.platform != "linux", reason="child processes are looked up in /proc")
@pytest.mark.parametrize("way", ["stdin", "SIGTERM"])
async def test_the_end_of_a_server_on_stdio_leaves_no_process(
    home: Home, tmp_path: Path, provider: ScriptedProvider, internet: ScriptedWeb, way: str
) -> None:
    impatient_home(home, provider)
    home.trio(provider, internet=internet, config="[limits]\nwait_s = 0.2\nconfirm_above_usd = 1000\n")
    url = internet.url("/page")
    internet.serve("/page", article("A page", "It is read by a child process."))
    provider.script("alpha", calls_tools(fetch(url)), held(provider.gate("never"), answers("Never.")))
    with anyio.fail_after(20):
        async with life(home.environ(), tmp_path) as server:
            outcome = await server.ask(f"held:read {url} ?")
            assert outcome.result
            assert outcome.status == "running"
            await provider.until(lambda seen: len(seen.calls_to("alpha")) == 2, within=10)
            processes = [server.pid, *_children(server.pid)]
            if way == "SIGTERM":
                os.kill(server.pid, signal.SIGTERM)
                await _until_gone(processes)
        await _until_gone(processes)
    assert len(processes) > 1, "no child process read the page"
    row = await _row(home, str(outcome.result["run_id"]))
    assert row.status == "interrupted"
    assert all(call.closed_by_client for call in provider.calls if not call.completed)


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    found = [int(word) for word in listed.stdout.split()]
    return [*found, *(deeper for child in found for deeper in _children(child))]


async def _until_gone(pids: list[int]) -> None:
    with anyio.fail_after(QUICK):
        while any(map(_lives, pids)):
            await anyio.lowlevel.checkpoint()


def _lives(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
