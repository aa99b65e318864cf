"""Sends a run's progress to the client that asked for it, without ever making the run wait.

What is said, and with which value, is `progress`'s. On stdio it is told by `telling`, which needs no task for that.
"""

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp.server.context import ServerRequestContext

from fusion_mcp.protocols import OnProgress, Progress, unheard
from fusion_mcp.server.progress import HEARTBEAT_S, TOTAL, Tally, Update

MOST_WAITING = 256
"""Updates that wait for a client that does not read. A whole run has fewer, the longest research included, but for its
writing."""

LAST_WORDS_S = 0.5
"""How long a finished run waits for its last updates to go out."""

Send = Callable[[float, float, str], Awaitable[None]]


@asynccontextmanager
async def reporting(ctx: ServerRequestContext[Any], *, wanted: bool) -> AsyncGenerator[OnProgress]:
    """Give a run something to tell its progress to; all of it is sent, or dropped, before the block is left."""
    if not wanted:
        yield unheard
        return
    pump = Pump(ctx.session.report_progress)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pump.run)
        try:
            yield pump.tell
        finally:
            pump.close()
        with anyio.move_on_after(LAST_WORDS_S):
            await pump.emptied.wait()
        tasks.cancel_scope.cancel()


class Pump:
    """Updates on their way to one client: told at once, sent as fast as the client reads."""

    def __init__(self, send: Send, *, heartbeat_s: float = HEARTBEAT_S) -> None:
        """Report by `send`, which takes what `ServerSession.report_progress` takes."""
        self.emptied = anyio.Event()
        self._send = send
        self._heartbeat_s = heartbeat_s
        self._tally = Tally(anyio.current_time())
        self._waiting: deque[Update] = deque(maxlen=MOST_WAITING)
        self._is_closed = False
        self._news = anyio.Event()

    def tell(self, event: Progress) -> None:
        """Take in an event. Returns at once; after the end, events are dropped."""
        if self._is_closed:
            return
        update = self._tally.note(event, anyio.current_time())
        if update is None:
            return
        if update.is_writing and self._waiting and self._waiting[-1].is_writing:
            self._waiting.pop()  # what is written now contains what was written then
        self._waiting.append(update)
        self._news.set()

    def close(self) -> None:
        """Send what waits, and nothing more."""
        self._is_closed = True
        self._news.set()

    async def run(self) -> None:
        """Send updates, and a heartbeat whenever there was none for a while, until closed and empty."""
        try:
            while self._waiting or not self._is_closed:
                if not self._waiting:
                    await self._wait_for_news()
                update = self._next()
                if update is not None:
                    await self._send(update.value, TOTAL, update.message)
        except (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
            self._is_closed = True  # the client is gone; whether its run ends with it is the transport's to say
        self.emptied.set()

    def _next(self) -> Update | None:
        if self._waiting:
            return self._waiting.popleft()
        return None if self._is_closed else self._tally.heartbeat(anyio.current_time())

    async def _wait_for_news(self) -> None:
        self._news = anyio.Event()
        with anyio.move_on_after(self._heartbeat_s):
            await self._news.wait()
