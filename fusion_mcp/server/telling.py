"""Tells a run's progress to the client on stdio, which takes a notification without making anybody wait.

What is said, and with which value, is `progress`'s; for transports that may have to wait, there is `pump`.
"""

import asyncio
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.shared.jsonrpc_dispatcher import progress_token_from_params
from mcp.types import ProgressToken

from fusion_mcp.protocols import OnProgress, Progress, unheard
from fusion_mcp.server.messages import Notify
from fusion_mcp.server.progress import HEARTBEAT_S, TOTAL, Tally, Update


def telling(ctx: ServerRequestContext[Any], notify: Notify, *, wanted: bool) -> AbstractContextManager[OnProgress]:
    """Give a run something to tell its progress to, until the block is left."""
    token = progress_token_from_params(ctx.params) if wanted else None
    return nullcontext(unheard) if token is None else Telling(notify, token)


class Telling:
    """Tells one call's client at once, and by a heartbeat whenever there was nothing for a while."""

    def __init__(self, notify: Notify, token: ProgressToken, *, heartbeat_s: float = HEARTBEAT_S) -> None:
        """Begin, inside the event loop. `token` is what the client knows its call by."""
        self._notify = notify
        self._token = token
        self._heartbeat_s = heartbeat_s
        self._loop = asyncio.get_running_loop()
        self._told_at = self._loop.time()
        self._tally = Tally(self._told_at)
        self._timer: asyncio.TimerHandle | None = self._loop.call_at(self._told_at + heartbeat_s, self._beat)

    def __enter__(self) -> OnProgress:
        """Give what is told of progress."""
        return self.tell

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        """Tell nothing more."""
        self.close()

    def tell(self, event: Progress) -> None:
        """Tell what happened; after the end, nothing any more."""
        if self._timer is None:
            return
        now = self._loop.time()
        update = self._tally.note(event, now)
        if update is not None:
            self._send(update, now)

    def close(self) -> None:
        """Tell nothing more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _beat(self) -> None:
        now = self._loop.time()
        if now - self._told_at >= self._heartbeat_s:
            self._send(self._tally.heartbeat(now), now)
        self._timer = self._loop.call_at(self._told_at + self._heartbeat_s, self._beat)

    def _send(self, update: Update, now: float) -> None:
        self._told_at = now
        params = {"progressToken": self._token, "progress": update.value, "total": TOTAL, "message": update.message}
        self._notify("notifications/progress", params)
