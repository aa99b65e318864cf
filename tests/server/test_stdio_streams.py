"""The two ends of stdio: what is written arrives whole and in order, and nobody who does not read stops the others."""

import json
import os
import socket
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import TaskGroup
from mcp.shared.message import SessionMessage
from mcp.types.jsonrpc import JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from fusion_mcp.server.messages import Incoming, Outgoing
from fusion_mcp.server.stdout import Stdout

MESSAGES = [f"{number} ä {'x' * (number * 997 % 20_000)}\n" for number in range(60)]
LARGE = "y" * 1_000_000 + "\n"


@contextmanager
def pipe() -> Generator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    for end in (reading, writing):
        os.close(end)


@contextmanager
def sockets() -> Generator[tuple[int, int]]:
    """As programs on Node.js start their servers."""
    reading, writing = socket.socketpair()
    with reading, writing:
        yield reading.fileno(), writing.fileno()


Ends = Callable[[], AbstractContextManager[tuple[int, int]]]
Made = Callable[[int], Stdout]


def without_proc(descriptor: int) -> Stdout:
    """As on systems where no pipe can be opened once more."""
    return Stdout(descriptor, descriptors="/nowhere")


ENDS = pytest.mark.parametrize(("ends", "made"), [(pipe, Stdout), (pipe, without_proc), (sockets, Stdout)])


def read(descriptor: int, count: int, into: list[bytes]) -> None:
    while count:
        into.append(os.read(descriptor, min(count, 30_000)))
        count -= len(into[-1])


@ENDS
async def test_messages_arrive_whole_and_in_order_however_slowly_they_are_read(ends: Ends, made: Made) -> None:
    sent = "".join([*MESSAGES, LARGE, *MESSAGES])
    came: list[bytes] = []
    with ends() as (reading, writing), anyio.fail_after(10):
        reader = threading.Thread(target=read, args=(reading, len(sent.encode()), came))
        reader.start()
        with closing(made(writing)) as stdout:
            for message in [*MESSAGES, LARGE, *MESSAGES]:
                await stdout.write(message.encode())
        await anyio.to_thread.run_sync(reader.join)
    assert b"".join(came).decode() == sent


@ENDS
async def test_who_does_not_read_keeps_nobody_else_waiting(ends: Ends, made: Made) -> None:
    came: list[bytes] = []
    with ends() as (reading, writing), closing(made(writing)) as stdout, anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stdout.write, LARGE.encode())
            await anyio.wait_all_tasks_blocked()  # the loop runs on, and comes to rest
            await anyio.to_thread.run_sync(read, reading, len(LARGE), came)
    assert b"".join(came).decode() == LARGE


@ENDS
async def test_a_client_that_has_gone_is_an_error(ends: Ends, made: Made) -> None:
    with ends() as (reading, writing), closing(made(writing)) as stdout:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, reading)
        os.close(nothing)
        with pytest.raises(ConnectionError):
            await stdout.write(LARGE.encode())


async def test_a_file_takes_it_all_too(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file, closing(Stdout(file.fileno())) as stdout:
        await stdout.write(LARGE.encode())
    assert (tmp_path / "out").read_text(encoding="utf-8") == LARGE


class Reader:
    """A client that reads when it is told to."""

    def __init__(self) -> None:
        self.reads = anyio.Event()
        self.got: list[bytes] = []

    async def write(self, text: bytes) -> None:
        await self.reads.wait()
        self.got.append(text)

    @property
    def methods(self) -> list[str]:
        return [JSONRPCNotification.model_validate_json(line).method for line in b"".join(self.got).splitlines()]


def notice(method: str) -> JSONRPCNotification:
    return JSONRPCNotification(jsonrpc="2.0", method=method)


async def test_what_is_said_in_one_turn_is_written_at_once_and_in_order() -> None:
    reader = Reader()
    reader.reads.set()
    outgoing = Outgoing(reader.write)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(outgoing.write)
        await anyio.wait_all_tasks_blocked()
        outgoing.notify("one", {})
        await outgoing.send(SessionMessage(notice("two")))
        outgoing.notify("three", {})
        await outgoing.aclose()
    assert reader.methods == ["one", "two", "three"]
    assert len(reader.got) == 1


async def test_nothing_is_said_after_the_end() -> None:
    reader = Reader()
    reader.reads.set()
    outgoing = Outgoing(reader.write)
    await outgoing.send(SessionMessage(notice("last")))
    await outgoing.aclose()
    outgoing.notify("late", {})
    with pytest.raises(anyio.ClosedResourceError):
        await outgoing.send(SessionMessage(notice("late")))
    with anyio.fail_after(5):
        await outgoing.write()
    assert reader.methods == ["last"]


async def test_of_what_nobody_reads_notifications_are_dropped_and_messages_wait() -> None:
    reader, sent = Reader(), list[int]()
    outgoing = Outgoing(reader.write)

    async def send(number: int) -> None:
        await outgoing.send(SessionMessage(notice("m" * 1000)))
        sent.append(number)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(outgoing.write)
        for _ in range(3000):
            outgoing.notify("n" * 1000, {})
        for number in range(2000):
            tasks.start_soon(send, number)
        await anyio.wait_all_tasks_blocked()
        assert len(sent) < 1200
        reader.reads.set()
        with anyio.fail_after(5):
            while len(sent) < 2000:
                await anyio.lowlevel.checkpoint()
        await outgoing.aclose()
    methods = reader.methods
    assert methods.count("m" * 1000) == 2000
    assert 0 < methods.count("n" * 1000) < 1200


async def fill(outgoing: Outgoing, tasks: TaskGroup) -> None:
    """Say more than may wait to somebody who does not read."""
    tasks.start_soon(outgoing.write)
    outgoing.notify("taken, and not read", {})
    await anyio.wait_all_tasks_blocked()
    for _ in range(3000):
        outgoing.notify("n" * 1000, {})


async def test_who_waits_to_say_something_learns_of_the_end() -> None:
    outgoing = Outgoing(Reader().write)
    async with anyio.create_task_group() as tasks:
        await fill(outgoing, tasks)

        async def send() -> None:
            with pytest.raises(anyio.ClosedResourceError):
                await outgoing.send(SessionMessage(notice("m")))

        async with anyio.create_task_group() as senders:
            senders.start_soon(send)
            await anyio.wait_all_tasks_blocked()
            await outgoing.aclose()
        tasks.cancel_scope.cancel()


async def test_a_line_that_is_no_message_is_given_as_the_error_that_it_is() -> None:
    ended: list[bool] = []

    async def lines() -> AsyncGenerator[str]:
        yield "not json\n"
        yield '{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n'

    async with Incoming(lines(), lambda: ended.append(True)) as incoming:
        broken, ping = await incoming.receive(), await incoming.receive()
        with pytest.raises(anyio.EndOfStream):
            await incoming.receive()
    assert isinstance(broken, ValueError)
    assert isinstance(ping, SessionMessage)
    assert ping.message == JSONRPCRequest(jsonrpc="2.0", id=1, method="ping")
    assert ended


async def test_who_waits_to_say_something_learns_that_nobody_can_be_told_any_more() -> None:
    goes = anyio.Event()

    async def breaks(_: bytes) -> None:
        await goes.wait()
        raise BrokenPipeError

    outgoing = Outgoing(breaks)

    async def send() -> None:
        with anyio.CancelScope(shield=True), pytest.raises(anyio.ClosedResourceError):
            await outgoing.send(SessionMessage(notice("m")))

    with anyio.fail_after(5), pytest.RaisesGroup(BrokenPipeError):
        async with anyio.create_task_group() as tasks:
            await fill(outgoing, tasks)
            tasks.start_soon(send)
            await anyio.wait_all_tasks_blocked()
            goes.set()


async def test_content_that_is_json_already_is_sent_as_it_is_and_whole() -> None:
    reader = Reader()
    reader.reads.set()
    outgoing = Outgoing(reader.write)
    shown = {"answer": 'a "written" }} ä', "sources": [{"url": None}], "cost_usd": 7e-05}
    whole = outgoing.structured(json.dumps(shown, ensure_ascii=False))
    sent: list[dict[str, Any]] = [
        {"isError": False, "structuredContent": whole},
        {"structuredContent": whole, "_meta": {"a": {}}},
        {"structuredContent": {"a": None}},
    ]
    for number, result in enumerate(sent):
        await outgoing.send(SessionMessage(JSONRPCResponse(jsonrpc="2.0", id=number, result=result)))
    await outgoing.aclose()
    await outgoing.write()
    assert [json.loads(line) for line in b"".join(reader.got).splitlines()] == [
        {"jsonrpc": "2.0", "id": 0, "result": {"isError": False, "structuredContent": shown}},
        {"jsonrpc": "2.0", "id": 1, "result": {"_meta": {"a": {}}, "structuredContent": shown}},
        {"jsonrpc": "2.0", "id": 2, "result": {"structuredContent": {"a": None}}},
    ]


@pytest.mark.parametrize(("method", "by_handshake"), [("initialize", True), ("tools/list", False)])
async def test_the_first_message_is_looked_at_and_still_given(method: str, *, by_handshake: bool) -> None:
    async def lines() -> AsyncGenerator[str]:
        yield f'{{"jsonrpc": "2.0", "id": 1, "method": "{method}"}}\n'
        yield '{"jsonrpc": "2.0", "id": 2, "method": "ping"}\n'

    incoming = Incoming(lines(), lambda: None)
    assert await incoming.opens_by_handshake() is by_handshake
    given = [message.message async for message in incoming if isinstance(message, SessionMessage)]
    assert [message.method for message in given if isinstance(message, JSONRPCRequest)] == [method, "ping"]


async def test_who_says_nothing_opens_by_no_handshake() -> None:
    async def lines() -> AsyncGenerator[str]:
        return
        yield

    assert not await Incoming(lines(), lambda: None).opens_by_handshake()
