"""Work that a run does once, however many of its members ask for it, also at the same moment or in a later life.

The first to ask does it, in its own time; the others wait for the outcome in theirs. Whoever is cut off meanwhile hands
the work over to the next.
"""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import anyio

from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.keeping import Kept

T = TypeVar("T")


class Shared(Generic[T]):
    """Outcomes by key: what came of it, or the fault that it failed with."""

    def __init__(self, kept: Kept[T]) -> None:
        """Begin with what is `kept`, and keep every outcome there before anyone gets it."""
        self._kept = kept
        self._outcomes: dict[str, T | ToolFault] = {}
        self._locks: dict[str, anyio.Lock] = {}

    def has(self, key: str) -> bool:
        """Whether there is an outcome for `key`, so that nothing goes out for it any more."""
        if key not in self._outcomes and (outcome := self._kept.recall(key)) is not None:
            self._outcomes[key] = outcome
        return key in self._outcomes

    async def get(self, key: str, work: Callable[[], Awaitable[T]], *, unhurried_until: float) -> T:
        """Give the outcome for `key`, by doing `work` where there is none yet. Raises the ToolFault it failed with.

        A fault that comes after `unhurried_until`, on the event loop's clock, may have no other cause than that this
        member's time was short. It is not kept: the next one to ask may have more. Nor is `address_refused`.
        """
        if not self.has(key):
            async with self._locks.setdefault(key, anyio.Lock()):
                if not self.has(key):
                    await self._do(key, work, unhurried_until)
        outcome = self._outcomes[key]
        if isinstance(outcome, ToolFault):
            # A fresh one, since an exception gathers a traceback each time it is raised.
            raise ToolFault(outcome.reason, outcome.message, outcome.status_code, causes=outcome.causes)
        return outcome

    async def _do(self, key: str, work: Callable[[], Awaitable[T]], unhurried_until: float) -> None:
        outcome: T | ToolFault
        try:
            outcome = await work()
        except ToolFault as fault:
            # Who is refused an address for the page that led there may be given it by a better one.
            if anyio.current_time() >= unhurried_until or fault.reason == "address_refused":
                raise
            outcome = fault
        await self._kept.keep(key, outcome)
        self._outcomes[key] = outcome
