"""What a calling model is told when a call brings no result, and what the log keeps to itself."""

import logging
from types import SimpleNamespace
from typing import Literal, cast

import anyio
import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, TextContent

from fusion_mcp.config import Config
from fusion_mcp.engine import Engine
from fusion_mcp.errors import ConfigError, FusionFailed, Refused
from fusion_mcp.server.answering import Answering
from fusion_mcp.server.app import build_server
from fusion_mcp.server.failures import LONGEST, failure, failure_of
from fusion_mcp.server.logs import places
from fusion_mcp.types import Bill, MemberFailure

SECRET = "the question that nobody may read in a log"


def text_of(result: CallToolResult | None) -> str:
    assert result is not None
    assert result.is_error
    (block,) = result.content
    assert isinstance(block, TextContent)
    assert len(block.text) <= LONGEST
    return block.text


def test_a_refusal_begins_with_its_code() -> None:
    refused = Refused("budget_exceeded", "it may cost $3, and $2 are allowed")
    assert text_of(failure_of(refused)) == "budget_exceeded: it may cost $3, and $2 are allowed"


def test_every_member_is_named_however_long_their_errors_are() -> None:
    failures = [
        MemberFailure(seat=f"work:model-{number}", reason="timed_out", error="slow " * 500, bill=Bill())
        for number in range(8)
    ]
    text = text_of(failure_of(FusionFailed("all_panels_failed", "nobody answered", failures)))
    assert text.startswith("all_panels_failed: nobody answered")
    assert all(f"work:model-{number}: timed_out" in text for number in range(8))


def test_a_broken_configuration_is_told_fault_by_fault() -> None:
    text = text_of(failure_of(ConfigError("a.toml: title: missing", "a.toml: panel: empty")))
    assert text.startswith("invalid_arguments: fusion-mcp's configuration cannot be used: a.toml: title: missing; a.t")
    assert text.endswith("panel: empty. Correct that and ask again. The command `fusion-mcp doctor` tells the rest.")


def test_of_many_faults_the_first_are_told_and_how_many_more_there_are() -> None:
    text = text_of(failure_of(ConfigError(*(f"a.toml: fault {number} {'x' * 400}" for number in range(9)))))
    assert "fault 2" in text
    assert "fault 3" not in text
    assert "and 6 more. Correct that and ask again." in text


def test_what_kept_every_member_from_being_asked_is_told_once_and_first() -> None:
    why = "Work cannot be reached: the proxy does not answer. Start it."
    failures = [
        MemberFailure(seat=f"work:{name}", reason="upstream_error", error=why, bill=Bill())
        for name in ("alpha", "beta")
    ]
    text = text_of(failure_of(FusionFailed("all_panels_failed", "no member answered. Nothing was billed.", failures)))
    assert text == (
        f"all_panels_failed: {why} So it is with work:alpha, work:beta: no member answered. Nothing was billed. "
        "The command `fusion-mcp doctor --try` tells the rest."
    )


def test_without_a_key_the_sentence_ends_with_where_the_rest_is_told() -> None:
    text = text_of(failure_of(Refused("unauthorized", "no model can be called. Set a key.")))
    assert text.startswith("unauthorized: no model can be called. Set a key. The command `fusion-mcp doctor`")


def test_controls_go_and_long_texts_are_cut() -> None:
    text = text_of(failure("upstream_error", "\x1b[31mred\u202e " + "long " * 1000))
    assert text.startswith("upstream_error: red long")
    assert text.endswith("…")


def test_our_own_errors_are_found_inside_groups() -> None:
    inner = ExceptionGroup("inner", [ValueError("other"), Refused("rate_limited", "later")])
    assert text_of(failure_of(ExceptionGroup("outer", [KeyError("x"), inner]))) == "rate_limited: later"
    assert failure_of(ExceptionGroup("outer", [KeyError("x")])) is None
    assert failure_of(ValueError(SECRET)) is None


def test_a_traceback_names_kinds_and_places_and_never_a_message() -> None:
    with pytest.raises(ExceptionGroup) as raised:
        fall(ExceptionGroup(SECRET, [ValueError(SECRET), RuntimeError(SECRET)]))
    written = places(raised.value)
    assert SECRET not in written
    assert "test_failures.py" in written
    for kind in "KeyError", "ValueError", "RuntimeError", "ExceptionGroup":
        assert f"builtins.{kind}" in written


def fall(error: Exception) -> None:
    nothing: dict[str, str] = {}
    try:
        nothing[SECRET]
    except KeyError as cause:
        raise error from cause


class CrashingPresets:
    def names(self) -> list[str]:
        raise ValueError(SECRET)

    async def cards(self) -> None:
        raise ConfigError("presets: cannot be read")


class NobodyRefused:
    async def refuse_caller(self, **_: object) -> None: ...

    async def refuse_words(self, **_: object) -> None: ...


class CrashingPlanner:
    async def plan(self, *_: object, **__: object) -> None:
        async with anyio.create_task_group():
            raise ValueError(SECRET)


class Crashing:
    """An engine in which everything goes wrong in a way that nobody foresaw."""

    settings = SimpleNamespace(environ={}, config=Config())
    presets = CrashingPresets()
    planner = CrashingPlanner()
    recursion = NobodyRefused()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_crash_is_a_plain_sentence_for_the_model_and_a_place_in_the_log(
    mode: Literal["auto", "legacy"], caplog: pytest.LogCaptureFixture
) -> None:
    server = build_server(Answering.by(cast("Engine", Crashing())))
    async with Client(server, mode=mode) as client:
        # Straight to the method: the client's own call_tool would list the tools first.
        with caplog.at_level(logging.ERROR, "fusion_mcp"), pytest.raises(MCPError) as listing:
            await client.list_tools()
        with pytest.raises(MCPError, match="presets: cannot be read"):
            await client.read_resource("fusion://presets")
        result = await client.session.call_tool("fusion_ask", {"question": SECRET})
    assert isinstance(result, CallToolResult)
    assert text_of(result).startswith("unexpected_error: something went wrong inside fusion-mcp")
    assert SECRET not in text_of(result) + str(listing.value) + caplog.text
    assert "builtins.ValueError" in caplog.text
    assert "test_failures.py" in caplog.text
