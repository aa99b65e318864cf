"""What the scripted provider saw: one `Call` per chat request, and the shared record that tests wait on."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast


@dataclass(kw_only=True)
class Call:
    """One chat request and how it ended. Only the provider's thread writes to it.

    `completed`: the whole response was sent. `closed_by_client`: the client hung up before that, at `ended`. Neither:
    still running while `ended` is None, else the script itself broke off. Times are `time.monotonic()`.
    """

    model: str
    headers: dict[str, str]
    body: dict[str, Any]
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    status: int | None = None
    completed: bool = False
    closed_by_client: bool = False

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.body.get("messages", [])

    @property
    def prompt(self) -> str:
        """The contents of all messages, joined by blank lines."""
        return "\n\n".join(_text(message.get("content")) for message in self.messages)

    def __str__(self) -> str:
        end = "closed by client" if self.closed_by_client else "completed" if self.completed else "broken off"
        state = "in flight" if self.ended is None else f"{end} after {self.ended - self.started:.3f} s"
        return f"{self.model}: status {self.status}, {state}, asked {self.prompt[:80]!r}"


def _text(content: object) -> str:
    """A message's content as text; contents may be a list of typed parts."""
    if isinstance(content, list):
        parts = cast("list[dict[str, Any]]", content)
        return "".join(str(part.get("text", "")) for part in parts)
    return str(content or "")


class Records:
    """All calls so far, under one condition variable."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._calls: list[Call] = []
        self._requests: list[str] = []
        self._max_in_flight = 0

    def visit(self, line: str) -> None:
        with self._changed:
            self._requests.append(line)
            self._changed.notify_all()

    def open(self, call: Call) -> None:
        with self._changed:
            self._calls.append(call)
            self._max_in_flight = max(self._max_in_flight, self.in_flight)
            self._changed.notify_all()

    def answered(self, call: Call, status: int) -> None:
        """Note that the head of the response went out."""
        with self._changed:
            call.status = status
            self._changed.notify_all()

    def completed(self, call: Call) -> None:
        with self._changed:
            call.completed = True
            call.ended = time.monotonic()
            self._changed.notify_all()

    def close(self, call: Call, *, by_client: bool) -> None:
        """Note that a call is over; one that completed stays as it was."""
        with self._changed:
            if call.ended is None:
                call.closed_by_client = by_client
                call.ended = time.monotonic()
            self._changed.notify_all()

    @property
    def calls(self) -> list[Call]:
        with self._changed:
            return list(self._calls)

    @property
    def requests(self) -> list[str]:
        with self._changed:
            return list(self._requests)

    @property
    def in_flight(self) -> int:
        with self._changed:
            return sum(call.ended is None for call in self._calls)

    @property
    def max_in_flight(self) -> int:
        with self._changed:
            return self._max_in_flight

    def wait_until(self, holds: Callable[[], bool], within: float) -> None:
        with self._changed:
            if not self._changed.wait_for(holds, within):
                seen = "\n  ".join(str(call) for call in self._calls) or "no calls"
                raise AssertionError(f"not so within {within} s; the provider saw:\n  {seen}")
