"""MCP on stdin and stdout: one client, which started this process and ends it by closing stdin or with a signal.

What is read and written how is `stdin`'s and `stdout`'s.
"""

import os
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any

import anyio
from mcp.server.lowlevel import Server
from mcp.server.runner import serve_loop

from fusion_mcp.server.answering import Answering
from fusion_mcp.server.app import build_server
from fusion_mcp.server.eras import of_the_handshake_alone
from fusion_mcp.server.logs import configure_logging
from fusion_mcp.server.messages import Incoming, Outgoing
from fusion_mcp.server.signals import wait_for_signal
from fusion_mcp.server.stdin import Lines
from fusion_mcp.server.stdout import Stdout

EOF_GRACE_S = 0.5
"""How long requests that are already here may still be answered: a script may write them all and close stdin."""

LAST_RESORT_S = 3.0
"""When to leave without ceremony after being told to end: a client that reads nothing blocks the writing thread."""

_STDOUT, _STDERR = 1, 2


async def serve_stdio(answering: Answering) -> int:
    """Serve the client on stdin and stdout until it goes or a signal comes; give the exit status.

    Runs that are in flight are cancelled before this returns. From the first line on, only protocol goes to stdout.
    """
    configure_logging()
    lines, stdout, ending = Lines(), Stdout(_take_stdout()), _Ending()
    incoming, outgoing = Incoming(lines, lines.close), Outgoing(stdout.write)
    server = build_server(answering, outgoing)
    try:
        async with anyio.create_task_group() as writing:
            writing.start_soon(outgoing.write)
            with anyio.CancelScope() as serving, closing(lines):
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(ending.at_signal, serving)
                    tasks.start_soon(_hang_up, lines, outgoing.aclose, ending)
                    lines.listen()
                    await _serve(server, incoming, outgoing)
                    tasks.cancel_scope.cancel()
            await outgoing.aclose()
    except* (ConnectionError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        pass  # the client is gone; there is nobody left to tell
    finally:
        ending.happened()
        stdout.close()
    return ending.status


async def _serve(server: Server[Any], incoming: Incoming, outgoing: Outgoing) -> None:
    options = server.create_initialization_options()
    if not await incoming.opens_by_handshake():
        await server.run(incoming, outgoing, options)
        return
    # `run` finds out the protocol's era by itself, and for that hands every message from task to task.
    server.middleware.insert(0, of_the_handshake_alone)
    async with server.lifespan(server) as lifespan:
        await serve_loop(server, incoming, outgoing, lifespan_state=lifespan, init_options=options)


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


async def _hang_up(lines: Lines, stop_writing: Callable[[], Awaitable[None]], ending: _Ending) -> None:
    """End what is served once the client has closed its end."""
    await lines.ended.wait()
    ending.begins()
    await anyio.sleep(EOF_GRACE_S)
    # From here on nothing is written: clients of the older SDK crash over what comes after they closed stdin.
    await stop_writing()
    lines.close()


def _take_stdout() -> int:
    """Move the wire to a descriptor of its own: what is printed goes to stderr, and child processes have no wire."""
    wire = os.dup(_STDOUT)
    os.set_blocking(wire, True)  # a thread waits for who reads slowly
    try:
        os.dup2(_STDERR, _STDOUT)
    except OSError:  # there is no stderr
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, _STDOUT)
        os.close(nothing)
    return wire
