"""How a run's time is shared out before it starts, pure.

Seconds since an arbitrary moment, as the event loop counts them.
"""

from dataclasses import dataclass

from fusion_mcp.types import Kind

JUDGE_SHARE = 0.15
SYNTHESIS_SHARE = 0.20


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """When each stage must be over. A stage that ends early leaves its time to the next ones."""

    panel: float
    judge: float
    synthesis: float


def share_out(start: float, seconds: float, kind: Kind) -> Deadlines:
    """Set time for judge and synthesizer aside, and give the panel the rest."""
    synthesis = seconds * SYNTHESIS_SHARE if kind == "ask" else 0.0
    end = start + seconds
    return Deadlines(panel=end - synthesis - seconds * JUDGE_SHARE, judge=end - synthesis, synthesis=end)
