"""What a process's ancestors say about it. Pure: who they are is for `fusion_mcp.lineage` to find out.

An agent runs below a keeper, which lives exactly as long as the call of a live run that it was started for. So a
keeper among the ancestors is a live run, without any state, and an ended run gives no false alarm.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

KEEPER_MARK = "fusion-mcp-run"
"""The argument by which a keeper is known: nobody passes it by accident, and no environment has to hold it."""

KEEPER_FILE = "keeper.py"


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process as the system shows it. `started`, in seconds since the epoch, tells it from a later one of its id.

    `command` is empty where the system shows it to nobody; no repr has it, since others' arguments may hold secrets.
    """

    pid: int
    command: tuple[str, ...] = field(default=(), repr=False)
    started: float = 0.0


def marker(ancestors: Iterable[Process]) -> str | None:
    """Name the ancestor that gives a call away as a live run's own, or None for a call from outside."""
    found = keeper(ancestors)
    return None if found is None else f"process ancestry ({found.pid})"


def keeper(ancestors: Iterable[Process]) -> Process | None:
    """Give the nearest ancestor that is the keeper of an agent."""
    return next(filter(is_keeper, ancestors), None)


def is_keeper(process: Process) -> bool:
    """Tell whether a process runs the keeper's script with its mark as an argument."""
    scripts = [number for number, word in enumerate(process.command) if _file_name(word) == KEEPER_FILE]
    return bool(scripts) and KEEPER_MARK in process.command[scripts[0] + 1 :]


def _file_name(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]
