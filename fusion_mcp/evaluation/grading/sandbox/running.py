"""Tests a program in a child process, and ends it. What the child may do is `child`'s and `walls`'."""

import json
import logging
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio.abc import ByteReceiveStream, Process

from fusion_mcp.evaluation.grading.code import Program
from fusion_mcp.evaluation.grading.sandbox.outcome import NO_WALLS, Outcome, Seen, outcome_of
from fusion_mcp.evaluation.grading.sandbox.removal import removed
from fusion_mcp.evaluation.grading.sandbox.room import excess

_log = logging.getLogger(__name__)

_HERE = Path(__file__).resolve()
_MOST_SAID = 10_000
_LOOK_EVERY_S = 0.25
_END_WITHIN_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one program may use, and each of its files. `folder_bytes` is for all files, and for all that is written."""

    cpu_s: int = 10
    wall_s: float = 20.0
    memory_bytes: int = 1 << 30
    file_bytes: int = 16 << 20
    folder_bytes: int = 64 << 20
    output_bytes: int = 1 << 20


async def run(
    program: Program, *, environ: Mapping[str, str], limits: Limits | None = None, is_unsafe: bool = False
) -> Outcome:
    """Run a program's tests. `environ` is what a process needs on this platform, and no key.

    Refused where nothing keeps it in, unless `is_unsafe`. Nothing of it is left when this returns or is cancelled; a
    folder that could not be removed is warned of.
    """
    if sys.platform != "linux" and not is_unsafe:
        return Outcome(status="refused", detail=NO_WALLS)
    limits, token, seen = limits or Limits(), secrets.token_hex(32), Seen()
    folder = tempfile.mkdtemp(prefix="fusion-mcp-code-")
    try:
        wanted = _wanted(program, folder, token, limits, is_unsafe=is_unsafe)
        status = await _attended(wanted, folder, environ, limits, seen)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(_remove, folder)
    return outcome_of(seen, token, status)


def _wanted(program: Program, folder: str, token: str, limits: Limits, *, is_unsafe: bool) -> bytes:
    wanted = {
        "path": str(_HERE.parents[4]),
        "folder": folder,
        "token": token,
        "is_unsafe": is_unsafe,
        "limits": {"cpu_s": limits.cpu_s, "memory_bytes": limits.memory_bytes, "file_bytes": limits.file_bytes},
        "preamble": program.preamble,
        "code": program.code,
        "tests": program.tests,
    }
    return json.dumps(wanted).encode() + b"\n"


async def _attended(wanted: bytes, folder: str, environ: Mapping[str, str], limits: Limits, seen: Seen) -> int | None:
    """Start the child, and watch it until it has ended or has to. Gives its status."""
    # -I and -S: the standard library and nothing else, whatever is installed beside us.
    command = [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(_HERE.with_name("child.py"))]
    process = await anyio.open_process(
        command, stderr=subprocess.PIPE, cwd=folder, env=dict(environ), start_new_session=sys.platform != "win32"
    )
    try:
        with anyio.move_on_after(limits.wall_s) as time:
            await _watch(process, wanted, folder, limits, seen)
        seen.is_late = time.cancelled_caught
    finally:
        await _end(process)
    return process.returncode


async def _watch(process: Process, wanted: bytes, folder: str, limits: Limits, seen: Seen) -> None:
    """Give the child its task, and listen until it has nothing more to say."""
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise RuntimeError("open_process gives pipes unless told otherwise")
    async with anyio.create_task_group() as tasks:

        def stop(why: str) -> None:
            seen.stopped = seen.stopped or why
            tasks.cancel_scope.cancel()

        tasks.start_soon(_look_at, folder, process.pid, limits, stop)
        async with anyio.create_task_group() as listeners:
            listeners.start_soon(_hear, process.stdout, seen)
            listeners.start_soon(_hear_complaints, process.stderr, limits, seen, stop)
            with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):  # it ended before it had read all
                await process.stdin.send(wanted)
                await process.stdin.aclose()
        await process.wait()
        tasks.cancel_scope.cancel()


async def _hear(said: ByteReceiveStream, seen: Seen) -> None:
    async for piece in said:
        if len(seen.said) < _MOST_SAID:  # what comes after that is not ours
            seen.said += piece


async def _hear_complaints(said: ByteReceiveStream, limits: Limits, seen: Seen, stop: Callable[[str], None]) -> None:
    async for piece in said:
        seen.complained += len(piece)
        seen.complaint = (seen.complaint + piece)[-_MOST_SAID:]
        if seen.complained > limits.output_bytes:
            stop(f"it wrote more than {limits.output_bytes:,} bytes to stderr")


async def _look_at(folder: str, process: int, limits: Limits, stop: Callable[[str], None]) -> None:
    """Stop a child whose files are too large together; how large one may be is the kernel's limit."""
    while True:
        await anyio.sleep(_LOOK_EVERY_S)
        if why := await anyio.to_thread.run_sync(excess, folder, process, limits.folder_bytes):
            stop(why)


async def _end(process: Process) -> None:
    """Kill the child with its session, and wait until it is gone."""
    with anyio.CancelScope(shield=True), anyio.move_on_after(_END_WITHIN_S):
        with suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        await process.aclose()


def _remove(folder: str) -> None:
    if why := removed(folder):
        _log.warning("The folder of a tested program, %s, was not removed: %s. Remove it yourself.", folder, why)
