"""A member that is itself a client of fusion-mcp asks back, whatever it strips; it is stopped, and people are answered.

A few of the ways that `python3 scripts/prove.py recursion` tries, on one server.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import anyio
import psutil
import pytest

from scripted import Home, ScriptedProvider
from scripted.below import CALLS, Gateway, Plan, Proxy, Scene, Told
from scripted.below.scene import PROGRAM
from scripted.below.words import nonce_in
from server.running import HttpServer, Way, http_client, structured

HTTP = Way("http", "auto")
NONCE_DIGITS = 24
GIVEN_UP_S = 30.0


class Place:
    """A server over HTTP, whose panel seats one who asks back."""

    def __init__(self, scene: Scene, server: HttpServer, provider: ScriptedProvider) -> None:
        self.scene = scene
        self.server = server
        self.provider = provider
        self._number = 0

    async def ask(self, *presets: str) -> int:
        """Ask one new question of all these presets at once; everybody is answered. Gives the number of model calls."""
        self._number += 1
        before = len(self.provider.calls)
        with anyio.fail_after(GIVEN_UP_S):
            async with http_client(self.server, HTTP) as client, anyio.create_task_group() as group:

                async def one(preset: str) -> None:
                    arguments = {"question": f"What is the capital of island {self._number}?", "preset": preset}
                    result = structured(await client.call_tool("fusion_ask", arguments))
                    while result["status"] == "running":
                        found = await client.call_tool("fusion_result", {"run_id": result["run_id"]})
                        result = structured(found)
                    assert result["answer"] == "The answer is 42."

                for preset in presets or ("panel",):
                    group.start_soon(one, preset)
        return len(self.provider.calls) - before

    async def asked_back(self, plan: Plan, *, url: str = "", home: Path | None = None) -> Sequence[Told]:
        """Ask while the agent carries out a plan; gives what it was told. Nothing was called twice, nothing is left."""
        self.scene.plan(plan, url=url or self.server.url, token=self.server.token, home=home)
        before = len(self.scene.told)
        assert await self.ask() == CALLS
        assert psutil.Process(self.server.process.pid).children(recursive=True) == []
        told = self.scene.told[before:]
        said = self.server.stderr + "".join(each.said for each in told)
        for each in filter(_is_refused, told):
            assert f"marked by {each.text.partition('(Marked by ')[2].removesuffix('.)')}" in said
        assert "island" not in said
        assert not any(nonce_in(call.prompt)[-NONCE_DIGITS:] in said for call in self.provider.calls)
        return told


def _is_refused(told: Told) -> bool:
    return told.text.startswith("recursion_refused: ")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ScriptedProvider() as provider:
        scene = Scene(Home(tmp_path_factory.mktemp("around")), provider)
        with HttpServer(scene.home.environ()) as server:
            yield Place(scene, server, provider)


@pytest.mark.parametrize(
    "plan",
    [
        Plan(environ="unmarked"),
        Plan(leaves="daemon"),
        Plan(door="command"),
        Plan(door="http", leaves="daemon"),
        Plan(door="sse", leaves="daemon"),
    ],
    ids=["on stdio", "as a daemon, scrubbed", "by the command line", "over HTTP as a daemon", "over SSE as a daemon"],
)
async def test_an_agent_that_asks_back_is_known_by_its_ancestry(place: Place, plan: Plan) -> None:
    [told] = await place.asked_back(plan)
    assert told.text.startswith("recursion_refused: ")
    assert "process ancestry (" in told.text


async def test_an_agent_that_asks_back_on_another_home_is_known_all_the_same(place: Place, tmp_path: Path) -> None:
    other = Home(tmp_path)
    Scene(other, place.provider)
    [told] = await place.asked_back(Plan(leaves="daemon"), home=other.path)
    assert "process ancestry (" in told.text
    assert not (other.data / "runs.db").exists()


@pytest.mark.parametrize("words", ["given", "by hyphens"])
async def test_through_a_proxy_that_drops_all_headers_the_nonce_gives_it_away(place: Place, words: str) -> None:
    with Proxy(place.server.url) as proxy:
        [told] = await place.asked_back(Plan(door="http", words=words), url=proxy.url)
    assert "nonce of a live run" in told.text


async def test_through_a_proxy_and_without_nonce_the_same_question_joins_its_run(place: Place) -> None:
    plan = Plan(door="http", words="cut", arguments={"preset": "other", "max_cost_usd": 7.0})
    with Proxy(place.server.url) as proxy:
        [told] = await place.asked_back(plan, url=proxy.url)
    assert told.result["reused"] == "joined"


@pytest.mark.parametrize("keeps_headers", [True, False])
async def test_a_gateway_that_asks_back_is_refused_whether_it_keeps_headers_or_not(
    place: Place, *, keeps_headers: bool
) -> None:
    gateway = Gateway("given", keeps_headers=keeps_headers)
    gateway.url, gateway.token = place.server.url, place.server.token
    place.provider.script("gate", gateway.behaviour())
    place.scene.preset("gated", ["work:gate", "work:beta"])
    assert await place.ask("gated") == CALLS + 1
    [told] = gateway.told
    assert ("header x-fusion-depth" if keeps_headers else "nonce of a live run") in told.text


async def test_two_people_who_ask_the_same_of_two_presets_at_once_are_both_answered(place: Place) -> None:
    place.scene.plan(Plan())
    assert await place.ask("panel", "other") in (CALLS, 2 * CALLS)


async def test_the_same_program_is_answered_where_no_run_has_started_it(place: Place) -> None:
    place.scene.plan(Plan(words="given"))
    asked = f"What is the capital of an island far away?\n\n[fusion-run-{'0' * 32}]"
    command = [sys.executable, "-S", "-E", str(PROGRAM), str(place.scene.plan_file)]
    number = place.scene.begun + 1
    with anyio.fail_after(GIVEN_UP_S):
        await anyio.run_process(command, input=asked.encode(), env=place.scene.home.environ())
    [told] = [told for told in place.scene.told if told.number == number]
    assert told.result["status"] in ("ok", "running")
