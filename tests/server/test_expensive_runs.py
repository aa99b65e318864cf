"""Above `confirm_above_usd` the person is asked first, and without their yes nothing is spent."""

from collections.abc import Iterator

import pytest
from mcp import MCPError
from mcp.types import INVALID_PARAMS, ElicitResult, InputRequiredResult, InputResponses

from scripted import Home, ScriptedProvider
from server.consenting import ACCEPTED, Person
from server.running import HttpServer, Way, connected, http_client, structured, text_of
from server.waiting import HTTP, HTTP_WAYS, STDIO, about, ask, hold_panel, http_ways

ABOVE = "[limits]\nconfirm_above_usd = 0.02\n"
PRICES: dict[str, tuple[float, float]] = dict.fromkeys(("alpha", "beta", "gamma", "judge", "writer"), (0.1, 1.0))


@pytest.fixture(scope="module")
def panel() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as running:
        hold_panel(running)
        yield running


@pytest.fixture(scope="module")
def home_of_all(panel: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("expensive"))
    home.trio(panel, prices=PRICES, config=ABOVE)
    return home


@http_ways
async def test_a_yes_lets_the_run_begin_and_is_asked_for_once(
    way: Way, server: HttpServer, panel: ScriptedProvider
) -> None:
    question, person = f"yes-{'-'.join(way)} ?", Person(answer=ACCEPTED)
    async with http_client(server, way, person=person) as client:
        result = await ask(client, question)
        assert result["status"] == "ok"
        assert result["answer"] == "The answer is 42."
        assert (await ask(client, question))["reused"] == "finished"
    (form,) = person.seen
    assert "'trio'" in form.message
    assert "It may cost up to $0." in form.message
    assert len(about(panel, question)) == 5


@pytest.mark.parametrize(("way", "action"), [*zip(HTTP_WAYS, ["decline", "cancel", "decline"], strict=True)])
async def test_a_no_costs_nothing(way: Way, action: str, server: HttpServer, panel: ScriptedProvider) -> None:
    question, person = f"{action}-{'-'.join(way)} ?", Person(answer=ElicitResult.model_validate({"action": action}))
    async with http_client(server, way, person=person) as client:
        refused = await client.call_tool("fusion_ask", {"question": question})
    assert refused.is_error
    assert text_of(refused).startswith("cancelled: ")
    assert "Nothing was spent" in text_of(refused)
    assert len(person.seen) == 1
    assert about(panel, question) == []


@http_ways
async def test_a_client_that_cannot_ask_is_told_what_to_change(
    way: Way, server: HttpServer, panel: ScriptedProvider
) -> None:
    question = f"unasked-{'-'.join(way)} ?"
    async with http_client(server, way) as client:
        refused = await client.call_tool("fusion_ask", {"question": question})
        assert refused.is_error
        text = text_of(refused)
        assert text.startswith("budget_exceeded: ")
        for part in "max_cost_usd of at most 0.02", "confirm_above_usd", "[limits]", "Nothing was spent":
            assert part in text
        assert about(panel, question) == []
        cheaper = await client.call_tool("fusion_ask", {"question": question, "max_cost_usd": 0.02})
    assert structured(cheaper)["status"] == "ok"
    assert len(about(panel, question)) == 5


async def test_an_answer_with_a_state_that_was_changed_is_refused(server: HttpServer, panel: ScriptedProvider) -> None:
    async with http_client(server, HTTP, person=Person(answer=None)) as client:
        call, question = client.session.call_tool, {"question": "changed ?"}
        asked = await call("fusion_ask", question, allow_input_required=True)
        assert isinstance(asked, InputRequiredResult)
        changed, answers = f"{asked.request_state}0", InputResponses({"confirm": ACCEPTED})
        with pytest.raises(MCPError, match="requestState") as refused:
            await call("fusion_ask", question, input_responses=answers, request_state=changed)
    assert refused.value.error.code == INVALID_PARAMS
    assert about(panel, "changed ?") == []


async def test_the_person_is_asked_over_stdio_too(environ: dict[str, str], panel: ScriptedProvider) -> None:
    person = Person(answer=ACCEPTED)
    async with connected(STDIO, environ, person=person) as client:
        assert (await ask(client, "stdio-yes ?", tool="fusion_compare"))["status"] == "ok"
    assert len(person.seen) == 1
    assert len(about(panel, "stdio-yes ?")) == 4


async def test_a_cheap_run_asks_nobody(server: HttpServer) -> None:
    person = Person(answer=None)
    async with http_client(server, HTTP, person=person) as client:
        assert (await ask(client, "cheap ?", max_cost_usd=0.02))["status"] == "ok"
    assert person.seen == []
