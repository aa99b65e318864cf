"""How many retries a provider gets, so that one which is down does not get its traffic multiplied. Pure.

After Finagle's RetryBudget: a fifth of the calls, plus some that time alone brings back, so that whoever calls seldom
can always try again. The clock's reading is handed in.
"""

_SHARE = 0.2
"""Retries that each call earns."""
FLOOR = 10.0
"""Retries that are there at first, and that time brings back to."""
_PER_S = 1.0
MOST = 50.0
"""Retries that can be saved up: a long good time is no leave to flood a provider once it is down."""


class RetryBudget:
    """The retries that one provider has left."""

    def __init__(self) -> None:
        self._left = FLOOR
        self._at = 0.0
        """When that was looked at last; of no account while nothing has been taken."""

    def deposit(self, now: float) -> None:
        """Earn a share of a retry: a call goes out."""
        self._refill(now)
        self._left = min(MOST, self._left + _SHARE)

    def withdraw(self, now: float) -> bool:
        """Take one retry, if one is left."""
        self._refill(now)
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    def _refill(self, now: float) -> None:
        if self._left < FLOOR:
            self._left = min(FLOOR, self._left + (now - self._at) * _PER_S)
        self._at = now
