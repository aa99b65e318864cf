"""The two ends of stdio: what is written arrives whole and in order, and nobody who does not read stops the others."""

import os
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import anyio
import pytest

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
ENDS = pytest.mark.parametrize("ends", [pipe, sockets])


def read(descriptor: int, count: int, into: list[bytes]) -> None:
    while count:
        into.append(os.read(descriptor, min(count, 30_000)))
        count -= len(into[-1])


@ENDS
async def test_messages_arrive_whole_and_in_order_however_slowly_they_are_read(ends: Ends) -> None:
    sent = "".join([*MESSAGES, LARGE, *MESSAGES])
    came: list[bytes] = []
    with ends() as (reading, writing), anyio.fail_after(10):
        reader = threading.Thread(target=read, args=(reading, len(sent.encode()), came))
        reader.start()
        with closing(Stdout(writing)) as stdout:
            for message in [*MESSAGES, LARGE, *MESSAGES]:
                await stdout.write(message)
                await stdout.flush()
        await anyio.to_thread.run_sync(reader.join)
    assert b"".join(came).decode() == sent


@ENDS
async def test_who_does_not_read_keeps_nobody_else_waiting(ends: Ends) -> None:
    came: list[bytes] = []
    with ends() as (reading, writing), closing(Stdout(writing)) as stdout, anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stdout.write, LARGE)
            await anyio.wait_all_tasks_blocked()  # the loop runs on, and comes to rest
            await anyio.to_thread.run_sync(read, reading, len(LARGE), came)
    assert b"".join(came).decode() == LARGE


@ENDS
async def test_a_client_that_has_gone_is_an_error(ends: Ends) -> None:
    with ends() as (reading, writing), closing(Stdout(writing)) as stdout:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, reading)
        os.close(nothing)
        with pytest.raises(ConnectionError):
            await stdout.write(LARGE)


async def test_a_file_takes_it_all_too(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file, closing(Stdout(file.fileno())) as stdout:
        await stdout.write(LARGE)
    assert (tmp_path / "out").read_text(encoding="utf-8") == LARGE
