"""Refuses calls that come from inside a run: all that the guard knows, put together with what only effects can tell.

What a marker, an ancestor or a nonce means is `guard`; who started whom is `lineage`; which runs live is the journal's.
"""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import anyio
import anyio.to_thread

from fusion_mcp import lineage
from fusion_mcp.beside import beside
from fusion_mcp.errors import Refused
from fusion_mcp.guard.ancestry import Process, is_keeper, marker
from fusion_mcp.guard.markers import ADVICE, marker_in
from fusion_mcp.guard.nonce import found_in, may_hold_one
from fusion_mcp.protocols import RunJournal

_log = logging.getLogger(__name__)

_SETTLE_S = 0.1
"""What a start keeps for itself: a command that ends sooner asks nobody for ancestors, and no client waits for it."""

_KEEPERS_HOLD_S = 0.02
"""How long it holds that no keeper runs. One that begins meanwhile is a Python that has to start, and to start whom it
keeps, before that one can call."""

Peer = tuple[str, int]
"""The address and port of an HTTP client, as the server sees them."""


class RecursionGuard:
    """Tells calls of live runs from those of people. A refusal costs nothing, and a call from outside a few ms."""

    def __init__(
        self,
        journal: RunJournal,
        environ: Mapping[str, str],
        *,
        ancestors: Callable[[], tuple[Process, ...]] = lineage.ancestors,
        peer_ancestors: Callable[[str, int], tuple[Process, ...]] = lineage.peer_ancestors,
        is_alive: Callable[[Process], bool] = lineage.is_alive,
        parent: Callable[[], int] = lineage.parent,
        has_keepers: Callable[[], bool] = lineage.has_keepers,
    ) -> None:
        """`environ` is this process's own; the rest asks the system, and may take its time, but for `parent`."""
        self._journal = journal
        self._environ = environ
        self._ancestors = ancestors
        self._peer_ancestors = peer_ancestors
        self._is_alive = is_alive
        self._parent = parent
        self._keepers = _Keepers(has_keepers)
        self._keepers_at_start: tuple[Process, ...] | None = None
        self._below_nobody_by: int | None = None
        """The parent below which no keeper was found."""

    async def look_back(self) -> None:
        """Remember below whom this process was started: on some systems its parents may leave it to others later."""
        await anyio.sleep(_SETTLE_S)
        await anyio.to_thread.run_sync(self._own_marker)

    async def refuse_caller(
        self, *, meta: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None, tool: str = ""
    ) -> None:
        """Raise Refused(recursion_refused) for a call that comes from inside a run, by its markers or our ancestry.

        This half needs to know nothing of what is asked. `meta` and `headers` are the request's, None where there are
        none; `tool` is what the log calls it.
        """
        _refuse(marker_in(meta, headers, self._environ), tool)
        if self._below_nobody_by != self._parent():
            _refuse(await anyio.to_thread.run_sync(self._own_marker), tool)

    async def refuse_words(self, *, texts: Sequence[str] = (), peers: Sequence[Peer] = (), tool: str = "") -> None:
        """Raise Refused(recursion_refused) for a call that has a live run's nonce, or whose client an agent started.

        `texts` are its question and its context, `peers` the other ends of the connections that brought it.
        """
        text = "\n".join(texts)
        if await beside(len(text), may_hold_one, text):
            nonces = [run.nonce for run in await self._journal.guarded() if run.nonce]
            if await beside(len(text), found_in, text, nonces) is not None:
                _refuse("the nonce of a live run in its text", tool)
        if not (peers and await self._keepers.may_run()):
            return
        for peer in peers:  # one on another machine is simply not found among our processes
            started_by = marker(await anyio.to_thread.run_sync(partial(self._peer_ancestors, *peer)))
            _refuse(started_by and f"{started_by} of the HTTP client", tool)

    def _own_marker(self) -> str | None:
        parent, now = self._parent(), self._ancestors()
        if self._keepers_at_start is None:
            self._keepers_at_start = tuple(filter(is_keeper, now))
        # Looked up once for a parent: an orphan falls to somebody who was above it before, or to the system's first.
        if not (self._keepers_at_start or any(map(is_keeper, now))):
            self._below_nobody_by = parent
        # A keeper that has ended leaves no live run behind: whoever was started below it then is its own master now.
        return marker((*now, *filter(self._is_alive, self._keepers_at_start)))


class _Keepers:
    """Whether any keeper runs here, looked up for all calls of a moment: without one no client is below a run."""

    def __init__(self, look: Callable[[], bool]) -> None:
        self._look = look
        self._turn = anyio.Lock(fast_acquire=True)
        self._looked_at = -math.inf
        self._found = True

    async def may_run(self) -> bool:
        async with self._turn:
            now = anyio.current_time()
            if now - self._looked_at >= _KEEPERS_HOLD_S:
                found = await anyio.to_thread.run_sync(self._look)
                self._looked_at, self._found = now, found
            return self._found


def _refuse(carrier: str | None, tool: str) -> None:
    """Raise Refused where a carrier gives the call away. The log has neither nonces nor questions."""
    if carrier is not None:
        _log.warning("refused %s: it comes from inside a Fusion run, marked by %s", tool or "a call", carrier)
        raise Refused("recursion_refused", f"{ADVICE} (Marked by {carrier}.)")
