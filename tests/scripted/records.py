"""What a scripted server saw: how each request ended, and the shared record that tests wait on."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar


@dataclass(kw_only=True)
class Record:
    """One request's course. Only the server's thread writes to it.

    `completed`: the whole response was sent. `closed_by_client`: the client hung up before that, at `ended`. Neither:
    still running while `ended` is None, else the script itself broke off. Times are `time.monotonic()`.
    """

    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    status: int | None = None
    completed: bool = False
    closed_by_client: bool = False

    @property
    def course(self) -> str:
        """How far the request has come, in words."""
        end = "closed by client" if self.closed_by_client else "completed" if self.completed else "broken off"
        state = "in flight" if self.ended is None else f"{end} after {self.ended - self.started:.3f} s"
        return f"status {self.status}, {state}"


R = TypeVar("R", bound=Record)


class Records(Generic[R]):
    """All requests so far, under one condition variable."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._all: list[R] = []
        self._lines: list[str] = []
        self._max_in_flight = 0

    def visit(self, line: str) -> None:
        """Note the first line of a request, whatever becomes of it."""
        with self._changed:
            self._lines.append(line)
            self._changed.notify_all()

    def open(self, record: R) -> None:
        with self._changed:
            self._all.append(record)
            self._max_in_flight = max(self._max_in_flight, self.in_flight)
            self._changed.notify_all()

    def answered(self, record: R, status: int) -> None:
        """Note that the head of the response went out."""
        with self._changed:
            record.status = status
            self._changed.notify_all()

    def completed(self, record: R) -> None:
        with self._changed:
            record.completed = True
            record.ended = time.monotonic()
            self._changed.notify_all()

    def close(self, record: R, *, by_client: bool) -> None:
        """Note that a request is over; one that completed stays as it was."""
        with self._changed:
            if record.ended is None:
                record.closed_by_client = by_client
                record.ended = time.monotonic()
            self._changed.notify_all()

    @property
    def all(self) -> list[R]:
        with self._changed:
            return list(self._all)

    @property
    def lines(self) -> list[str]:
        with self._changed:
            return list(self._lines)

    @property
    def in_flight(self) -> int:
        with self._changed:
            return sum(record.ended is None for record in self._all)

    @property
    def max_in_flight(self) -> int:
        with self._changed:
            return self._max_in_flight

    def wait_until(self, holds: Callable[[], bool], within: float) -> None:
        with self._changed:
            if not self._changed.wait_for(holds, within):
                seen = "\n  ".join(map(str, self._all)) or "nothing"
                raise AssertionError(f"not so within {within} s; the server saw:\n  {seen}")
