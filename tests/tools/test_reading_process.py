"""The reader's children: started when needed, used again, ended when late, and gone with whoever started them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest

from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.reading.process import ReadingProcess
from fusion_mcp.tools.reading.readable import ReadingLimits
from fusion_mcp.tools.reading.reader import Reader
from tools.readings import URL, WITHIN_S

TESTS = Path(__file__).parents[1]
PAGE = b"<title>Tea</title><p>Steep it for three minutes."
DEEP = b"<li><dd>" * 40_000  # the parser takes seconds for a tree as deep as this

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="reads /proc or sends signals")


async def read(reader: Reader, body: bytes = PAGE, within: float = WITHIN_S) -> str:
    return (await reader.read(body, "text/html", URL, within=within)).title


def is_gone(pid: int, within: float = WITHIN_S) -> bool:
    """Say whether a process is gone, or soon is."""
    deadline = time.monotonic() + within
    while _is_there(pid):
        if time.monotonic() >= deadline:
            return False
        os.sched_yield()
    return True


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self").exists()  # where there is no /proc, the signal has said it
    return state != "Z"  # it is gone, and nobody has asked how


@posix_only
async def test_a_child_starts_on_first_use_is_used_again_and_ends_with_the_reader() -> None:
    async with Reader(environ={}) as reader:
        assert reader.pids == ()
        assert await read(reader) == "Tea"
        (child,) = reader.pids
        assert await read(reader) == "Tea"
        assert reader.pids == (child,)
    assert reader.pids == ()
    assert is_gone(child)


@posix_only
async def test_a_page_that_takes_too_long_is_stopped_and_the_next_one_is_read() -> None:
    async with Reader(environ={}) as reader:
        await read(reader)
        (child,) = reader.pids
        began = anyio.current_time()
        with pytest.raises(ToolFault) as late:
            await read(reader, DEEP, within=0.3)
        assert late.value.reason == "timed_out"
        assert anyio.current_time() - began < 2
        assert is_gone(child)
        assert await read(reader) == "Tea"


@posix_only
async def test_a_page_that_takes_too_much_computing_is_stopped_before_its_time_is_up() -> None:
    async with Reader(environ={}, limits=ReadingLimits(cpu_s=0.2)) as reader:
        with anyio.fail_after(WITHIN_S / 2), pytest.raises(ToolFault) as late:
            await read(reader, DEEP)
    assert late.value.reason == "timed_out"


@posix_only
async def test_a_child_that_does_not_end_itself_is_ended_by_its_parent() -> None:
    limits = ReadingLimits(cpu_s=0.1, wait_s=0.3)
    async with Reader(environ={}, limits=limits) as reader, anyio.create_task_group() as readers:

        async def stop() -> None:
            while not reader.pids:
                await anyio.lowlevel.checkpoint()
            os.kill(reader.pids[0], signal.SIGSTOP)

        readers.start_soon(stop)
        with anyio.fail_after(WITHIN_S / 2), pytest.raises(ToolFault) as late:
            await read(reader, DEEP)
        assert late.value.reason == "timed_out"
        assert reader.pids == ()


async def test_a_slow_page_does_not_hold_up_another() -> None:
    async with Reader(environ={}) as reader, anyio.create_task_group() as readers:
        readers.start_soon(read, reader, DEEP)
        await anyio.wait_all_tasks_blocked()
        assert await read(reader) == "Tea"
        readers.cancel_scope.cancel()


async def test_pages_that_come_at_once_wait_for_the_child_that_there_is() -> None:
    async with Reader(environ={}) as reader:
        await read(reader)
        children = reader.pids
        async with anyio.create_task_group() as readers:
            for _ in range(8):
                readers.start_soon(read, reader)
        assert reader.pids == children


async def test_no_more_children_are_started_than_there_are_places() -> None:
    async with Reader(environ={}, limits=ReadingLimits(children=1)) as reader, anyio.create_task_group() as readers:
        readers.start_soon(read, reader, DEEP)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(ToolFault) as late:
            await read(reader, within=0.1)
        assert late.value.reason == "timed_out"
        assert len(reader.pids) == 1
        readers.cancel_scope.cancel()


@posix_only
async def test_cancellation_ends_the_child_at_once() -> None:
    async with Reader(environ={}) as reader:
        await read(reader)
        (child,) = reader.pids
        with anyio.move_on_after(0.2) as cancelled:
            await read(reader, DEEP)
        assert cancelled.cancelled_caught
        assert reader.pids == ()
        assert is_gone(child)


@posix_only
async def test_a_child_that_was_killed_while_idle_is_replaced_without_a_word() -> None:
    async with Reader(environ={}) as reader:
        await read(reader)
        (child,) = reader.pids
        os.kill(child, signal.SIGKILL)
        assert is_gone(child)
        assert await read(reader) == "Tea"


@posix_only
async def test_a_page_that_breaks_its_child_is_unreadable() -> None:
    async with Reader(environ={}) as reader, anyio.create_task_group() as readers:

        async def kill() -> None:
            while not reader.pids:
                await anyio.lowlevel.checkpoint()
            os.kill(reader.pids[0], signal.SIGSEGV)

        readers.start_soon(kill)
        with pytest.raises(ToolFault) as broken:
            await read(reader, DEEP)
        assert broken.value.reason == "unreadable"


@pytest.mark.skipif(sys.platform != "linux", reason="only there is the limit sure to be kept")
async def test_a_page_that_needs_too_much_memory_is_refused() -> None:
    async with Reader(environ={}, limits=ReadingLimits(memory_bytes=120_000_000)) as reader:
        assert await read(reader) == "Tea"
        with pytest.raises(ToolFault) as large:
            await reader.read(b"[" + b"[],\n" * 900_000 + b"[]]", "application/json", URL, within=WITHIN_S)
        assert large.value.reason in ("too_large", "unreadable")
        assert await read(reader) == "Tea"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_a_child_sees_nothing_of_the_environment_but_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORK_API_KEY", "sk-must-not-be-seen")
    async with Reader(environ={"LANG": "C"}) as reader:
        await read(reader)
        assert await anyio.Path(f"/proc/{reader.pids[0]}/environ").read_bytes() == b"LANG=C\0"


async def test_where_the_server_runs_decides_nothing_of_what_a_child_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "re", "selectolax"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    async with Reader(environ={"PYTHONPATH": str(tmp_path)}) as reader:
        assert await read(reader) == "Tea"


async def test_without_time_nothing_is_read() -> None:
    async with Reader(environ={}) as reader:
        with pytest.raises(ToolFault) as late:
            await read(reader, within=0)
    assert late.value.reason == "timed_out"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("what", ["busy", "idle"])
def test_a_child_ends_with_its_parent_also_while_it_is_busy(what: str) -> None:
    program = [sys.executable, str(Path(__file__).with_name("reading_parent.py")), what]
    environ = {"PYTHONPATH": str(TESTS.parent)}
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=environ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not is_gone(child, within=0)
        parent.kill()
    assert is_gone(child)


async def test_a_reader_that_was_closed_reads_and_starts_nothing_more() -> None:
    async with Reader(environ={}) as reader, anyio.create_task_group() as readers:
        readers.start_soon(refused, reader, DEEP)
        await anyio.wait_all_tasks_blocked()
        await reader.__aexit__(None, None, None)
    await refused(reader, PAGE)
    assert reader.pids == ()


async def refused(reader: Reader, body: bytes) -> None:
    with pytest.raises(ToolFault) as fault:
        await read(reader, body)
    assert fault.value.reason == "unreadable"


async def test_a_child_that_is_ended_twice_is_ended() -> None:
    child = await ReadingProcess.start({}, 1 << 30)
    await child.end()
    await child.end()
