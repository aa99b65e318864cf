"""What a progress display knows: for each seat of each stage, its state and since when. Pure."""

from dataclasses import dataclass
from typing import Literal

from fusion_mcp.cleaning import one_line
from fusion_mcp.codes import Stage
from fusion_mcp.protocols import Progress, State
from fusion_mcp.urls import without_addresses

Seat = tuple[Stage, str]
Colour = Literal["dim", "green", "red", "plain"]
Painted = tuple[tuple[str, Colour], ...]
"""A line in pieces, each with its colour."""

_DETAIL = 200
_END = 40
_READ = 2000


@dataclass(frozen=True, kw_only=True)
class Row:
    """One seat: what it does, since when, and until when if it is done."""

    state: State
    since: float
    until: float | None = None
    detail: str = ""

    def words(self, now: float) -> str:
        """Say the state in a few words."""
        match self.state:
            case "started":
                return "started"
            case "researching":
                return self.detail
            case "writing":
                return "began to write"
            case "answered":
                return f"answered after {self.seconds(now):.1f} s"
            case "failed":
                return f"failed after {self.seconds(now):.1f} s: {self.detail or 'no reason given'}"

    def seconds(self, now: float) -> float:
        """Say how long it has taken so far, or took."""
        return max((now if self.until is None else self.until) - self.since, 0.0)

    def painted(self, head: str, now: float) -> Painted:
        """Write the row of a live table after `head`."""
        elapsed = f"{self.seconds(now):6.1f} s  "
        match self.state:
            case "started":
                return (head, "plain"), (elapsed, "dim"), ("working", "dim")
            case "researching":
                return (head, "plain"), (elapsed, "dim"), (self.detail, "dim")
            case "writing":
                return (head, "plain"), (elapsed, "dim"), (f"writing: …{self.detail}", "dim")
            case "answered":
                return (head, "plain"), (elapsed, "dim"), ("answered", "green")
            case "failed":
                return (head, "plain"), (elapsed, "dim"), (f"failed: {self.detail or 'no reason given'}", "red")


def fold(rows: dict[Seat, Row], progress: Progress, now: float) -> Row:
    """Take one event into `rows`, and give the seat's new row."""
    seat = (progress.stage, one_line(progress.who, _DETAIL))
    before = rows.get(seat)
    done = progress.state in ("answered", "failed")
    # Of what is being written the end is news; of a reason the beginning is. Nobody has vouched for addresses yet.
    is_written = progress.state == "writing"
    read = without_addresses(progress.detail[-_READ:] if is_written else progress.detail[:_READ])
    detail = read[-_END:] if is_written else read
    again = before is not None and before.until is not None and not done  # a judge's successor under the same name
    since = now if before is None or again else before.since
    rows[seat] = Row(state=progress.state, since=since, until=now if done else None, detail=one_line(detail, _DETAIL))
    return rows[seat]
