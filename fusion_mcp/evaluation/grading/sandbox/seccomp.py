"""The wall around system calls: a filter that lets those of `syscalls.toml` through and refuses all others. Linux.

It cannot be taken down again. What is refused fails with "permission denied"; a call by another architecture's numbers
ends the process.
"""

import ctypes
import os
import platform
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

# https://docs.kernel.org/userspace-api/seccomp_filter.html
_LOAD, _JUMP_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EACCES, _ENOSYS = 13, 38
_AT_NUMBER, _AT_ARCHITECTURE, _AT_ARGUMENTS = 0, 4, 16
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""The column in the table, and how the kernel calls it."""
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2
_CLONE_THREAD = 0x10000
_FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030)
"""Copies, flags and locks: not who gets a signal."""
_IOCTLS = (0x5421, 0x5450, 0x5451)
"""FIONBIO, FIONCLEX, FIOCLEX: how a stream waits, and who inherits it."""
_STREAM_PAIRS = tuple(1 | flags for flags in (0, 0x800, 0x80000, 0x80800))
"""Connected streams, which reach nobody else: asyncio wakes itself up by one."""

Instruction = tuple[int, int, int, int]


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def prepared() -> list[Instruction]:
    """Write the filter for this process, while its table can still be read. Raises OSError where there is none."""
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        raise OSError(_ENOSYS, "no table of system calls for this processor")
    column, architecture = known
    table = tomllib.loads(Path(__file__).with_name("syscalls.toml").read_text(encoding="utf-8"))
    numbers = {kind: {name: row[column] for name, row in rows.items()} for kind, rows in table.items()}
    return _filter(architecture, [n for n in numbers["allowed"].values() if n >= 0], numbers["within_bounds"])


def wall_in(instructions: Sequence[Instruction]) -> None:
    """Put the wall up around this process, its threads to come included. Raises OSError where the system cannot."""
    listed = (_Instruction * len(instructions))(*(_Instruction(*each) for each in instructions))
    program = _Program(len(instructions), listed)
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in (
        (_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)),
        (_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), ctypes.byref(program)),
    ):
        if libc.prctl(*arguments):
            number = ctypes.get_errno()
            raise OSError(number, f"seccomp: {os.strerror(number)}")


def _filter(architecture: int, allowed: Sequence[int], bounded: Mapping[str, int]) -> list[Instruction]:
    """Write the filter; each call's part ends with a verdict, or lets the next part look."""
    threads = [(_LOAD, 0, 0, _AT_ARGUMENTS), (_JUMP_SET, 0, 1, _CLONE_THREAD), (_RETURN, 0, 0, _ALLOW)]
    parts = [
        *(([(_RETURN, 0, 0, _ALLOW)], number) for number in allowed),
        ([*threads, (_RETURN, 0, 0, _ERRNO | _EACCES)], bounded["clone"]),
        ([(_RETURN, 0, 0, _ERRNO | _ENOSYS)], bounded["clone3"]),  # a C library falls back to clone
        (_one_of(0, [os.getpid()]), bounded["tgkill"]),
        (_one_of(1, _FCNTLS), bounded["fcntl"]),
        (_one_of(1, _IOCTLS), bounded["ioctl"]),
        (_one_of(1, _STREAM_PAIRS), bounded["socketpair"]),
        (_one_of(4, [0]), bounded["sendto"]),  # to whom a stream is connected, and to no address
    ]
    program: list[Instruction] = [
        (_LOAD, 0, 0, _AT_ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _AT_NUMBER),
    ]
    for part, number in parts:
        program += [(_JUMP_EQUAL, 0, len(part), number), *part]
    return [*program, (_RETURN, 0, 0, _ERRNO | _EACCES)]


def _one_of(argument: int, values: Sequence[int]) -> list[Instruction]:
    """Allow a call whose argument is one of these, refuse all others. An argument has two halves of 32 bits."""
    low = _AT_ARGUMENTS + 8 * argument
    part: list[Instruction] = [
        (_LOAD, 0, 0, low + 4),
        (_JUMP_EQUAL, 1, 0, 0),
        (_RETURN, 0, 0, _ERRNO | _EACCES),
        (_LOAD, 0, 0, low),
    ]
    for value in values:
        part += [(_JUMP_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
    return [*part, (_RETURN, 0, 0, _ERRNO | _EACCES)]
