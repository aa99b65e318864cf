"""Who was left by an agent whose keeper could not end everybody: found by the environment, among all processes.

That happens where the keeper itself was killed, and on systems where a process can leave its line of parents.
"""

import os
import time
from contextlib import suppress

import psutil

_MOST_ROUNDS = 20
_POLL_S = 0.01


def end_strays(folder: str) -> None:
    """Kill the processes whose environment names `folder`, as the place of an agent's temporary files does.

    Blocks, for some milliseconds where there are none. Who has changed its environment is not found.
    """
    for _ in range(_MOST_ROUNDS):
        left = _strays(folder)
        if not left:
            return
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        time.sleep(_POLL_S)


def _strays(folder: str) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with suppress(OSError, psutil.Error):  # others' environments are theirs
            if process.pid != os.getpid() and any(folder in value for value in process.environ().values()):
                found.append(process)
    return found
