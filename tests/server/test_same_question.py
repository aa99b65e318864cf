"""A question that is asked again within the hour is one run, however often and through whichever server."""

from typing import Any

import anyio
import pytest
from mcp import Client

from scripted import Home, ScriptedProvider
from server.running import Heard, HttpServer, connected, http_client, structured, text_of
from server.waiting import HTTP, IMPATIENT, STDIO, about, answer_of, ask, handed_back, impatient_home, refusal_of

MANY = 64


@pytest.fixture(scope="module")
def home_of_all(panel: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return impatient_home(Home(tmp_path_factory.mktemp("same")), panel, f"{IMPATIENT}max_concurrent_runs = 1\n")


async def settled(client: Client, question: str, tool: str = "fusion_ask", **arguments: object) -> dict[str, Any]:
    """Ask, and wait for the result where it is handed back."""
    result = await ask(client, question, tool, **arguments)
    if result["status"] != "running":
        return result
    done = await answer_of(client, result["run_id"])
    return done | {"reused": result["reused"]}


async def test_many_identical_questions_at_once_cost_one_run(server: HttpServer, panel: ScriptedProvider) -> None:
    question = "held:many ?"
    ears = [Heard() for _ in range(MANY)]
    results: list[dict[str, Any]] = []

    async def call(heard: Heard) -> None:
        result = await client.call_tool("fusion_ask", {"question": question}, progress_callback=heard)
        results.append(structured(result))

    async with http_client(server, HTTP) as client:
        async with anyio.create_task_group() as tasks:
            for heard in ears:
                tasks.start_soon(call, heard)
            for heard in ears:
                await heard.until("asking work:alpha", within=20)
            panel.gate("held:many").open()
        again = await client.call_tool("fusion_ask", {"question": question})
    assert len(about(panel, question)) == 5
    assert sorted(str(result["reused"]) for result in results) == ["None"] + ["joined"] * (MANY - 1)
    assert len({result["run_id"] for result in results}) == 1
    assert {result["answer"] for result in results} == {"The answer is 42."}
    assert structured(again) == results[0] | {"reused": "finished"}
    assert "answered before" in text_of(again)


async def test_detail_makes_no_other_run_and_everything_else_does(server: HttpServer, panel: ScriptedProvider) -> None:
    question = "Is this the same?"
    others: list[dict[str, Any]] = [
        {"max_cost_usd": 0.5},
        {"deadline_s": 60},
        {"context": "A context."},
        {"web": False},
    ]
    async with http_client(server, HTTP) as client:
        first = await settled(client, question)
        same = await settled(client, question, detail="full", preset="trio")
        assert (same["run_id"], same["reused"]) == (first["run_id"], "finished")
        assert len(about(panel, question)) == 5
        runs = [await settled(client, question, **other) for other in others]
        runs.append(await settled(client, question, "fusion_compare"))
    assert [run["reused"] for run in runs] == [None] * 5
    assert len({first["run_id"], *(run["run_id"] for run in runs)}) == 6
    assert len(about(panel, question)) == 5 * 5 + 4


async def test_a_run_of_another_server_on_the_same_home_is_joined_and_can_be_cancelled(
    server: HttpServer, home_of_all: Home, panel: ScriptedProvider
) -> None:
    question = "held:shared ?"
    async with http_client(server, HTTP) as one, connected(STDIO, home_of_all.environ()) as other:
        run_id = await handed_back(one, question)
        joined = await ask(other, question)
        assert (joined["status"], joined["reused"], joined["run_id"]) == ("running", "joined", run_id)
        panel.gate("held:shared").open()
        theirs = await answer_of(other, run_id)
        assert theirs == await answer_of(one, run_id)
        assert (await ask(other, question))["reused"] == "finished"
        cancelled = await handed_back(one, "held:elsewhere ?")
        assert (await refusal_of(other, cancelled, cancel=True)).startswith("cancelled: ")
        await panel.until(lambda seen: all(call.closed_by_client for call in about(seen, "held:elsewhere")), within=2)
        assert (await refusal_of(one, cancelled)).startswith("cancelled: ")
    assert theirs["answer"] == "The answer is 42."
    assert len(about(panel, question)) == 5


async def test_a_question_whose_run_was_cancelled_goes_on_from_what_it_had(
    server: HttpServer, panel: ScriptedProvider
) -> None:
    question = "held:again ?"
    async with http_client(server, HTTP) as client:
        run_id = await handed_back(client, question)
        await client.call_tool("fusion_result", {"run_id": run_id, "cancel": True})
        panel.gate("held:again").open()
        resumed = await settled(client, question)
    assert (resumed["run_id"], resumed["reused"], resumed["status"]) == (run_id, "resumed", "ok")
    assert len(about(panel, question)) == 3 + 5
