"""Gates: places where a scripted reply waits until the test says go."""

import asyncio


class Gate:
    """A turnstile between a test (any thread) and the scripted replies that wait at it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._permits = asyncio.Semaphore(0)
        self._is_open = False

    def open(self) -> None:
        """Let everybody through, now and later."""
        self._loop.call_soon_threadsafe(self._open_now)

    def let_through(self, count: int = 1) -> None:
        """Let `count` waiting (or coming) replies take one step."""
        for _ in range(count):
            self._loop.call_soon_threadsafe(self._permits.release)

    async def passed(self) -> None:
        """Wait for a permit; only the provider's own loop calls this."""
        await self._permits.acquire()
        if self._is_open:
            self._permits.release()

    def _open_now(self) -> None:
        self._is_open = True
        self._permits.release()
