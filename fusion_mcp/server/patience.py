"""How long a tool call waits before it hands back a run's id: as long as its client plausibly does. Pure.

Clients time out after 60 seconds where they see no progress, and after 240 to 300 where they do.
"""

from collections.abc import Mapping

from fusion_mcp.clock import now
from fusion_mcp.config import Limits

LONGEST_S = 280.0
"""What a client may ask for itself: the strictest hard limits of those that see progress lie a little above."""


class Patience:
    """The time that one call has."""

    def __init__(self, limits: Limits, began: float, meta: Mapping[str, object] | None) -> None:
        """Begin at `began` on the event loop's clock; `meta` tells whether the client wants progress."""
        self.sees_progress = (meta or {}).get("progress_token") is not None
        self._ends = began + (limits.wait_with_progress_s if self.sees_progress else limits.wait_s)

    def left(self) -> float:
        """Seconds that are left, at least none."""
        return max(self._ends - now(), 0.0)

    def asked_for(self, wait_s: float | None) -> float:
        """Seconds to wait where the call itself may say so."""
        return self.left() if wait_s is None else min(wait_s, LONGEST_S)
