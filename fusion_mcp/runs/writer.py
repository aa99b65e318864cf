"""Puts what runs have finished on disk: soon, so that those of a moment share it, and beside the runs."""

from collections.abc import Callable, Coroutine
from typing import Any

import anyio

_COMPANY_S = 0.025
"""How long a finished step waits for others, or for the entry of the call after it, which takes it along."""


class Writer:
    """Carries out what is to be written soon, for all runs of this process."""

    def __init__(self) -> None:
        """Begin with nothing to write."""
        self._waiting: dict[Callable[[], Coroutine[Any, Any, None]], None] = {}
        self._stirred = anyio.Event()

    def soon(self, write: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have something written soon, and once however often that is said. It raises nothing."""
        self._waiting[write] = None
        self._stirred.set()

    async def write_all(self) -> None:
        """Write until cancelled."""
        while True:
            await self._stirred.wait()
            await anyio.sleep(_COMPANY_S)
            waiting, self._waiting, self._stirred = self._waiting, {}, anyio.Event()
            async with anyio.create_task_group() as together:
                for write in waiting:
                    together.start_soon(write)
