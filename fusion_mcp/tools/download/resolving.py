"""The system's resolver, asked without holding anything up: not the event loop, nor the end of the program."""

import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import anyio
import anyio.from_thread
import anyio.lowlevel

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to numeric addresses, in order of preference. Raises OSError where the name has none."""


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of `host`, once. Raises OSError."""
    lookup = _Lookup(host, port)
    lookup.start()
    await lookup.ended.wait()
    return lookup.addresses()


class _Lookup(threading.Thread):
    """One call of getaddrinfo, which nothing can interrupt.

    In a thread of its own: in the event loop's pool a few names that nobody answers for would keep every connection of
    the process waiting, and the process from ending.
    """

    def __init__(self, host: str, port: int) -> None:
        super().__init__(name="lookup", daemon=True)
        self.ended = anyio.Event()
        self._asked = (host, port)
        self._loop = anyio.lowlevel.current_token()
        self._answers: Sequence[str] = ()
        self._fault: Exception | None = None

    def run(self) -> None:
        """Look the name up, then wake whoever waits, if there still is anyone."""
        try:
            found = socket.getaddrinfo(*self._asked, 0, socket.SOCK_STREAM)
            self._answers = [str(answer[4][0]) for answer in found]
        except Exception as fault:  # noqa: BLE001 - raised again where it is waited for
            self._fault = fault
        with suppress(RuntimeError):  # the event loop is gone
            anyio.from_thread.run_sync(self.ended.set, token=self._loop)

    def addresses(self) -> Sequence[str]:
        """Give what was found. Raises what getaddrinfo raised."""
        if self._fault is not None:
            raise self._fault
        return self._answers
