"""One caller at a time for each key."""

from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

import anyio


class Turns:
    """A lock for each key that somebody holds or waits for, and none for any other."""

    def __init__(self) -> None:
        """Begin with none."""
        self._locks: defaultdict[str, anyio.Lock] = defaultdict(partial(anyio.Lock, fast_acquire=True))

    @asynccontextmanager
    async def of(self, key: str) -> AsyncGenerator[None]:
        """Wait until nobody else has this key's turn, and have it."""
        lock = self._locks[key]
        try:
            async with lock:
                yield
        finally:
            # A lock that passes to somebody who waits stays locked.
            if not lock.statistics().tasks_waiting and not lock.locked():
                self._locks.pop(key, None)
