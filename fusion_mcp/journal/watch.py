"""The runs that this process carries out: kept its own by a renewed lease, with an eye on what others do to them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import anyio

from fusion_mcp.journal import leases
from fusion_mcp.journal.database import Database
from fusion_mcp.journal.presence import Presence

_LOOK_S = 0.5
"""How soon a run hears that another process wants it cancelled."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a look at our own runs showed: those that somebody wants cancelled, and those that are ours no more."""

    cancelled: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


class Watch:
    """Knows which runs are ours, and finds out which are not any more."""

    def __init__(self, database: Database, presence: Presence) -> None:
        self._database = database
        self._presence = presence
        self._ours: set[str] = set()
        self._stirred = anyio.Event()

    def begin(self, run_id: str) -> None:
        """Watch a run that is ours from now on."""
        self._ours.add(run_id)
        self._stirred.set()

    def end(self, run_id: str) -> None:
        """Watch a run no longer: it is over."""
        self._ours.discard(run_id)

    def end_all(self) -> None:
        """Watch nothing any more."""
        self._ours.clear()

    async def keep(self, *, on_cancel: Callable[[str], object], on_lost: Callable[[str], object]) -> None:
        """Look, and tell what was seen, until cancelled."""
        while True:
            if not self._ours:
                self._stirred = anyio.Event()
                with anyio.move_on_after(leases.RENEW_S):
                    await self._stirred.wait()
            await anyio.sleep(_LOOK_S)
            seen = await self.look()
            for run_id in seen.lost:
                on_lost(run_id)
            for run_id in seen.cancelled:
                on_cancel(run_id)

    async def look(self) -> Seen:
        """Renew our lease where that is due, and see what others did to our runs."""
        ours = set(self._ours)
        if self._database.in_memory:
            return Seen()
        if self._presence.is_due:
            await self._database.write(self._presence.renew)
        if not ours or self._database.in_memory:
            return Seen()
        owned = await self._database.read(partial(leases.owned, me=self._presence.me))
        lost = tuple(sorted((ours & self._ours) - set(owned)))
        self._ours.difference_update(lost)
        return Seen(cancelled=tuple(sorted(run_id for run_id, cancel in owned.items() if cancel)), lost=lost)
