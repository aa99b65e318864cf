"""The process that keeps one agent: a script that imports nothing of ours but `tree`, which ends all of them.

It is the agent's parent, and ends everybody whom the agent has started: when the agent has ended, when there are too
many of them, and when stdin closes, which happens however its own parent ends. One line of JSON on stdin says what to
run. The agent writes to the stdout and stderr that this process was given; the last line on stderr, behind a token that
the agent does not know, is a report: {"status", "signal", "exceeded", "missing"}. This process lives as long as the
agent, so that its command line tells a server that the agent starts whom it descends from.

On Linux orphans of the agent's tree become children of this process, in whatever session they are, and the agent itself
dies with this process.
"""

import ctypes
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from fusion_mcp.providers.agents.tree import Tree

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_LOOK_EVERY_S = 0.2
_LOOK_AT_LEAST_EVERY_S = 1.0
_SHARE_OF_LOOKING = 0.05
"""Of one core's time: where very many processes make a look slow, there are fewer of them."""
_SAY_WITHIN_S = 1.0

_EXITED, _TOLD, _ALONE, _PROCESSES = "exited", "told", "alone", "processes"
"""Why everybody is ended: the agent is done; a signal came; the parent has gone or let go; there are too many."""


def main() -> None:
    """Keep one agent, and say how it ended."""
    events: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # a handler, unlike "ignored", is not handed down to the agent
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), partial(_tell, events))
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        return
    wanted: dict[str, Any] = json.loads(line)
    parent, folder = os.getppid(), Path.cwd()
    report = _keep(wanted, events)
    if report is not None:
        said = f"\n{wanted['token']}{json.dumps(report)}\n".encode()
        saying = threading.Thread(target=_say, args=(said,), daemon=True)  # where nobody listens, the pipe may be full
        saying.start()
        saying.join(_SAY_WITHIN_S)
    if report is None or os.getppid() != parent:  # who would have removed the folder is dead, or may be in a moment
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # threads that wait at a pipe cannot be told to end


def _tell(events: queue.SimpleQueue[str], *_: object) -> None:
    events.put(_TOLD)  # the one queue that a signal's handler may use


def _say(line: bytes) -> None:
    with suppress(OSError):
        os.write(2, line)


def _keep(wanted: Mapping[str, Any], events: queue.SimpleQueue[str]) -> Mapping[str, Any] | None:
    """Run the agent until there is a reason to end everybody. Gives the report, None where nobody waits for one."""
    try:
        agent = _start(wanted["command"], wanted["environ"], wanted["works_in"])
    except OSError as error:
        return {"missing": [wanted["command"][0], error.strerror or str(error)]}
    tree, why = Tree(agent.pid), _ALONE
    try:
        for task in (partial(_wait, agent, events), partial(_feed, agent, wanted["stdin"]), partial(_outlive, events)):
            threading.Thread(target=task, daemon=True).start()
        why = _watch(tree, wanted["most_processes"], events)
    finally:
        tree.end(grace_s=wanted["grace_s"] if why in (_TOLD, _ALONE) else 0.0)
    if why == _ALONE:
        return None
    with suppress(subprocess.TimeoutExpired):
        agent.wait(_SAY_WITHIN_S)  # another thread knows, or is about to
    status = agent.returncode
    died_by = None if status is None or status >= 0 else _name(-status)
    return {
        "status": None if died_by else status,
        "signal": died_by,
        "exceeded": _PROCESSES if why == _PROCESSES else None,
    }


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal has none
        return f"signal {number}"


def _start(command: list[str], environ: Mapping[str, str], folder: str) -> subprocess.Popen[bytes]:
    """Start the agent in a folder below ours, in a session of its own, where no terminal's Ctrl-C reaches it.

    Raises OSError.
    """
    program = shutil.which(command[0], path=environ.get("PATH", ""))
    if program is None:
        raise FileNotFoundError("it is not on the PATH, or may not be run")
    return subprocess.Popen(  # noqa: S603 - which command is the parent's to say
        [program, *command[1:]],
        cwd=folder or None,
        stdin=subprocess.PIPE,
        env=dict(environ),
        start_new_session=True,
        preexec_fn=_bound_to_us(),  # noqa: PLW1509 - no thread is running yet
    )


def _bound_to_us() -> Callable[[], None] | None:
    """Become the parent of orphans, and give what ties the agent's life to ours: both only where the system can."""
    if sys.platform != "linux":
        return None
    prctl, keeper = ctypes.CDLL(None).prctl, os.getpid()
    prctl(_PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(1))
    deadly = ctypes.c_ulong(signal.SIGKILL)

    def bind() -> None:
        prctl(_PR_SET_PDEATHSIG, deadly)
        if os.getppid() != keeper:  # it had died before the line above
            os.kill(os.getpid(), signal.SIGKILL)

    return bind


def _wait(agent: subprocess.Popen[bytes], events: queue.SimpleQueue[str]) -> None:
    agent.wait()
    events.put(_EXITED)


def _feed(agent: subprocess.Popen[bytes], text: str) -> None:
    with suppress(OSError):  # it need not read what it is asked
        if agent.stdin is not None:
            with agent.stdin:
                agent.stdin.write(text.encode(errors="replace"))


def _outlive(events: queue.SimpleQueue[str]) -> None:
    with suppress(OSError):
        while os.read(0, 65_536):
            pass
    events.put(_ALONE)


def _watch(tree: Tree, most: int, events: queue.SimpleQueue[str]) -> str:
    """Wait for a reason to end everybody, and count them meanwhile."""
    parent, pause = os.getppid(), _LOOK_EVERY_S
    while True:
        with suppress(queue.Empty):
            return events.get(timeout=pause)
        if os.getppid() != parent:  # our end of its pipe may have been inherited by others
            return _ALONE
        began = time.monotonic()
        if len(tree.living()) > most:
            return _PROCESSES
        took = time.monotonic() - began
        pause = min(max(_LOOK_EVERY_S, took / _SHARE_OF_LOOKING), _LOOK_AT_LEAST_EVERY_S)


if __name__ == "__main__":
    main()
