"""What a server process holds, looked at from outside. Linux only: it reads /proc."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

COUNTED_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Held:
    """Resident memory in MB, and how many there are of what a server might forget to give back."""

    mb: float
    files: int
    sockets: int
    threads: int
    children: int
    tasks: int


def look(pid: int, counted: Path) -> Held:
    """Look at a server that `soaked` has started, which counts its tasks into the file `counted`."""
    process = Path(f"/proc/{pid}")
    tasks = _tasks(pid, counted)
    facts = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    names = _open(process / "fd")
    return Held(
        mb=int(facts["VmRSS"].split()[0]) / 1024,
        files=sum(not name.startswith("socket:") for name in names),
        sockets=sum(name.startswith("socket:") for name in names),
        threads=int(facts["Threads"]),
        children=len((process / "task" / str(pid) / "children").read_text().split()),
        tasks=tasks,
    )


def _tasks(pid: int, counted: Path) -> int:
    """Have the server count its tasks; -1 when it does not."""
    counted.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR2)
    end = time.monotonic() + COUNTED_S
    while not counted.exists() and time.monotonic() < end:
        time.sleep(0.02)
    return int(counted.read_text()) if counted.exists() else -1


def _open(folder: Path) -> list[str]:
    """What each open handle is."""
    names: list[str] = []
    for handle in folder.iterdir():
        with suppress(FileNotFoundError):
            names.append(str(handle.readlink()))
    return names
