"""Work that a run does once, however many of its members ask for it, also at the same moment.

The first to ask does it, in its own time; the others wait for the outcome in theirs. Whoever is cut off meanwhile hands
the work over to the next.
"""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import anyio

from fusion_mcp.tools.faults import ToolFault

T = TypeVar("T")


class Shared(Generic[T]):
    """Outcomes by key: what came of it, or the fault that it failed with."""

    def __init__(self) -> None:
        """Begin with nothing done."""
        self._outcomes: dict[str, T | ToolFault] = {}
        self._locks: dict[str, anyio.Lock] = {}

    async def get(self, key: str, work: Callable[[], Awaitable[T]], *, unhurried_until: float) -> T:
        """Give the outcome for `key`, by doing `work` where there is none yet. Raises the ToolFault it failed with.

        A fault that comes after `unhurried_until`, on the event loop's clock, may have no other cause than that this
        member's time was short. It is not kept: the next one to ask may have more. Nor is `address_refused`.
        """
        if key not in self._outcomes:
            async with self._locks.setdefault(key, anyio.Lock()):
                if key not in self._outcomes:
                    await self._do(key, work, unhurried_until)
        outcome = self._outcomes[key]
        if isinstance(outcome, ToolFault):
            # A fresh one, since an exception gathers a traceback each time it is raised.
            raise ToolFault(outcome.reason, outcome.message, outcome.status_code, causes=outcome.causes)
        return outcome

    async def _do(self, key: str, work: Callable[[], Awaitable[T]], unhurried_until: float) -> None:
        try:
            self._outcomes[key] = await work()
        except ToolFault as fault:
            # Who is refused an address for the page that led there may be given it by a better one.
            if anyio.current_time() >= unhurried_until or fault.reason == "address_refused":
                raise
            self._outcomes[key] = fault
