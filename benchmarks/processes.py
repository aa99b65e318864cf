"""Processes that a measure starts: each with a deadline, and ended with all below it, come what may."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 300.0
"""How long anything may take before the measure is given up."""

_READY_S = 30.0
_END_S = 15.0
_LONGEST_LINE = 2**26


@asynccontextmanager
async def child(
    *arguments: object, environ: Mapping[str, str], reads_errors: bool = False
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Start this interpreter with `arguments` at the project's root. At the end its stdin is closed, then it is ended.

    Its stderr is ours unless `reads_errors`.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *map(str, arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE if reads_errors else None,
        cwd=ROOT,
        env=dict(environ),
        limit=_LONGEST_LINE,
    )
    try:
        yield process
    finally:
        await _end(process)


async def said(process: asyncio.subprocess.Process) -> str:
    """Give the next line that a process says. Raises TimeoutError, and RuntimeError where it ends instead."""
    assert process.stdout  # noqa: S101 it was asked for
    async with asyncio.timeout(_READY_S):
        line = await process.stdout.readline()
    if not line:
        raise RuntimeError("a process ended before it was ready; see its words above")
    return line.decode().strip()


async def output(*arguments: object, environ: Mapping[str, str], within: float = PATIENCE_S) -> str:
    """Run to its end and give what was printed. Raises TimeoutError, and RuntimeError where it fails."""
    async with child(*arguments, environ=environ) as process, asyncio.timeout(within):
        printed, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{arguments[:2]} failed with {process.returncode}; see its words above")
    return printed.decode()


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and all below it so far, those that have ended included."""
    process = psutil.Process(pid)
    spent = 0.0
    for each in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            spent += sum(each.cpu_times()[:4])  # user and system, of its own and of its ended children
    return spent


def rss_mb(pid: int) -> float:
    """Resident memory of a process, in MB."""
    return psutil.Process(pid).memory_info().rss / 1e6


async def _end(process: asyncio.subprocess.Process) -> None:
    below = _below(process)
    if process.stdin:
        process.stdin.close()
    try:
        for end in (None, process.terminate, process.kill):
            if end and process.returncode is None:
                end()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _END_S)
                return
    finally:
        for left in below:
            with suppress(psutil.NoSuchProcess):
                left.kill()


def _below(process: asyncio.subprocess.Process) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(process.pid).children(recursive=True)
    return []
