"""The client's lines: read from stdin as they come, and taken by the SDK as it is ready for them.

The SDK would read in a worker thread that nothing can interrupt, so a signal would have to wait for the client's next
line. A pipe or a socket is watched by the event loop instead; where that cannot be, a thread of our own reads, which
may be left behind by the process. Neither waits for a line to have been taken, which would cost more than most messages
do, but for room where many wait.
"""

import asyncio
import contextlib
import os
import socket
import stat
import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Self

import anyio

from fusion_mcp.server.half_characters import with_whole_characters

_STDIN = 0
_MOST_WAITING = 64
"""Lines that were read and not taken yet, before no more are read."""

_AT_ONCE = 64 * 1024
"""Bytes."""


class _Watched(NamedTuple):
    """A wire that the event loop can watch; `read` raises BlockingIOError where there is nothing to read."""

    descriptor: int
    read: Callable[[], bytes]


class Lines:
    """What the client has said, line by line."""

    def __init__(self) -> None:
        """Hear nothing yet; made inside the event loop that takes the lines."""
        self.ended = anyio.Event()
        """The client has closed its end, or it cannot be read any more."""
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[str] = deque()
        self._room = threading.Semaphore(_MOST_WAITING)
        self._news = anyio.Event()
        self._is_closed = False
        self._watched: _Watched | None = None
        self._is_watching = False
        self._begun: list[bytes] = []
        """The pieces of a line whose end is still to come."""

    def listen(self) -> None:
        """Begin to read. The interpreter does not wait for a read that never returns."""
        try:
            wire = _take_stdin()
        except OSError:
            self.ended.set()
            return
        self._watched = _watched(wire)
        if self._watched is None:
            threading.Thread(target=self._read, args=(wire,), name="stdin", daemon=True).start()
        else:
            self._watch(self._watched)

    def close(self) -> None:
        """Give no more lines than those that wait."""
        self._is_closed = True
        self._stop_watching()
        self._news.set()

    def __aiter__(self) -> Self:
        """Give itself."""
        return self

    async def __anext__(self) -> str:
        """Wait for the next line."""
        while not self._waiting:
            if self._is_closed:
                raise StopAsyncIteration
            self._news = anyio.Event()
            await self._news.wait()
        line = self._waiting.popleft()
        if self._watched is None:
            self._room.release()
        elif not self._is_watching and len(self._waiting) < _MOST_WAITING:
            self._watch(self._watched)
        return line

    def _take(self, line: bytes) -> None:
        self._waiting.append(with_whole_characters(line.decode("utf-8", "replace")))
        self._news.set()

    def _watch(self, wire: _Watched) -> None:
        if not (self._is_closed or self.ended.is_set()):
            self._is_watching = True
            self._loop.add_reader(wire.descriptor, self._hear, wire)

    def _stop_watching(self) -> None:
        if self._watched is not None and self._is_watching:
            self._is_watching = False
            self._loop.remove_reader(self._watched.descriptor)

    def _hear(self, wire: _Watched) -> None:
        try:
            heard = wire.read()
        except BlockingIOError:
            return
        except OSError:
            heard = b""  # what cannot be read any more has ended
        *ends, begun = heard.split(b"\n")
        for end in ends:
            self._take(b"".join([*self._begun, end]))
            self._begun = []
        self._begun.append(begun)
        if not heard:
            if last := b"".join(self._begun):
                self._take(last)
            self.ended.set()
        if not heard or len(self._waiting) >= _MOST_WAITING:
            self._stop_watching()

    def _read(self, descriptor: int) -> None:
        try:
            with open(descriptor, "rb", closefd=False) as wire:
                for line in wire:
                    self._room.acquire()  # given back where the line is taken
                    self._tell(self._take, line)
        except OSError:
            pass  # what cannot be read any more has ended
        finally:
            self._tell(self.ended.set)

    def _tell(self, what: Callable[..., object], *words: bytes) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended before stdin did
            self._loop.call_soon_threadsafe(what, *words)


def _take_stdin() -> int:
    """Move the wire to a descriptor of its own, so that no child process can read from it."""
    wire = os.dup(_STDIN)
    os.set_blocking(wire, True)  # else nothing to read yet would look like the end
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, _STDIN)
    os.close(nothing)
    return wire


def _watched(wire: int) -> _Watched | None:
    """Give a pipe or a socket that can be read without waiting; None for anything else, and where the system has none.

    Whoever started us may share the wire, so it is not switched for all: a pipe is opened once more for us alone.
    """
    kind = os.fstat(wire).st_mode
    with contextlib.suppress(OSError):
        if stat.S_ISSOCK(kind) and hasattr(socket, "MSG_DONTWAIT"):
            connection = socket.socket(fileno=wire)
            return _Watched(wire, lambda: connection.recv(_AT_ONCE, socket.MSG_DONTWAIT))
        if stat.S_ISFIFO(kind) and hasattr(os, "O_NONBLOCK"):
            own = os.open(f"/proc/self/fd/{wire}", os.O_RDONLY | os.O_NONBLOCK)
            # The end of a named pipe whose writers have gone before shows only in the wire that they wrote to.
            return _Watched(wire, lambda: os.read(own, _AT_ONCE))
    return None
