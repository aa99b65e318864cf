"""Whether so many jobs come that it pays to let them wait for each other: most of a transaction's work is shared."""

import asyncio
from collections import deque

COMPANY_S = 0.002
"""How long a job waits for others then."""

_MANY = 10
_MOMENT_S = 0.05


class Crowd:
    """Counts what has come in the last moment."""

    def __init__(self) -> None:
        self._came_at = deque[float](maxlen=_MANY)

    def has_come(self) -> bool:
        """Count one more. Says whether there are many."""
        now = asyncio.get_running_loop().time()
        self._came_at.append(now)
        return len(self._came_at) == _MANY and now - self._came_at[0] < _MOMENT_S
