"""The money of an evaluation: the worst case of each run is held before it is asked, so that no limit is passed.

Two limits count: the evaluation's own, and what the day has left for all runs (whose keeping is the journal's). A run
that the day would cut down is not begun: a poorer answer would be held against whole ones.
"""

from collections.abc import Awaitable, Callable
from decimal import Decimal

import anyio

from fusion_mcp.errors import Refused
from fusion_mcp.money import usd
from fusion_mcp.records import DayRow

_NOTHING = Decimal(0)

Today = Callable[[], Awaitable[DayRow]]
"""Tells the day's money as it is now."""


class Purse:
    """Holds money for the runs of one evaluation. `refusal` says why there is no more, None while there is."""

    def __init__(self, limit: Decimal | None, spent: Decimal, day_limit: Decimal, today: Today) -> None:
        """`limit` None sets none; `spent` is what the answers so far have cost, or may have."""
        self.refusal: Refused | None = None
        self.spent = spent
        self._limit = limit
        self._day_limit = day_limit
        self._today = today
        self._held = _NOTHING
        self._stirred = anyio.Event()

    async def hold(self, amount: Decimal) -> bool:
        """Hold a run's worst case, waiting for others to end where only that gives room. False where there is none."""
        while self.refusal is None:
            stirred = self._stirred
            fault = await self._fault(amount) if amount else None
            if fault is None:
                self._held += amount
                return True
            if not self._held:
                self.refusal = fault
                break
            await stirred.wait()
        return False

    def settle(self, amount: Decimal, cost: Decimal) -> None:
        """Give back what was held for a run, and count what it has cost, or may have."""
        self._held -= amount
        self.spent += cost
        self._stirred.set()
        self._stirred = anyio.Event()

    async def _fault(self, amount: Decimal) -> Refused | None:
        day = await self._today()  # nothing is waited for from here on: else two would hold the same money
        if self._limit is not None and self.spent + self._held + amount > self._limit:
            of_limit = f"of --max-cost-usd {self._limit:f} up to {usd(self.spent)} is spent. Raise it to go on."
            return Refused("budget_exceeded", f"the next run may cost {usd(amount)}, and {of_limit}")
        held = max(day.held_usd, self._held)  # ours is held there, too, a moment later
        left = self._day_limit - day.spent_usd - day.in_doubt_usd - held
        if amount <= left:
            return None
        return Refused(
            "budget_exceeded",
            f"the next run may cost {usd(amount)}, and {usd(max(left, _NOTHING))} is left for today "
            "(limits.max_cost_usd_per_day in config.toml; days are UTC). Go on tomorrow, or raise the limit.",
        )
