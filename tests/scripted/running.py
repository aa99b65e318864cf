"""A scripted server in a thread with an event loop of its own.

So tests of every colour and child processes can all use it.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, Self

from scripted.gates import Gate
from scripted.records import R, Records
from scripted.server import Respond, Server

START = 5.0


class RunningServer(Generic[R]):
    """Use it as a context manager. What it answers is `respond`'s to say, what came is in `records`."""

    def __init__(self, name: str, records: Records[R], respond: Respond) -> None:
        self.port = 0
        self._name = name
        self._records = records
        self._gates: dict[str, Gate] = {}
        self._server = Server(respond)
        self._listening = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name=name, daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def gate(self, name: str) -> Gate:
        """The gate of that name, made on first use."""
        if self._loop is None:
            raise RuntimeError(f"gates exist only while the {self._name} runs: enter it first")
        return self._gates.setdefault(name, Gate(self._loop))

    @property
    def in_flight(self) -> int:
        """How many requests are being answered now."""
        return self._records.in_flight

    @property
    def max_in_flight(self) -> int:
        """How many requests there ever were at once."""
        return self._records.max_in_flight

    def wait_until(self, holds: Callable[[Self], bool], within: float = 5.0) -> None:
        """Block until `holds(self)`; AssertionError with the records when it does not hold in time."""
        self._records.wait_until(lambda: holds(self), within)

    async def until(self, holds: Callable[[Self], bool], within: float = 5.0) -> None:
        """Wait like `wait_until` without blocking the test's own event loop."""
        await asyncio.to_thread(self.wait_until, holds, within)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._listening.wait(START):
            raise RuntimeError(f"the {self._name} did not start")
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(START)
        if self._thread.is_alive():
            raise RuntimeError(f"the {self._name} did not stop")
        if self._server.faults:
            raise self._server.faults[0]

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        await self._server.run(self._opened, self._stop)

    def _opened(self, port: int) -> None:
        self.port = port
        self._listening.set()
