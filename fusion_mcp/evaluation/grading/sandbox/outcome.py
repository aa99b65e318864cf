"""What became of a program, by what its process has said. Pure, but for the names of signals."""

import signal
from dataclasses import dataclass
from typing import Literal

from fusion_mcp.cleaning import clean

Status = Literal["passed", "failed", "timed_out", "refused"]

NO_WALLS = "this machine cannot keep code in (no Landlock or user namespaces with seccomp)"

_SHOWN_LINES, _SHOWN_CHARACTERS = 6, 600


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a program ended. `detail` is the end of its complaint, or why it was stopped or not begun."""

    status: Status
    detail: str = ""


@dataclass(kw_only=True)
class Seen:
    """What the child has said and complained of, and why we ended it."""

    said: bytes = b""
    complaint: bytes = b""
    complained: int = 0
    stopped: str = ""
    is_late: bool = False


def outcome_of(seen: Seen, token: str, status: int | None) -> Outcome:
    """Tell how it ended. Only the first line was said before the code of others began."""
    first, _, rest = seen.said.decode(errors="replace").partition("\n")
    if first.startswith("refused"):
        return Outcome(status="refused", detail=f"{NO_WALLS}: {_end_of(first.removeprefix('refused '))}")
    if seen.stopped:
        return Outcome(status="failed", detail=f"stopped: {seen.stopped}")
    if token in rest.splitlines():
        return Outcome(status="passed")
    if seen.is_late:
        return Outcome(status="timed_out", detail="its time was up")
    complaint = _end_of(seen.complaint.decode(errors="replace"))
    if status is not None and status < 0:
        return _of_signal(-status, complaint)
    return Outcome(status="failed", detail=complaint or "it ended before its tests did")


def _of_signal(number: int, complaint: str) -> Outcome:
    if number == getattr(signal, "SIGXCPU", None):
        return Outcome(status="timed_out", detail="its CPU time was up")
    named = next((each.name for each in signal.Signals if each == number), f"signal {number}")
    return Outcome(status="failed", detail=f"ended by {named}. {complaint}".strip())


def _end_of(text: str) -> str:
    """Give the last lines of a complaint, fit to be shown."""
    return "\n".join(clean(text).strip().splitlines()[-_SHOWN_LINES:])[-_SHOWN_CHARACTERS:]
