"""How long jobs wait for each other where many come: most of a transaction's work is shared."""

import asyncio
from collections import deque
from typing import NamedTuple


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

    def wait_s(self) -> float:
        """Count one more job, and say how long it waits for others."""
        now = asyncio.get_running_loop().time()
        self._came_at.append(now)
        for crowd in (_TOO_MANY, _MANY):
            if len(self._came_at) >= crowd.jobs and self._came_at[-crowd.jobs] >= now - crowd.within_s:
                return crowd.wait_s
        return 0.0
