"""How time is shared out: a run's before it starts, a member's between its research and its answer. Pure.

Seconds since an arbitrary moment, as the event loop counts them.
"""

from collections.abc import Collection, Mapping

from fusion_mcp.codes import Stage
from fusion_mcp.values import value

SHARES: Mapping[Stage, float] = {"judge": 0.15, "synthesis": 0.20, "verification": 0.20}
"""How much of a run's time each stage behind the panel may count on."""

ANSWER_SHARE = 0.35
"""How much of a member's time is kept for its answer; what is left may go into research."""

_REPLIES_KEPT = 3.0
"""How many times its slowest reply so far a member is left to answer, but no more than `_MOST_KEPT` of what is left."""
_MOST_KEPT = 0.6
_CALL_SHARE = 0.5
"""How much of the time that is left one tool call may take at most."""


@value
class Deadlines:
    """When each stage must be over. A stage that ends early leaves its time to the next ones."""

    panel: float
    judge: float
    synthesis: float
    verification: float


def share_out(start: float, seconds: float, stages: Collection[Stage]) -> Deadlines:
    """Set time aside for those of `stages` that follow the panel, and give the panel the rest."""
    kept = {stage: seconds * share for stage, share in SHARES.items() if stage in stages}
    end = start + seconds
    synthesis = end - kept.get("verification", 0.0)
    judge = synthesis - kept.get("synthesis", 0.0)
    return Deadlines(panel=judge - kept.get("judge", 0.0), judge=judge, synthesis=synthesis, verification=end)


class Pace:
    """How long a member may research, given how long its model takes to reply."""

    def __init__(self, start: float, deadline: float) -> None:
        """Nothing is known yet of the model but that it has from `start` to `deadline`."""
        self._deadline = deadline
        self._least = ANSWER_SHARE * (deadline - start)
        self._slowest = 0.0

    def note(self, seconds: float) -> None:
        """Take in how long a reply took."""
        self._slowest = max(self._slowest, seconds)

    def for_calls(self, now: float) -> float:
        """Seconds that the tool calls of one turn may take, so that the model can still answer."""
        left = self._deadline - now
        return max(0.0, min(_CALL_SHARE * left, left - self._kept(left)))

    def is_late(self, now: float) -> bool:
        """Whether one more turn with tools would leave too little for the answer."""
        left = self._deadline - now
        return left < self._kept(left) + self._slowest

    def _kept(self, left: float) -> float:
        return max(self._least, min(_REPLIES_KEPT * self._slowest, _MOST_KEPT * left))
