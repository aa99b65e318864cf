"""False alarms: calls of people that look like those from below. Each has to be answered."""

import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import anyio

from recursing.ground import Ground, Row, ground
from recursing.seats import free_port
from scripted import answers, held
from scripted.below import Plan, Proxy
from scripted.below.scene import PROGRAM
from scripted.below.words import nonce_in

QUESTION = "What is the capital of France?"
GIVEN_UP_S = 60.0
ALL_HAVE_ASKED_S = 3.0
HEADERS = {
    "X-Fusion-Depth": "0",
    "CDN-Loop": "cdn.example; hops=2, fusion-mcp.example",
    "baggage": "fusion.depths=1,userId=fusion.depth",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}
META = {"fusion-mcp.dev/depth": 0, "baggage": "fusion.depth=0,other=1"}
TOKEN = "x" * 32
ASKED = f"{QUESTION}\n\n[fusion-run-{'0' * 32}]"
"""As a prompt of a run that nobody here knows."""

SHELL = 'echo "$ASKED" | "$0" -S -E "$1" "$2" & shift 2; exec "$0" -m fusion_mcp "$@"'
"""A shell that starts a client behind it and becomes the server: so the client is the server's child."""

Person = Callable[[Ground], Awaitable[None]]


async def try_person(way: str) -> Row:
    """Ask as people do, on a home of their own."""
    with tempfile.TemporaryDirectory() as folder:
        async with ground(Path(folder)) as place:
            crash = ""
            try:
                with anyio.fail_after(GIVEN_UP_S):
                    await PEOPLE[way](place)
            except Exception as fault:  # noqa: BLE001 - whatever keeps them from an answer is the finding
                crash = repr(fault)
            return place.row(way, crash)


async def _at_once(ground: Ground, *asking: Awaitable[None]) -> None:
    """Let all of them ask before anybody is answered."""
    gate = ground.provider.gate("slow")
    ground.provider.script("beta", held(gate, answers("Beta says 42.")))

    async def one(each: Awaitable[None]) -> None:
        await each

    async with anyio.create_task_group() as group:
        for each in asking:
            group.start_soon(one, each)
        await anyio.sleep(ALL_HAVE_ASKED_S)
        gate.open()


async def _two_people(ground: Ground) -> None:
    await _at_once(ground, ground.http(QUESTION), ground.stdio(QUESTION))


async def _two_presets(ground: Ground) -> None:
    await _at_once(ground, ground.http(QUESTION), ground.stdio(QUESTION, preset="other"))


async def _ask_and_compare(ground: Ground) -> None:
    await _at_once(ground, ground.http(QUESTION), ground.http(QUESTION, tool="fusion_compare"))


async def _two_documents(ground: Ground) -> None:
    """The same words about different documents are different questions, however much they look like one from below."""
    await _at_once(ground, *(ground.http("What does it say?", context=f"Document {number}.") for number in range(2)))
    if len({reply.result.get("run_id") for reply in ground.replies}) == 1:
        raise AssertionError("one was given the other's answer")


async def _second_question(ground: Ground) -> None:
    await ground.stdio(QUESTION, "And that of Italy?", QUESTION)


async def _meanwhile(ground: Ground) -> None:
    """Others ask while a run with an agent is held up, over HTTP from this machine and on stdio."""
    gate = ground.provider.gate("slow")
    ground.provider.script("beta", held(gate, answers("Beta says 42.")))
    ground.provider.script("gamma", answers("Gamma says 42."))
    ground.scene.preset("quick", ["work:gamma"])
    async with anyio.create_task_group() as group:
        group.start_soon(ground.http, QUESTION)
        await ground.provider.until(lambda provider: bool(provider.calls_to("beta")), 20)
        await ground.http("And that of Italy?", preset="quick")
        await ground.stdio("And that of Spain?", preset="quick")
        gate.open()


async def _an_ended_runs_nonce(ground: Ground) -> None:
    await ground.http(QUESTION)
    nonce = nonce_in(ground.provider.calls[0].prompt)
    about = f"Why does fusion-mcp write {nonce} into prompts, and what is FUSION_MCP_DEPTH=1?"
    await ground.http(about)
    await ground.stdio("What is this?", context=f"X-Fusion-Depth: 1, fusion-run-{nonce}")


async def _depth_0(ground: Ground) -> None:
    await ground.stdio(QUESTION, environ={"FUSION_MCP_DEPTH": "0"})


async def _others_headers(ground: Ground) -> None:
    await ground.http(QUESTION, HEADERS, META)


async def _below_a_server(ground: Ground) -> None:
    """A client that a shell started, which has become a server: it is the server's child, and no run is live."""
    for plan in (Plan(words="given"), Plan(door="http", words="cut", waits=True), Plan(door="command", words="cut")):
        port = free_port()
        ground.scene.plan(plan, url=f"http://127.0.0.1:{port}", token=TOKEN)
        program, file = str(PROGRAM), str(ground.scene.plan_file)
        command = ["/bin/sh", "-c", SHELL, sys.executable, program, file, "serve", "--http", "--port", str(port)]
        environ = {**ground.environ, "ASKED": ASKED, "FUSION_MCP_TOKEN": TOKEN}
        begun = ground.scene.begun
        async with await anyio.open_process(command, env=environ) as server:
            await ground.told(begun + 1)
            server.terminate()


def _outside(plan: Plan) -> Person:
    """The agent's own program, started by a person: it takes every door with everything stripped."""

    async def ask(ground: Ground) -> None:
        await ground.program(plan, ASKED)

    return ask


async def _by_proxy(ground: Ground) -> None:
    with Proxy(ground.server.url) as proxy:
        await ground.program(Plan(door="http", words="given"), ASKED, proxy.url)


PEOPLE: Mapping[str, Person] = {
    "two ask the same at once, on HTTP and stdio": _two_people,
    "two ask the same at once, of different presets": _two_presets,
    "one asks and one compares the same at once": _ask_and_compare,
    "two ask the same at once about different documents": _two_documents,
    "a second question after the first, and the first again": _second_question,
    "others ask while an agent's run is live": _meanwhile,
    "a question about fusion-mcp with an ended run's nonce": _an_ended_runs_nonce,
    "FUSION_MCP_DEPTH=0": _depth_0,
    "depth 0, baggage and CDN-Loop of others": _others_headers,
    "a client that is a child of a server without a run": _below_a_server,
    "an agent outside of any run, on stdio": _outside(Plan(words="given")),
    "an agent outside of any run, as a daemon": _outside(Plan(words="given", leaves="daemon")),
    "an agent outside of any run, by the command line": _outside(Plan(door="command", words="given")),
    "an agent outside of any run, over HTTP": _outside(Plan(door="http", words="given")),
    "an agent outside of any run, over SSE": _outside(Plan(door="sse", words="given")),
    "an agent outside of any run, by a proxy": _by_proxy,
}
