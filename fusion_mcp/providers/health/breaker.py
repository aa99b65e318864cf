"""When a model that keeps failing is left alone, and when it is tried again. Pure: the clock's reading is handed in.

The circuit breaker of Nygard's "Release It!": a row of failures, or a bad share of the last calls, opens it, and one
probe decides what comes after the pause. The numbers are our own: a row of five is out of reach of a provider that
fails one call in ten, and 30 s are a fraction of a run. What counts as a failure is `health`'s to say.
"""

from collections import deque
from typing import NamedTuple

IN_A_ROW = 5
_LAST = 20
AT_LEAST = 10
"""How many of the last calls must be known before their share says anything."""
PAUSE_S = 30.0


class Pass(NamedTuple):
    """Leave to make one call. What comes of a call that began before the breaker last turned says nothing any more."""

    turn: int
    is_probe: bool = False


class Breaker:
    """One model of one provider. Closed at first: calls go through."""

    def __init__(self) -> None:
        self._failed: deque[bool] = deque(maxlen=_LAST)
        self._in_a_row = 0
        self._turn = 0
        self._opened_at: float | None = None
        self._probing = False

    @property
    def is_open(self) -> bool:
        """Whether calls are held off, but for a probe."""
        return self._opened_at is not None

    @property
    def why(self) -> str:
        """The calls that failed, in words."""
        if self._in_a_row >= IN_A_ROW:
            return f"{self._in_a_row} calls in a row failed"
        return f"{sum(self._failed)} of the last {len(self._failed)} calls failed"

    def seconds_left(self, now: float) -> float:
        """How long it holds off every call; 0 where it is closed, or a probe is due or under way."""
        return 0.0 if self._opened_at is None else max(0.0, self._opened_at + PAUSE_S - now)

    def bars(self, now: float) -> bool:
        """Tell whether a call would be held off now."""
        return self._opened_at is not None and (self._probing or self.seconds_left(now) > 0)

    def admit(self, now: float) -> Pass | None:
        """Let a call through, or hold it off. A pass must come back: by `succeeded`, `failed` or `freed`."""
        if self._opened_at is None:
            return Pass(self._turn)
        if self.bars(now):
            return None
        self._probing = True
        return Pass(self._turn, is_probe=True)

    def succeeded(self, held: Pass) -> bool:
        """Take a pass back from a call that was answered. Tells whether that has closed the breaker."""
        if held.turn != self._turn:
            return False
        self._in_a_row = 0
        self._failed.append(False)
        if not held.is_probe:
            return False
        self._failed.clear()
        self._turned(None)
        return True

    def failed(self, held: Pass, now: float) -> bool:
        """Take a pass back from a call that failed, retries and all. Tells whether that has opened the breaker."""
        if held.turn != self._turn:
            return False
        self._in_a_row += 1
        self._failed.append(True)
        bad_share = len(self._failed) >= AT_LEAST and 2 * sum(self._failed) > len(self._failed)
        if not (held.is_probe or self._in_a_row >= IN_A_ROW or bad_share):
            return False
        self._turned(now)
        return True

    def freed(self, held: Pass) -> None:
        """Take a pass back from a call that showed nothing: another one may be the probe."""
        if held.is_probe and held.turn == self._turn:
            self._probing = False

    def _turned(self, opened_at: float | None) -> None:
        self._opened_at = opened_at
        self._probing = False
        self._turn += 1
