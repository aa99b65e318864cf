"""What was written goes on to the disk soon after, so that a power cut takes little of it: nobody waits for that."""

import asyncio
from collections.abc import Callable

_EVERY_S = 0.05
"""How often the disk is asked at most: what is written on a busy day then shares one wait."""


class Syncing:
    """Syncs at once after a pause, and else once for all that was written meanwhile."""

    def __init__(self, sync: Callable[[Callable[[], None]], None]) -> None:
        """`sync` begins to sync what is written by now, beside everything else, and says when that has ended."""
        self._sync = sync
        self._has_more = False
        self._is_under_way = False
        self._due: asyncio.TimerHandle | None = None
        self._began_at = 0.0

    @property
    def is_loose(self) -> bool:
        """Whether a power cut could undo something that was written."""
        return self._has_more or self._is_under_way

    def written(self) -> None:
        """Sync soon, since something was written."""
        self._has_more = True
        if self._due is None and not self._is_under_way:
            self._due = asyncio.get_running_loop().call_at(self._began_at + _EVERY_S, self._begin)

    def stop(self) -> None:
        """Begin no more."""
        if self._due is not None:
            self._due.cancel()
        self._due, self._has_more = None, False

    def _begin(self) -> None:
        self._due, self._has_more, self._is_under_way = None, False, True
        self._began_at = asyncio.get_running_loop().time()
        self._sync(self._end)

    def _end(self) -> None:
        self._is_under_way = False
        if self._has_more:
            self.written()
