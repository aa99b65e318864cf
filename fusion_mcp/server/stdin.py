"""The client's lines: a thread of our own reads them from stdin, and the event loop takes them.

The SDK would read in a worker thread that nothing can interrupt, so a signal would have to wait for the client's next
line. This thread may be left behind by the process. It does not wait for the loop to have taken a line, which would
cost more than most messages do, but for room where many wait.
"""

import asyncio
import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Self

import anyio

from fusion_mcp.server.half_characters import with_whole_characters

_STDIN = 0
_MOST_WAITING = 64
"""Lines that were read and not taken yet."""


class Lines:
    """What the client has said, line by line."""

    def __init__(self) -> None:
        """Hear nothing yet; made inside the event loop that takes the lines."""
        self.ended = anyio.Event()
        """The client has closed its end, or it cannot be read any more."""
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[str] = deque()
        self._room = threading.Semaphore(_MOST_WAITING)
        self._news = anyio.Event()
        self._is_closed = False

    def listen(self) -> None:
        """Begin to read. The interpreter does not wait for a read that never returns."""
        threading.Thread(target=self._read, name="stdin", daemon=True).start()

    def close(self) -> None:
        """Give no more lines than those that wait."""
        self._is_closed = True
        self._news.set()

    def __aiter__(self) -> Self:
        """Give itself."""
        return self

    async def __anext__(self) -> str:
        """Wait for the next line."""
        while not self._waiting:
            if self._is_closed:
                raise StopAsyncIteration
            self._news = anyio.Event()
            await self._news.wait()
        self._room.release()
        return self._waiting.popleft()

    def _take(self, line: str) -> None:
        self._waiting.append(line)
        self._news.set()

    def _read(self) -> None:
        try:
            with open(_take_stdin(), "rb", closefd=False) as wire:
                for line in wire:
                    self._room.acquire()  # given back where the line is taken
                    self._tell(self._take, with_whole_characters(line.decode("utf-8", "replace")))
        except OSError:
            pass  # what cannot be read any more has ended
        finally:
            self._tell(self.ended.set)

    def _tell(self, what: Callable[..., object], *words: str) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended before stdin did
            self._loop.call_soon_threadsafe(what, *words)


def _take_stdin() -> int:
    """Move the wire to a descriptor of its own, so that no child process can read from it."""
    wire = os.dup(_STDIN)
    os.set_blocking(wire, True)  # else nothing to read yet would look like the end
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, _STDIN)
    os.close(nothing)
    return wire
