"""The person is asked before an expensive run in both eras of the protocol, and nothing but their yes counts as one."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.shared.message import SessionMessage
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolResult,
    ElicitResult,
    ErrorData,
    InputRequiredResult,
    InputResponses,
    JSONRPCRequest,
    JSONRPCResponse,
    ListRootsResult,
)

from fusion_mcp.server.confirming import Confirming
from server.consenting import ACCEPTED, QUESTION, SOON, Asking, Mode, Person, both_eras
from server.running import START_S, text_of

YES_OF_NOBODY: InputResponses = {"confirm": ACCEPTED}

PROGRAM = """
import anyio
from mcp.server.stdio import stdio_server
from server.consenting import Asking

async def main():
    server = Asking().server()
    async with stdio_server() as streams:
        await server.run(*streams, server.create_initialization_options())

anyio.run(main)
"""


async def ask(
    server: Asking,
    mode: Mode,
    person: Person | None,
    *,
    state: str | None = None,
    answers: InputResponses | None = None,
) -> str:
    with anyio.fail_after(SOON):
        async with Client(server.wire(), mode=mode, elicitation_callback=person) as client:
            result = await client.call_tool("spend", {"plan": "a"}, input_responses=answers, request_state=state)
    return text_of(result)


@both_eras
async def test_the_question_travels_over_stdio(mode: Mode) -> None:
    person = Person(answer=ACCEPTED)
    server = StdioServerParameters(command=sys.executable, args=["-c", PROGRAM], cwd=Path(__file__).parents[1])
    with anyio.fail_after(START_S):
        async with Client(stdio_client(server), mode=mode, elicitation_callback=person) as client:
            result = await client.call_tool("spend")
    assert text_of(result) == "yes"
    assert len(person.seen) == 1


async def question_of(
    client: Client, plan: str = "a", *, state: str | None = None, answers: InputResponses | None = None
) -> CallToolResult | InputRequiredResult:
    """One call of the tool, whose question is not put to anybody."""
    return await client.session.call_tool(
        "spend", {"plan": plan}, input_responses=answers, request_state=state, allow_input_required=True
    )


@both_eras
@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (ACCEPTED, "yes"),
        (ElicitResult(action="accept", content={}), "yes"),
        (ElicitResult(action="accept"), "yes"),
        (ElicitResult(action="accept", content={"answer": "no"}), "no"),
        (ElicitResult(action="accept", content={"answer": False}), "no"),
        (ElicitResult(action="accept", content={"answer": None}), "no"),
        (ElicitResult(action="accept", content={"box": False}), "no"),
        (ElicitResult(action="decline"), "no"),
        (ElicitResult(action="decline", content={"answer": "yes"}), "no"),
        (ElicitResult(action="cancel"), "no"),
    ],
)
async def test_only_a_clear_yes_is_one(mode: Mode, answer: ElicitResult, word: str) -> None:
    person = Person(answer=answer)
    assert await ask(Asking(), mode, person) == word
    (form,) = person.seen
    assert form.message == QUESTION
    # Some clients fill the form in themselves once it is accepted: by its default, or by the first value.
    choice = form.requested_schema["properties"]["answer"]
    assert form.requested_schema["required"] == ["answer"]
    assert choice["enum"][0] == choice["default"] == "yes"


@both_eras
async def test_a_client_that_shows_no_questions_cannot_be_asked(mode: Mode) -> None:
    assert await ask(Asking(), mode, None) == "cannot_ask"


@pytest.mark.parametrize(
    ("capability", "kind"), [({}, "input_required"), ({"form": {}}, "input_required"), ({"url": {}}, "complete")]
)
async def test_a_client_is_asked_if_it_shows_forms(capability: dict[str, Any], kind: str) -> None:
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": capability},
    }
    call = JSONRPCRequest(jsonrpc="2.0", id=1, method="tools/call", params={"name": "spend", "_meta": meta})
    with anyio.fail_after(SOON):
        async with Asking().wire() as (read, write):
            await write.send(SessionMessage(call))
            reply = (await read.receive()).message
    assert isinstance(reply, JSONRPCResponse)
    assert reply.result["resultType"] == kind


async def test_a_client_that_fails_to_ask_is_one_that_cannot() -> None:
    failing = Person(answer=ErrorData(code=INTERNAL_ERROR, message="no screen"))
    assert await ask(Asking(), "legacy", failing) == "cannot_ask"


async def test_in_the_current_era_a_failure_to_ask_ends_the_call_at_the_client() -> None:
    server, failing = Asking(), Person(answer=ErrorData(code=INTERNAL_ERROR, message="no screen"))
    with anyio.fail_after(SOON):
        async with Client(server.wire(), elicitation_callback=failing) as client:
            with pytest.raises(MCPError, match="no screen"):
                await client.call_tool("spend", {"plan": "a"})
    assert server.ended == []


async def test_a_question_that_nobody_answers_is_taken_back() -> None:
    server, person = Asking(within=0.05), Person(answer=None)
    with anyio.fail_after(SOON):
        async with Client(server.wire(), mode="legacy", elicitation_callback=person) as client:
            await client.call_tool("spend", {"plan": "a"})
            await person.dismissed.wait()
    assert server.ended == ["no_answer"]


@both_eras
async def test_a_call_that_is_cancelled_while_it_asks_goes_no_further(mode: Mode) -> None:
    server, person = Asking(), Person(answer=None)
    with anyio.fail_after(SOON):
        async with (
            Client(server.wire(), mode=mode, elicitation_callback=person) as client,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(client.call_tool, "spend", {"plan": "a"})
            await person.asked.wait()
            tasks.cancel_scope.cancel()
        await person.dismissed.wait()
    assert server.ended == []


@both_eras
@pytest.mark.parametrize("state", [None, "", "0", "0.abc", "né.🙂", "1e9." + "0" * 64])
async def test_an_answer_to_no_question_is_not_taken(mode: Mode, state: str | None) -> None:
    person = Person(answer=ElicitResult(action="decline"))
    assert await ask(Asking(), mode, person, state=state, answers=YES_OF_NOBODY) == "no"
    assert len(person.seen) == 1


async def asked_again(
    first: Asking,
    second: Asking,
    *,
    plan: str = "a",
    answers: InputResponses = YES_OF_NOBODY,
    touch: Callable[[str], str] = str,
) -> bool:
    """Tell whether `second` asks although it is brought `answers` to the question of `first`."""
    with anyio.fail_after(SOON):
        async with Client(first.wire(), elicitation_callback=Person(answer=None)) as client:
            asked = await question_of(client)
        assert isinstance(asked, InputRequiredResult)
        assert asked.request_state
        async with Client(second.wire(), elicitation_callback=Person(answer=None)) as client:
            result = await question_of(client, plan, state=touch(asked.request_state), answers=answers)
    return isinstance(result, InputRequiredResult)


async def test_an_answer_counts_on_another_connection_of_the_same_process() -> None:
    server = Asking()
    assert not await asked_again(server, server)
    assert server.ended == ["yes"]


async def test_an_answer_to_another_question_is_not_taken() -> None:
    server = Asking()
    assert await asked_again(server, server, plan="b")


async def test_an_answer_from_before_a_restart_is_not_taken() -> None:
    assert await asked_again(Asking(), Asking())


async def test_an_answer_that_comes_too_late_is_not_taken() -> None:
    server = Asking(confirming=Confirming(good_for_s=-1))
    assert await asked_again(server, server)


@pytest.mark.parametrize("touched", ["9{}", " {}", ".{}"])
async def test_a_question_that_is_not_known_any_more_is_asked_again(touched: str) -> None:
    server = Asking()
    assert await asked_again(server, server, touch=touched.format)


@pytest.mark.parametrize(
    ("part", "put"), [(1, "9"), (2, "0" * 64), (2, ""), (3, ""), (3, "0" * 64), (3, "né"), (4, "x")]
)
async def test_a_question_of_ours_that_was_changed_is_refused(part: int, put: str) -> None:
    server = Asking()
    async with Client(server.wire(), elicitation_callback=Person(answer=None)) as client:
        asked = await question_of(client)
        assert isinstance(asked, InputRequiredResult)
        changed = _with_part(asked.request_state or "", part, put)
        with pytest.raises(MCPError, match="requestState") as refused:
            await question_of(client, state=changed, answers=YES_OF_NOBODY)
    assert refused.value.error.code == INVALID_PARAMS
    assert server.ended == []


def _with_part(state: str, part: int, put: str) -> str:
    parts = state.split(".")
    return ".".join([*parts[:part], put, *parts[part + 1 :]])


@pytest.mark.parametrize("answers", [{"confirm": ListRootsResult(roots=[])}, {"other": ACCEPTED}, {}])
async def test_an_answer_of_another_kind_is_none(answers: InputResponses) -> None:
    server = Asking()
    assert await asked_again(server, server, answers=answers)
