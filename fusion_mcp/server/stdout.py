"""The client's end of stdout: what is said is written at once where it fits, else by a thread that may wait.

The SDK's file takes two trips to a thread for each message, and a question with progress has a dozen of them: a quarter
of all its computing. A pipe that can be written takes `PIPE_BUF` bytes without waiting (POSIX, `write`), and a socket
can be told not to wait; only what does not fit, and every other kind of file, goes through a thread.
"""

import os
import select
import socket
import stat
from collections.abc import Callable

import anyio.to_thread

_AT_ONCE = getattr(select, "PIPE_BUF", 0)

Push = Callable[[memoryview], int]
"""Writes the beginning of what it is given, without waiting; gives back how many bytes, 0 where it would have to."""


class Stdout:
    """Where bytes are written, one after the other. Raises OSError once the client is gone."""

    def __init__(self, descriptor: int) -> None:
        """Write to `descriptor`, which stays its owner's."""
        self._descriptor = descriptor
        kind = os.fstat(descriptor).st_mode
        is_socket = stat.S_ISSOCK(kind) and hasattr(socket, "MSG_DONTWAIT")
        self._socket = socket.socket(fileno=os.dup(descriptor)) if is_socket else None
        self._push = _push(descriptor, self._socket, is_pipe=stat.S_ISFIFO(kind))

    def close(self) -> None:
        """Let go of what it holds beside the descriptor."""
        if self._socket is not None:
            self._socket.close()

    async def write(self, data: bytes) -> None:
        """Write bytes, all of them."""
        rest = memoryview(data)
        while rest and (count := self._push(rest)):
            rest = rest[count:]
        if rest:
            await anyio.to_thread.run_sync(self._wait, rest)

    def _wait(self, rest: memoryview) -> None:
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


def _push(descriptor: int, connection: socket.socket | None, *, is_pipe: bool) -> Push:
    if connection is not None:
        return lambda data: _send(connection, data)
    if is_pipe and hasattr(select, "poll"):
        poll = select.poll()
        poll.register(descriptor, select.POLLOUT)
        return lambda data: os.write(descriptor, data[:_AT_ONCE]) if poll.poll(0) else 0
    return lambda _: 0


def _send(connection: socket.socket, data: memoryview) -> int:
    try:
        return connection.send(data, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return 0
