"""Live progress on stderr: what a run's members, judge and synthesizer are at.

On a terminal a small table, redrawn in place; elsewhere one line per event. A display never stops a run: what it cannot
write, it leaves.
"""

import sys
import time
from collections.abc import Callable, Mapping
from typing import Protocol, TextIO

import anyio

from fusion_mcp.cleaning import one_line
from fusion_mcp.cli.rows import Row, Seat, fold
from fusion_mcp.cli.terminal import Terminal, terminal_on
from fusion_mcp.protocols import Progress

TICK = 0.25
"""Seconds between two redraws while nothing happens: elapsed times move on."""

EAGER = 0.05
"""Seconds within which a further piece of writing is not drawn at once: the next tick shows it."""

_DETAIL = 200

Clock = Callable[[], float]


class Display(Protocol):
    """Somewhere to show progress."""

    def show(self, progress: Progress) -> None:
        """Show one thing that happened; returns at once and raises nothing."""
        ...

    async def keep_time(self) -> None:
        """Keep elapsed times moving until cancelled."""
        ...

    def close(self) -> None:
        """Leave the last state standing."""
        ...


def open_display(environ: Mapping[str, str], *, clock: Clock = time.monotonic) -> Display:
    """Choose the display that fits stderr."""
    terminal = terminal_on(sys.stderr, environ)
    return LineDisplay(sys.stderr, clock) if terminal is None else LiveDisplay(terminal, clock)


class LineDisplay:
    """One line per event, for logs and pipes."""

    def __init__(self, stream: TextIO | None, clock: Clock) -> None:
        """`stream` None shows nothing."""
        self._stream = stream
        self._clock = clock
        self._rows: dict[Seat, Row] = {}

    def show(self, progress: Progress) -> None:
        """Write one line; a synthesizer's writing is one event, however many pieces it comes in."""
        before = self._rows.get((progress.stage, progress.who))
        row = fold(self._rows, progress, self._clock())
        if progress.state == "writing" and before is not None and before.state == "writing":
            return
        colon = ":" if progress.state == "researching" else ""
        self._write(f"{progress.stage}: {one_line(progress.who, _DETAIL)}{colon} {row.words(self._clock())}")

    async def keep_time(self) -> None:
        """Have nothing to redraw."""

    def close(self) -> None:
        """Have nothing to leave."""

    def _write(self, line: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(f"{line}\n")
            self._stream.flush()
        except OSError:
            self._stream = None


class LiveDisplay:
    """One row per member, redrawn in place."""

    def __init__(self, terminal: Terminal, clock: Clock) -> None:
        """Draws on `terminal` from wherever its cursor stands."""
        self._terminal = terminal
        self._clock = clock
        self._rows: dict[Seat, Row] = {}
        self._drawn_at = float("-inf")

    def show(self, progress: Progress) -> None:
        """Take the event in and redraw, unless writing comes faster than an eye reads."""
        now = self._clock()
        fold(self._rows, progress, now)
        if progress.state != "writing" or now - self._drawn_at >= EAGER:
            self._draw()

    async def keep_time(self) -> None:
        """Redraw at every tick until cancelled."""
        while True:
            await anyio.sleep(TICK)
            self._draw()

    def close(self) -> None:
        """Draw once more; the table stays, and what follows stands below it."""
        self._draw()
        self._terminal.leave()

    def _draw(self) -> None:
        now = self._clock()
        self._drawn_at = now
        width = max((len(who) for _, who in self._rows), default=0)
        self._terminal.redraw(
            [row.painted(f"{stage:<9} {who:<{width}}  ", now) for (stage, who), row in self._rows.items()]
        )
