"""Patience that a provider has asked for: its Retry-After holds for every call to it, whichever call was told.

Only waits here, and only before a call; whether a refused call is made again is `retries`' to say.
"""

import math
from collections.abc import Callable

import anyio

from fusion_mcp.clock import now
from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.providers.refusal import Refusal

WORTH_WAITING_S = 1.0
"""How long a provider may ask to be spared before a call rather goes to another model."""

_SPREAD_S = 0.5
"""Calls that waited for the same moment start within so many seconds after it, and not all at once."""


class Cooldowns:
    """Until when each provider wants no calls."""

    def __init__(self, clock: Callable[[], float], draw: Callable[[], float]) -> None:
        """`clock` is a monotonic one, in seconds; `draw` gives a random number in [0, 1)."""
        self._clock = clock
        self._draw = draw
        self._until: dict[str, float] = {}

    def heed(self, provider: Provider, refusal: Refusal) -> None:
        """Note how long a provider that limits the rate of calls asks to be spared, if it says so."""
        if refusal.reason == "rate_limited" and refusal.retry_after:
            until = self._clock() + refusal.retry_after
            self._until[provider.name] = max(until, self._until.get(provider.name, until))

    async def over(self, provider: Provider, gives_up: float, *, has_fallback: bool = False) -> Refusal | None:
        """Wait until a provider may be called again; a refusal, at once, where that is later than the call may wait.

        It may until `gives_up`, on the loop's clock, and as long as the caller's cancel scope allows; where another
        model can be asked at once, hardly at all.
        """
        while (until := self._until.get(provider.name)) is not None and (left := until - self._clock()) > 0:
            is_too_late = now() + left >= min(anyio.current_effective_deadline(), gives_up)
            if is_too_late or (has_fallback and left > WORTH_WAITING_S):
                return Refusal(
                    reason="rate_limited", message=_told(provider, left), taken="never sent", is_our_own=True
                )
            await anyio.sleep(left + self._draw() * _SPREAD_S)
        return None


def _told(provider: Provider, left: float) -> str:
    return (
        f"{provider.title} is limiting the rate of calls and has asked for {math.ceil(left)} s more without any, "
        f"which is longer than this call waits: ask again later, or seat models of another provider."
    )
