"""A run's events as progress that a client may show: a value that only rises, and one short line. Pure.

Sending it, and when, is `telling`'s and `pump`'s.
"""

import math
from functools import lru_cache
from typing import NamedTuple

from fusion_mcp.cleaning import listed, one_line
from fusion_mcp.codes import Stage
from fusion_mcp.protocols import Progress, State
from fusion_mcp.urls import without_addresses

TOTAL = 100.0
LONGEST = 200
"""Clients cut what is longer, or drop the connection over it."""

HEARTBEAT_S = 8.0
"""Clients give up on a silent call, the strictest after some ten seconds."""

WRITING_EVERY_S = 1.0
"""A synthesizer writes many pieces a second; nobody reads that many lines."""

_SPANS: dict[Stage, tuple[float, float]] = {
    "panel": (0, 60),
    "judge": (60, 75),
    "synthesis": (75, 90),
    "verification": (90, 99),
}
"""Where each stage stands on the scale of 0 to `TOTAL`. The end of the call itself is the rest."""

_LINES: dict[tuple[Stage, str], str] = {
    ("panel", "started"): "asking {who}",
    ("panel", "answered"): "{who} answered",
    ("judge", "started"): "judge {who} compares the answers",
    ("judge", "answered"): "judge {who} has compared the answers",
    ("synthesis", "started"): "{who} is about to write the answer",
    ("synthesis", "answered"): "{who} has written the answer",
    ("verification", "started"): "verifier {who} checks the answer",
    ("verification", "answered"): "verifier {who} has checked the answer",
}
_ROLES: dict[Stage, str] = {
    "panel": "",
    "judge": "judge ",
    "synthesis": "synthesizer ",
    "verification": "verifier ",
}

_MOST_NAMES = 3
_LONGEST_NAME = 50
_LONGEST_TAIL = 110


class Update(NamedTuple):
    """One thing to report: a value above all before it, and a line of at most `LONGEST` characters."""

    value: float
    message: str
    is_writing: bool = False


class Tally:
    """What has happened so far in one run. Times are seconds on any clock that does not go back."""

    def __init__(self, now: float) -> None:
        """Begin a run that has told nothing yet."""
        self._began = now
        self._value = 0.0
        self._stage: Stage = "panel"
        self._share = 0.0
        self._waiting: dict[tuple[Stage, str], None] = {}
        self._is_done: dict[str, bool] = {}
        """The panel's members."""
        self._wrote_at = -math.inf

    def note(self, event: Progress, now: float) -> Update | None:
        """Take in one event; None when it is too soon after the last to be worth a line."""
        stage, state, who = event.stage, event.state, _name(event.who)
        is_over = state in ("answered", "failed")
        if is_over:
            self._waiting.pop((stage, who), None)
        else:
            self._waiting[stage, who] = None
        self._stage = stage
        if stage == "panel":
            self._is_done[who] = is_over
            self._share = self._done / len(self._is_done)
        else:
            self._share = 1.0 if state == "answered" else 0.0
        if state == "writing":
            if now - self._wrote_at < WRITING_EVERY_S:
                return None
            self._wrote_at = now
        count = f" ({self._done} of {len(self._is_done)})" if is_over and stage == "panel" else ""
        return self._update(_line(event, who) + count, is_writing=state == "writing")

    def heartbeat(self, now: float) -> Update:
        """Say who is still being waited for."""
        names = [who for _, who in self._waiting]
        waiting = f"waiting for {listed(names, _MOST_NAMES)}" if names else "waiting"
        done = f", {self._done} of {len(self._is_done)} members done" if self._stage == "panel" and names else ""
        return self._update(one_line(f"{now - self._began:.0f} s: {waiting}{done}", LONGEST))

    @property
    def _done(self) -> int:
        return sum(self._is_done.values())

    def _update(self, message: str, *, is_writing: bool = False) -> Update:
        start, end = _SPANS[self._stage]
        # A hundredth of the way that is left: any number of events fits below the stage's end.
        crept = self._value + (end - self._value) / 100
        risen = max(start + self._share * (end - start), crept)
        self._value = risen if risen > self._value else math.nextafter(self._value, math.inf)
        return Update(self._value, message, is_writing)


@lru_cache(maxsize=256)
def _name(who: str) -> str:
    return one_line(who, _LONGEST_NAME)


def _line(event: Progress, who: str) -> str:
    """Say on one line what happened: all that is put into it is short and on one line."""
    if event.state == "failed":
        return f"{_ROLES[event.stage]}{who} failed: {one_line(event.detail, _LONGEST_NAME) or 'no reason given'}"
    if event.state == "writing":
        return f"{who} writes: {_tail(event.detail)}"
    if event.state == "researching":
        return f"{who}: {one_line(without_addresses(event.detail), _LONGEST_TAIL)}"
    return _plain_line(event.stage, event.state, who)


@lru_cache(maxsize=256)
def _plain_line(stage: Stage, state: State, who: str) -> str:
    return _LINES[stage, state].format(who=who)


def _tail(written: str) -> str:
    """The end of what is written so far, on one line, without addresses: nobody has vouched for them yet."""
    end = one_line(without_addresses(written[-4 * _LONGEST_TAIL :]), 4 * _LONGEST_TAIL)
    if len(end) <= _LONGEST_TAIL and len(written) <= 4 * _LONGEST_TAIL:
        return end
    return f"…{one_line(end[-_LONGEST_TAIL:], _LONGEST_TAIL)}"
