"""MCP on stdin and stdout: one client, which started this process and ends it by closing stdin or with a signal.

The SDK would read stdin in a worker thread that nothing can interrupt, so a signal would have to wait for the client's
next line. Here a thread of our own reads, which the process may leave behind.
"""

import concurrent.futures
import contextlib
import os
import threading
from collections.abc import Awaitable, Callable
from typing import cast

import anyio
import anyio.from_thread
from anyio.streams.memory import MemoryObjectSendStream
from mcp.server.stdio import stdio_server

from fusion_mcp.server.answering import Answering
from fusion_mcp.server.app import build_server
from fusion_mcp.server.half_characters import with_whole_characters
from fusion_mcp.server.logs import configure_logging
from fusion_mcp.server.signals import wait_for_signal

EOF_GRACE_S = 0.5
"""How long requests that are already here may still be answered: a script may write them all and close stdin."""

LAST_RESORT_S = 3.0
"""When to leave without ceremony after being told to end: a client that reads nothing blocks the writing thread."""

_STDIN, _STDOUT, _STDERR = range(3)


async def serve_stdio(answering: Answering) -> int:
    """Serve the client on stdin and stdout until it goes or a signal comes; give the exit status.

    Runs that are in flight are cancelled before this returns. From the first line on, only protocol goes to stdout.
    """
    configure_logging()
    server = build_server(answering)
    lines, stdin = anyio.create_memory_object_stream[str](0)
    ending = _Ending()
    try:
        # The SDK only iterates over its stdin, so a stream of lines may stand in for a file.
        async with stdio_server(stdin=cast("anyio.AsyncFile[str]", stdin)) as (read, write), lines:
            with anyio.CancelScope() as serving:
                async with anyio.from_thread.BlockingPortal() as portal, anyio.create_task_group() as tasks:
                    tasks.start_soon(ending.at_signal, serving)
                    _Reader(portal, lines, write.aclose, ending).start()
                    await server.run(read, write, server.create_initialization_options())
                    tasks.cancel_scope.cancel()
    except* (ConnectionError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        pass  # the client is gone; there is nobody left to tell
    finally:
        ending.happened()
        _give_up_stdout()
    return ending.status


class _Ending:
    """Why the process ends, and the guarantee that it does."""

    def __init__(self) -> None:
        self.status = 0
        self._last_resort: threading.Timer | None = None

    async def at_signal(self, serving: anyio.CancelScope) -> None:
        self.status = await wait_for_signal()
        self.begins()
        serving.cancel()

    def begins(self) -> None:
        if self._last_resort is None:
            self._last_resort = threading.Timer(LAST_RESORT_S, self._leave)
            self._last_resort.daemon = True
            self._last_resort.start()

    def happened(self) -> None:
        if self._last_resort is not None:
            self._last_resort.cancel()

    def _leave(self) -> None:
        os._exit(self.status)


class _Reader(threading.Thread):
    """Reads stdin line by line. A daemon: the interpreter does not wait for a read that never returns."""

    def __init__(
        self,
        portal: anyio.from_thread.BlockingPortal,
        lines: MemoryObjectSendStream[str],
        stop_writing: Callable[[], Awaitable[None]],
        ending: _Ending,
    ) -> None:
        super().__init__(name="stdin", daemon=True)
        self._portal = portal
        self._lines = lines
        self._stop_writing = stop_writing
        self._ending = ending

    def run(self) -> None:
        try:
            self._read()
            self._portal.call(self._hang_up)
        except (RuntimeError, concurrent.futures.CancelledError, anyio.BrokenResourceError, anyio.ClosedResourceError):
            return  # the serving side has ended before stdin did

    def _read(self) -> None:
        try:
            with open(_take_stdin(), "rb", closefd=False) as wire:
                for line in wire:
                    self._portal.call(self._lines.send, with_whole_characters(line.decode("utf-8", "replace")))
        except OSError:
            return  # what cannot be read any more has ended

    async def _hang_up(self) -> None:
        self._ending.begins()
        await anyio.sleep(EOF_GRACE_S)
        # From here on nothing is written: clients of the older SDK crash over what comes after they closed stdin.
        await self._stop_writing()
        await self._lines.aclose()


def _take_stdin() -> int:
    """Move the wire to a descriptor of its own, so that no child process can read from it."""
    wire = os.dup(_STDIN)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, _STDIN)
    os.close(nothing)
    return wire


def _give_up_stdout() -> None:
    """Send to stderr what a stray print has left in a buffer: the interpreter will flush it into what was the wire."""
    with contextlib.suppress(OSError):
        os.dup2(_STDERR, _STDOUT)
