"""Whether and when a call is made again, pure. At most two more times, and only while it can still help.

Full jitter after AWS's "Exponential Backoff And Jitter"; a provider's Retry-After is a floor under it.
"""

from collections.abc import Callable

from fusion_mcp.providers.refusal import Refusal

MAX_RETRIES = 2
_FIRST_S = 0.5
_LONGEST_S = 8.0


def delay_before_retry(
    refusal: Refusal, *, retries_made: int, seconds_left: float, draw: Callable[[], float]
) -> float | None:
    """Seconds to wait before the same request is sent again, or None when it is not worth sending.

    `draw` gives a random number in [0, 1).
    """
    if not refusal.retry or retries_made >= MAX_RETRIES:
        return None
    delay = draw() * min(_LONGEST_S, _FIRST_S * 2**retries_made)
    delay = max(delay, refusal.retry_after or 0.0)
    return delay if delay < seconds_left else None
