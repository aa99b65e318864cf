"""Everybody whom an agent has started, as its keeper sees them: counted, and ended.

On Linux nobody escapes: orphans of the tree have become the keeper's children. Elsewhere (untested) one is found as
long as a line of living parents leads to it, by an earlier look, or by the agent's session.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import psutil

_HAS_SUBREAPER = sys.platform == "linux"
_POLL_S = 0.01
_CHASE_S = 0.1
_KILL_WITHIN_S = 4.0
_MOST_ROUNDS = 20


class Tree:
    """Everybody whom the agent has started, itself included."""

    def __init__(self, agent: int) -> None:
        """`agent` is the process id of a child of this process, whose end somebody else waits for."""
        self._agent = agent
        self._known: set[psutil.Process] = set()

    def living(self, *, thoroughly: bool = False) -> list[psutil.Process]:
        """Give all who are there now, and reap the orphans that have ended."""
        found = set(psutil.Process().children(recursive=True))
        if not _HAS_SUBREAPER:
            found |= self._strayed(found, thoroughly)
        self._known = found
        return [process for process in found if not self._is_reaped(process.pid)]

    def end(self, grace_s: float) -> None:
        """Ask them to leave, where they are given any time; then kill until nobody is left, or for a few seconds."""
        if grace_s:
            _each(self.living(), psutil.Process.terminate)
            leave_by = time.monotonic() + grace_s
            while self.living() and time.monotonic() < leave_by:
                time.sleep(_POLL_S)
        give_up_at = time.monotonic() + _KILL_WITHIN_S
        while self._is_anybody_left() and time.monotonic() < give_up_at:
            self._chase()
            _each(self.living() if sys.platform == "win32" else self._frozen(), psutil.Process.kill)
            time.sleep(_POLL_S)

    def _is_anybody_left(self) -> bool:
        if sys.platform == "linux":  # whose answer is exact: whoever there is has a living line of parents up to us
            with suppress(ChildProcessError):
                os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                return True
            return False
        return bool(self.living(thoroughly=True))

    def _chase(self) -> None:
        """Kill our children as fast as they come for a moment.

        Who forks and leaves all the time is a step ahead of any longer look, but becomes our child with each step.
        """
        until = time.monotonic() + _CHASE_S
        while (children := _children()) and time.monotonic() < until:
            for pid in reversed(children):  # the latest first: the others have left
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            for pid in children:
                self._is_reaped(pid)

    def _frozen(self) -> set[psutil.Process]:
        """Stop them until no look finds another: between a look and a kill, one that runs could multiply."""
        frozen: set[psutil.Process] = set()
        for _ in range(_MOST_ROUNDS):
            fresh = set(self.living(thoroughly=True)) - frozen
            if not fresh:
                break
            _each(fresh, psutil.Process.suspend)
            frozen |= fresh
        return frozen

    def _strayed(self, found: set[psutil.Process], thoroughly: bool) -> set[psutil.Process]:
        """Find those to whom no line of living parents leads."""
        strayed = self._known - found
        for process in tuple(strayed):
            with suppress(psutil.Error):
                strayed.update(process.children(recursive=True))
        if thoroughly:
            strayed |= _of_session(self._agent)
        return {process for process in strayed if _is_alive(process)}  # the dead are not ours to reap

    def _is_reaped(self, pid: int) -> bool:
        if sys.platform == "win32" or pid == self._agent:  # whose status its own thread waits for
            return False
        with suppress(ChildProcessError):
            return os.waitpid(pid, os.WNOHANG)[0] == pid
        return False


def _children() -> list[int]:
    """Give our children as Linux lists them, in a hundredth of the time that a look at all processes takes."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", "rb") as listed:  # noqa: PTH123 - for speed, too
            return [int(pid) for pid in listed.read().split()]
    except OSError:  # another system, or a kernel without it
        return []


def _is_alive(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _each(processes: Iterable[psutil.Process], do: Callable[[psutil.Process], None]) -> None:
    for process in processes:
        with suppress(psutil.Error):  # it is gone, or was given to another user
            do(process)


def _of_session(leader: int) -> set[psutil.Process]:
    """Give the processes of the session that process `leader` has begun."""
    found: set[psutil.Process] = set()
    if sys.platform != "win32":
        for process in psutil.process_iter():
            with suppress(OSError, psutil.Error):
                if os.getsid(process.pid) == leader:
                    found.add(process)
    return found
