"""How many processes there are below a server, looked at all the while. Linux only: orphans fall to this process."""

import ctypes
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import psutil

_PR_SET_CHILD_SUBREAPER = 36
_LOOK_EVERY_S = 0.03
_GONE_WITHIN_S = 10.0


@dataclass(kw_only=True)
class Below:
    """What was seen below one server: `most` at once, and each that there was, wherever it has gone since."""

    server: int
    most: int = 0
    seen: frozenset[psutil.Process] = frozenset()

    def left(self) -> list[str]:
        """Name those that are there a while after all should be over."""
        return _left(lambda: self.seen)


class Processes:
    """Looks at the table of processes until it ends. A context manager."""

    def __init__(self) -> None:
        self._watched: list[Below] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> Self:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(1))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def watch(self, server: int) -> Below:
        """Begin to look below a server."""
        below = Below(server=server)
        self._watched = [*self._watched, below]
        return below

    def leave(self, below: Below) -> None:
        """Look there no more."""
        self._watched = [each for each in self._watched if each is not below]

    def _look_on(self) -> None:
        while not self._over.wait(_LOOK_EVERY_S):
            if watched := self._watched:
                _look(watched)


def left_below_us() -> list[str]:
    """Name all that have become our children, or were from the start, and live on a while after the end."""
    return _left(lambda: psutil.Process().children(recursive=True))


def _left(there: Callable[[], Iterable[psutil.Process]]) -> list[str]:
    end = time.monotonic() + _GONE_WITHIN_S
    while (alive := list(filter(_is_alive, there()))) and time.monotonic() < end:
        time.sleep(_LOOK_EVERY_S)
    return [str(process) for process in alive]


def _look(watched: Iterable[Below]) -> None:
    children: defaultdict[int, list[psutil.Process]] = defaultdict(list)
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            children[process.ppid()].append(process)
    for below in watched:
        found = _descendants(below.server, children)
        strayed = {process for process in below.seen - found if _is_alive(process)}
        below.seen |= found
        below.most = max(below.most, len(found | strayed))


def _descendants(root: int, children: defaultdict[int, list[psutil.Process]]) -> set[psutil.Process]:
    found: set[psutil.Process] = set()
    ahead = [root]
    while ahead:
        for child in children.get(ahead.pop(), ()):
            if child not in found:
                found.add(child)
                ahead.append(child.pid)
    return found


def _is_alive(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
