"""How long jobs wait for each other where many come: most of a transaction's work is shared."""

from collections import deque
from typing import NamedTuple

from fusion_mcp.clock import now


class _Crowd(NamedTuple):
    jobs: int
    within_s: float
    wait_s: float


_MANY = _Crowd(jobs=6, within_s=0.05, wait_s=0.002)
_TOO_MANY = _Crowd(jobs=500, within_s=0.6, wait_s=0.012)
"""Where computing is what everybody waits for, a long wait makes all of them faster."""


class Crowd:
    """Counts what has come in the last moment."""

    def __init__(self) -> None:
        self._came_at = deque[float](maxlen=_TOO_MANY.jobs)

    def add(self) -> None:
        """Count one more job."""
        self._came_at.append(now())

    def wait_s(self) -> float:
        """Say how long the last one waits for others."""
        came_at = self._came_at
        for jobs, within_s, wait_s in (_TOO_MANY, _MANY):
            if len(came_at) >= jobs and came_at[-jobs] >= came_at[-1] - within_s:
                return wait_s
        return 0.0
