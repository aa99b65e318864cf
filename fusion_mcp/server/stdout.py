"""The client's end of stdout: what is said is written at once where it fits, else by a thread that may wait.

The SDK's file takes two trips to a thread for each message, and a question with progress has a dozen of them: a quarter
of all its computing. A socket can be told not to wait, and so can a pipe that is opened once more for us alone. Where
the system does not do that, one that can be written takes `PIPE_BUF` bytes without waiting (POSIX, `write`). Only what
does not fit, and every other kind of file, goes through a thread.
"""

import os
import select
import socket
import stat
from collections.abc import Callable
from contextlib import ExitStack, suppress

import anyio.to_thread

from fusion_mcp.errors import FusionError

Push = Callable[[memoryview], int]
"""Writes the beginning of what it is given, without waiting; gives back how many bytes, 0 where it would have to."""


class UnwritableStdout(FusionError):
    """What stdout leads to takes nothing, as a full disk, though nobody has gone."""


class Stdout:
    """Where bytes are written, one after the other."""

    def __init__(self, descriptor: int, *, descriptors: str = "/proc/self/fd") -> None:
        """Write to `descriptor`, which stays its owner's. In the folder `descriptors` a process finds its own."""
        self._descriptor = descriptor
        self._held = ExitStack()
        self._push = _push(descriptor, f"{descriptors}/{descriptor}", self._held)

    def close(self) -> None:
        """Let go of what it holds beside the descriptor."""
        self._held.close()

    async def write(self, data: bytes) -> None:
        """Write bytes, all of them. Raises ConnectionError once the client is gone, UnwritableStdout as it says."""
        rest = memoryview(data)
        try:
            while rest and (count := self._push(rest)):
                rest = rest[count:]
            if rest:
                await anyio.to_thread.run_sync(self._wait, rest)
        except ConnectionError:
            raise
        except OSError as error:
            raise UnwritableStdout(
                f"stdout cannot be written: {error.strerror}; have an MCP client start this, or lead stdout elsewhere"
            ) from None

    def _wait(self, rest: memoryview) -> None:
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


def _push(descriptor: int, path: str, held: ExitStack) -> Push:
    """Say how to write to a descriptor without waiting; what that takes is `held`."""
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISSOCK(kind) and hasattr(socket, "MSG_DONTWAIT"):
        connection = held.enter_context(socket.socket(fileno=os.dup(descriptor)))
        return _unless_full(lambda data: connection.send(data, socket.MSG_DONTWAIT))
    if not stat.S_ISFIFO(kind):
        return lambda _: 0
    if hasattr(os, "O_NONBLOCK"):
        with suppress(OSError):
            own = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            held.callback(os.close, own)
            return _unless_full(lambda data: os.write(own, data))
    return _as_polled(descriptor)


def _unless_full(push: Push) -> Push:
    def pushed(data: memoryview) -> int:
        try:
            return push(data)
        except BlockingIOError:
            return 0

    return pushed


def _as_polled(descriptor: int) -> Push:
    if not hasattr(select, "poll"):
        return lambda _: 0
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return lambda data: os.write(descriptor, data[: select.PIPE_BUF]) if poll.poll(0) else 0
