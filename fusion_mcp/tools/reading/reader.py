"""The parent's side of reading: children that are started when needed, used again, and ended if they do not behave."""

import signal
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

import anyio
from pydantic import BaseModel, ConfigDict

from fusion_mcp.tools.faults import FaultReason, ToolFault
from fusion_mcp.tools.reading.framing import MOST_BYTES
from fusion_mcp.tools.reading.process import EndedError, ReadingProcess
from fusion_mcp.tools.reading.readable import Link, Readable, ReadingLimits

_LATE = "Reading this document took too long and was stopped. Use another source, or answer from what you have."
_LARGE = "This document needs more memory than reading may take. Use another source, or answer from what you have."
_BROKEN = "This document cannot be read: it broke what reads it. Use another source, or answer from what you have."
_NOT_STARTED = "Documents cannot be read at present. Answer from what search results say."

_START_S = 0.25
"""How long a child may take to start, on a busy machine."""
_LIGHT_BYTES = 500_000
"""After a larger document a child may hold more memory than a new one takes time."""
_MOST_ANSWERS = 500
"""Then a child is replaced: whatever its parsers leak ends with it."""

_TIMED_OUT_BY = {-getattr(signal, name) for name in ("SIGPROF", "SIGALRM") if hasattr(signal, name)}


class _Fault(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: FaultReason
    message: str


class _Read(BaseModel):
    """All of a `Readable` but its text, which comes by itself: it is long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    links: tuple[Link, ...]
    date: str | None


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    read: _Read | None = None
    fault: _Fault | None = None
    too_large: bool = False
    broken: bool = False


class Reader:
    """Documents to text. An async context manager: it starts nothing until it is asked, and leaves nothing behind."""

    def __init__(self, *, environ: Mapping[str, str], limits: ReadingLimits | None = None) -> None:
        """`environ` is all that a child sees of the environment, so no key may be in it."""
        self._environ = environ
        self._limits = limits or ReadingLimits()
        self._told = asdict(self._limits)
        self._places = anyio.CapacityLimiter(1)
        self._idle: list[ReadingProcess] = []
        self._busy: set[ReadingProcess] = set()
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        for child in [*self._idle, *self._busy]:
            await child.end()
        self._idle.clear()

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the children there are."""
        return tuple(child.pid for child in [*self._idle, *self._busy])

    async def read(self, body: bytes, content_type: str, url: str, *, within: float) -> Readable:
        """Read `body`, which came from `url` with this Content-Type header, within so many seconds.

        Raises ToolFault: `unsupported_type`, `unreadable`, `timed_out`, `too_large`. Cancellation ends the child.
        """
        if len(body) > MOST_BYTES // 2:
            raise ToolFault("too_large", _LARGE)
        ends = anyio.current_time() + within
        with anyio.CancelScope(deadline=ends):
            async with self._place():
                # Where the system has no timers, this is what ends a child that computes for too long.
                left = min(ends - anyio.current_time(), self._limits.cpu_s + self._limits.wait_s)
                with anyio.move_on_after(left):
                    head = {"content_type": content_type, "url": url, "within": max(left, 0), "limits": self._told}
                    return _readable(*await self._ask(head, body))
        raise ToolFault("timed_out", _LATE)

    @asynccontextmanager
    async def _place(self) -> AsyncGenerator[None]:
        """Wait for a place. There is one more where somebody has waited for as long as a start takes, up to the limit.

        Most pages are read in a tenth of that: so more of them come sooner from a child that there is.
        """
        with anyio.move_on_after(_START_S) as patience:
            await self._places.acquire()
        if patience.cancelled_caught:
            self._places.total_tokens = min(self._places.total_tokens + 1, self._limits.children)
            await self._places.acquire()
        try:
            yield
        finally:
            self._places.release()

    async def _ask(self, head: dict[str, Any], body: bytes) -> tuple[bytes, bytes]:
        """Have a child answer. One that has died while it had nothing to do is replaced once."""
        while True:
            child = await self._child()
            was_idle = child.answered > 0
            self._busy.add(child)
            answer = None
            try:
                answer = await child.ask(head, body)
            except EndedError:
                status = await child.how_it_ended()
                if status in _TIMED_OUT_BY:
                    raise ToolFault("timed_out", _LATE) from None
                if not was_idle:
                    raise ToolFault("unreadable", _BROKEN) from None
            finally:
                self._busy.discard(child)
                if answer is None or self._is_spent(child, body):
                    await child.end()
                else:
                    self._idle.append(child)
            if answer is not None:
                return answer

    def _is_spent(self, child: ReadingProcess, body: bytes) -> bool:
        return self._closed or len(body) > _LIGHT_BYTES or child.answered >= _MOST_ANSWERS

    async def _child(self) -> ReadingProcess:
        if self._closed:
            raise ToolFault("unreadable", _NOT_STARTED)
        if self._idle:
            return self._idle.pop()
        try:
            return await ReadingProcess.start(self._environ, self._limits.memory_bytes)
        except OSError:
            raise ToolFault("unreadable", _NOT_STARTED) from None


def _readable(answer: bytes, text: bytes) -> Readable:
    try:
        said, words = _Answer.model_validate_json(answer), text.decode()
    except ValueError:
        raise ToolFault("unreadable", _BROKEN) from None
    if said.fault is not None:
        raise ToolFault(said.fault.reason, said.fault.message)
    if said.too_large:
        raise ToolFault("too_large", _LARGE)
    if said.read is None:
        raise ToolFault("unreadable", _BROKEN)
    return Readable(title=said.read.title, text=words, links=said.read.links, date=said.read.date)
