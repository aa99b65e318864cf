"""A client is answered before the engine is open, with what needs none; everything else waits for it, and no longer."""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio
import pytest
from mcp import Client

from fusion_mcp.engine import Engine
from fusion_mcp.errors import ConfigError
from fusion_mcp.presets.files import names_in
from fusion_mcp.server.answering import Answering, opening
from fusion_mcp.server.app import build_server
from runs.paying import engine_on
from scripted import Home, ScriptedProvider
from scripted.trio import trio_answers


class Gate:
    """Lets an engine open when the test says so."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.let_through = anyio.Event()
        self.opened = 0
        self.closed = 0

    def load(self) -> Callable[[], AbstractAsyncContextManager[Engine]]:
        return self.open

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Engine]:
        await self.let_through.wait()
        async with engine_on(self.home) as engine:
            self.opened += 1
            yield engine
        self.closed += 1


async def test_tools_are_listed_with_their_presets_before_the_engine_is_open(
    home: Home, provider: ScriptedProvider
) -> None:
    home.trio(provider)
    gate = Gate(home)
    answering = Answering("trio", lambda: names_in([home.presets]))
    with anyio.fail_after(10):
        async with opening(answering, gate.load), Client(build_server(answering)) as client:
            tools = (await client.list_tools()).tools
            assert tools[0].input_schema["properties"]["preset"]["enum"] == ["trio"]
            assert gate.opened == 0
            gate.let_through.set()


async def test_a_call_waits_until_the_engine_is_open(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    home.trio(provider)
    gate = Gate(home)
    answering = Answering("trio")
    answered: list[bool] = []
    with anyio.fail_after(20):
        async with opening(answering, gate.load), Client(build_server(answering)) as client:

            async def ask() -> None:
                result = await client.call_tool("fusion_ask", {"question": "Paris?"})
                answered.append(not result.is_error)

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ask)
                await answering.wanted.wait()
                assert answered == []
                gate.let_through.set()
    assert answered == [True]
    assert (gate.opened, gate.closed) == (1, 1)


async def test_a_client_that_leaves_at_once_opens_nothing(home: Home) -> None:
    gate = Gate(home)
    async with opening(Answering("trio"), gate.load):
        pass
    assert gate.opened == 0


async def test_each_call_is_told_why_the_engine_cannot_be_opened_until_it_can(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    home.trio(provider)
    faults: list[str] = []
    is_mended = anyio.Event()

    @asynccontextmanager
    async def opened() -> AsyncGenerator[Engine]:
        if not is_mended.is_set():
            raise ConfigError("config.toml: providers.mine.base_url: an address is needed")
        async with engine_on(home) as engine:
            yield engine

    answering = Answering("auto")
    with anyio.fail_after(20):
        async with (
            opening(answering, lambda: opened, lambda fault: faults.append(str(fault))),
            Client(build_server(answering)) as client,
        ):
            assert len((await client.list_tools()).tools) == 3
            for _ in range(2):
                refused = await client.call_tool("fusion_ask", {"question": "Paris?"})
                assert refused.is_error
                assert "an address is needed. Correct that and ask again." in str(refused.content)
            is_mended.set()
            answered = await client.call_tool("fusion_ask", {"question": "Paris?"})
            assert not answered.is_error
            assert answering.default_preset == "trio"
    assert 2 <= len(faults) <= 3
    assert set(faults) == {"config.toml: providers.mine.base_url: an address is needed"}


async def test_an_engine_that_fails_in_an_unforeseen_way_leaves_its_place_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    secret = "what nobody may read in a log"

    @asynccontextmanager
    async def crashing() -> AsyncGenerator[Engine]:
        raise ImportError(secret)
        yield

    answering = Answering("auto")
    with anyio.fail_after(20), caplog.at_level(logging.ERROR, "fusion_mcp"):
        async with opening(answering, lambda: crashing), Client(build_server(answering)) as client:
            refused = await client.call_tool("fusion_ask", {"question": "Paris?"})
    assert refused.is_error
    assert "something went wrong inside fusion-mcp" in str(refused.content)
    assert "builtins.ImportError" in caplog.text
    assert secret not in caplog.text + str(refused.content)


async def test_each_of_many_calls_logs_no_more_of_a_fault_than_the_first(caplog: pytest.LogCaptureFixture) -> None:
    @asynccontextmanager
    async def crashing() -> AsyncGenerator[Engine]:
        raise ImportError
        yield

    answering = Answering("auto")
    with anyio.fail_after(20), caplog.at_level(logging.ERROR, "fusion_mcp"):
        async with opening(answering, lambda: crashing), Client(build_server(answering)) as client:

            async def ask() -> None:
                await client.call_tool("fusion_ask", {"question": "Paris?"})

            async with anyio.create_task_group() as tasks:
                for _ in range(8):
                    tasks.start_soon(ask)
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 8
    assert len(set(told)) == 1


def test_names_come_from_files_that_nobody_has_understood_yet(tmp_path: Path) -> None:
    for name, text in {
        "Mine.toml": 'aliases = ["my-panel", 7]',
        "broken.toml": "aliases = [",
        ".hidden.toml": "",
        "notes.txt": "",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert sorted(names_in([tmp_path, tmp_path / "nowhere"])) == ["broken", "mine", "my-panel"]
