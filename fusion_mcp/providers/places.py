"""Places at providers that take only so many calls at once. How long a call may wait for one is its caller's to say."""

import math

import anyio

from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.providers.refusal import Refusal


class Places:
    """The places of every provider, taken and free."""

    def __init__(self) -> None:
        self._limiters: dict[str, anyio.CapacityLimiter] = {}

    async def take(self, provider: Provider, gives_up: float) -> Refusal | None:
        """Wait for a place and hold it; a refusal where none has come free by `gives_up`, on the loop's clock."""
        most = provider.max_concurrency or math.inf
        limiter = self._limiters.setdefault(provider.name, anyio.CapacityLimiter(most))
        with anyio.CancelScope(deadline=gives_up) as waiting:
            await limiter.acquire()
        if waiting.cancelled_caught:
            return Refusal(reason="timed_out", message=_busy(provider), taken="never sent", is_our_own=True)
        return None

    def give_back(self, provider: Provider) -> None:
        """Free a place that was taken, in the same task."""
        self._limiters[provider.name].release()


def _busy(provider: Provider) -> str:
    return (
        f"{provider.title} was busy: it takes {provider.max_concurrency} at once, and no place came free; "
        f"seat fewer of its models, or raise providers.{provider.name}.max_concurrency in config.toml."
    )
