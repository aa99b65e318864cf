"""What a client says arrives whole, whatever stdin is: a pipe, a socket as programs on Node.js give it, a file."""

import fcntl
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from server.running import COMMAND, END_S, INITIALIZE, INITIALIZED, rpc

PINGS = 300
"""More than are read before one of them is taken."""

LONG = rpc("ping", PINGS, _meta={"padding": "PADDING"}).replace("PADDING", "ä" * 300_000)

SAID = "".join(
    [
        INITIALIZE,
        INITIALIZED,
        *(rpc("ping", number) for number in range(2, PINGS)),
        "\n",
        LONG,
        rpc("ping", PINGS + 1, _meta={"half": "\ud83d"}),
        rpc("ping", PINGS + 2).rstrip("\n"),
    ]
).encode()


@contextmanager
def pipe(_: Path) -> Generator[int]:
    reading, writing = os.pipe()

    def say() -> None:
        with os.fdopen(writing, "wb") as wire:
            wire.write(SAID)

    yield from _said_beside(say, reading)
    os.close(reading)


@contextmanager
def named_pipe_that_its_writer_has_left(folder: Path) -> Generator[int]:
    os.mkfifo(folder / "pipe")
    reading = os.open(folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reading, True)
    with (folder / "pipe").open("wb", buffering=0) as wire:
        fcntl.fcntl(wire, fcntl.F_SETPIPE_SZ, 1 << 20)
        wire.write(SAID)
    yield reading
    os.close(reading)


@contextmanager
def sockets(_: Path) -> Generator[int]:
    reading, writing = socket.socketpair()

    def say() -> None:
        with closing(writing):
            writing.sendall(SAID)

    with reading:
        yield from _said_beside(say, reading.fileno())


def _said_beside(say: Callable[[], None], reading: int) -> Generator[int]:
    speaker = threading.Thread(target=say)
    speaker.start()
    yield reading
    speaker.join(END_S)


@contextmanager
def file(folder: Path) -> Generator[int]:
    (folder / "said").write_bytes(SAID)
    with (folder / "said").open("rb") as said:
        yield said.fileno()


Stdin = Callable[[Path], AbstractContextManager[int]]


@pytest.mark.parametrize(
    "stdin",
    [
        pipe,
        pytest.param(
            named_pipe_that_its_writer_has_left,
            marks=pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a pipe is too small for all of it"),
        ),
        sockets,
        file,
    ],
)
def test_every_line_is_answered(environ: dict[str, str], tmp_path: Path, stdin: Stdin) -> None:
    with stdin(tmp_path) as reading:
        ran = subprocess.run(
            [*COMMAND, "serve"], env=environ, stdin=reading, capture_output=True, timeout=END_S, check=False
        )
    answered = [json.loads(line) for line in ran.stdout.splitlines()]
    assert sorted(each["id"] for each in answered) == list(range(1, PINGS + 3))
    assert all("result" in each for each in answered)
    assert (ran.returncode, ran.stderr) == (0, b"")
