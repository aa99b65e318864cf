"""How long jobs wait for each other where many come: most of a transaction's work is shared."""

import asyncio
from collections import deque

_MOMENT_S = 0.05
_MANY, _WAIT_S = 10, 0.002
_VERY_MANY, _LONG_WAIT_S = 80, 0.006


class Crowd:
    """Counts what has come in the last moment."""

    def __init__(self) -> None:
        self._came_at = deque[float](maxlen=_VERY_MANY)

    def wait_s(self) -> float:
        """Count one more job, and say how long it waits for others."""
        came_at, since = self._came_at, asyncio.get_running_loop().time()
        came_at.append(since)
        since -= _MOMENT_S
        if len(came_at) < _MANY or came_at[-_MANY] < since:
            return 0.0
        return _LONG_WAIT_S if len(came_at) == _VERY_MANY and came_at[0] >= since else _WAIT_S
