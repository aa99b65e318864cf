"""Puts what runs have finished on disk: soon, so that those of a moment share it, and beside the runs."""

from typing import Protocol

import anyio

_COMPANY_S = 0.025
"""How long a finished step waits for others, or for the entry of the call after it, which takes it along."""


class Unwritten(Protocol):
    """What a run has to write."""

    @property
    def is_behind(self) -> bool:
        """Whether there is anything to write."""
        ...

    async def write(self) -> None:
        """Write it. Raises nothing."""
        ...


class Writer:
    """Writes for all runs of this process."""

    def __init__(self) -> None:
        """Begin with nothing to write."""
        self._waiting: dict[Unwritten, None] = {}
        self._stirred = anyio.Event()

    def soon(self, unwritten: Unwritten) -> None:
        """Have something written soon, and once however often that is said."""
        self._waiting[unwritten] = None
        self._stirred.set()

    async def write_all(self) -> None:
        """Write until cancelled."""
        async with anyio.create_task_group() as writing:
            while True:
                await self._stirred.wait()
                await anyio.sleep(_COMPANY_S)
                waiting, self._waiting, self._stirred = self._waiting, {}, anyio.Event()
                for unwritten in waiting:
                    if unwritten.is_behind:
                        writing.start_soon(unwritten.write)
