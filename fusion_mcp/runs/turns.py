"""One caller at a time for each key."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio


class Turns:
    """A lock for each key that somebody holds or waits for, and none for any other."""

    def __init__(self) -> None:
        """Begin with none."""
        self._locks: dict[str, anyio.Lock] = {}
        self._wanted = Counter[str]()

    @asynccontextmanager
    async def of(self, key: str) -> AsyncGenerator[None]:
        """Wait until nobody else has this key's turn, and have it."""
        if key not in self._locks:
            self._locks[key] = anyio.Lock(fast_acquire=True)
        self._wanted[key] += 1
        try:
            async with self._locks[key]:
                yield
        finally:
            self._wanted[key] -= 1
            if not self._wanted[key]:
                del self._locks[key], self._wanted[key]
