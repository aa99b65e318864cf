"""Who started this process, and who is at the other end of a connection on this machine: asked of the system.

What ancestors mean is `guard.ancestry`'s. Nothing here raises: what the system does not show is left out.
"""

import os
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from fusion_mcp.guard.ancestry import Process, is_keeper

_MOST = 64
"""How far up to go: no tree of processes is that deep, and a broken table must not hold a call up."""

_TIMES_DIFFER_S = 2.0
"""By how much two readings of one process's start may differ: they are reckoned from a clock that people set."""

_TRIES = 2

_OUR_NAMES = ("fusion-mcp", "fusion-mcp.exe", "fusion_mcp")


class Named(NamedTuple):
    """A process as a person knows it. Its arguments are left out: they may hold secrets."""

    pid: int
    name: str


def parent() -> int:
    """Name the process that has this one now. Takes no time."""
    return os.getppid()


def ancestors(pid: int | None = None) -> tuple[Process, ...]:
    """Give the ancestors of a process, the nearest first; by default of this one.

    An id that the system has given to a later process is no ancestor: parents are older than their children.
    """
    found: list[Process] = []
    try:
        child = psutil.Process(pid)
        while len(found) < _MOST and (parent := _parent(child)) is not None:
            found.append(_seen(parent))
            child = parent
    except (psutil.Error, OSError, ValueError):
        pass  # it is gone, or nobody may look at it: the rest of the way up is not known
    return tuple(found)


def peer_ancestors(host: str, port: int) -> tuple[Process, ...]:
    """Give whoever holds the other end of a TCP connection at this address of its own, and their ancestors.

    Empty where that is on another machine, or the system shows no stranger's connections.
    """
    owners = _owners(host, port)
    found: dict[tuple[int, float], Process] = {}
    for owner in owners:
        for each in (owner, *ancestors(owner.pid)):
            found.setdefault((each.pid, each.started), each)
    return tuple(found.values())


def listeners(host: str, port: int) -> tuple[Named, ...]:
    """Name the processes that have this port of this machine, as far as they can be seen."""
    everywhere = ("0.0.0.0", "::")  # noqa: S104 looked for, not bound
    return tuple(
        {each.pid: _named(each.pid) for where in (host, *everywhere) for each in _owners(where, port)}.values()
    )


def holders(file: Path) -> tuple[Named, ...]:
    """Name the other processes that have a file open, as far as they can be seen. Takes its time."""
    if psutil.WINDOWS:  # asking for a process's files may hang there
        return ()
    found: list[Named] = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and any(Path(each.path) == file for each in process.open_files()):
                found.append(_named(process.pid))
        except (psutil.Error, OSError):
            continue
    return tuple(found)


def has_keepers() -> bool:
    """Tell whether any agent's keeper runs on this machine. True where the system shows no table of processes."""
    try:
        return any(map(_is_keeper, psutil.process_iter()))
    except (psutil.Error, OSError):
        return True


def is_alive(process: Process) -> bool:
    """Whether this very process still runs, and no later one of its id. One that only waits to be reaped does not."""
    try:
        now = psutil.Process(process.pid)
        is_same = abs(now.create_time() - process.started) <= _TIMES_DIFFER_S
        return is_same and now.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError, ValueError):
        return False


def _named(pid: int) -> Named:
    try:
        command = psutil.Process(pid).cmdline()
        name = psutil.Process(pid).name()
    except (psutil.Error, OSError):
        return Named(pid, "unknown")
    is_ours = any(Path(word).name in _OUR_NAMES for word in command)
    return Named(pid, "fusion-mcp" if is_ours else name)


def _parent(child: psutil.Process) -> psutil.Process | None:
    """Give the parent of a process, and where that ends meanwhile, whoever has the child then."""
    for _ in range(_TRIES):
        try:
            parent = psutil.Process(child.ppid())
            is_older = parent.create_time() <= child.create_time() + _TIMES_DIFFER_S
        except psutil.NoSuchProcess:
            continue
        return parent if is_older and parent.pid != child.pid else None
    return None


def _seen(process: psutil.Process) -> Process:
    """Look at a process; a system that does not show its command line still shows whose child it is."""
    try:
        command = tuple(process.cmdline())
    except (psutil.Error, OSError):
        command = ()
    return Process(pid=process.pid, command=command, started=process.create_time())


def _is_keeper(process: psutil.Process) -> bool:
    try:
        return is_keeper(Process(pid=process.pid, command=tuple(process.cmdline())))
    except (psutil.Error, OSError):
        return False


def _owners(host: str, port: int) -> list[Process]:
    try:
        here = _address(host)
    except ValueError:
        return []
    try:
        pids = {each.pid for each in psutil.net_connections(kind="tcp") if _is_at(each.laddr, here, port)}
    except (psutil.Error, OSError, RuntimeError):
        pids = _owners_one_by_one(here, port)
    owners: list[Process] = []
    for pid in filter(None, pids):
        try:
            owners.append(_seen(psutil.Process(pid)))
        except (psutil.Error, OSError):
            continue
    return owners


def _owners_one_by_one(here: IPv4Address | IPv6Address, port: int) -> set[int | None]:
    """Ask each process for its connections: where not all may be seen, those of one's own still can be."""
    pids: set[int | None] = set()
    for process in psutil.process_iter():
        try:
            if any(_is_at(each.laddr, here, port) for each in process.net_connections(kind="tcp")):
                pids.add(process.pid)
        except (psutil.Error, OSError):
            continue
    return pids


def _is_at(end: Any, here: IPv4Address | IPv6Address, port: int) -> bool:
    return bool(end) and end.port == port and _address(end.ip) == here


def _address(host: str) -> IPv4Address | IPv6Address:
    """Read an address, IPv4 in the guise of IPv6 as what it is. Raises ValueError."""
    address = ip_address(host.partition("%")[0])
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
