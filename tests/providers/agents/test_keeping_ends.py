"""Nothing is left of an agent, however it ends and whatever it has started: looked for among all real processes."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import anyio
import psutil
import pytest

from fusion_mcp.guard import KEEPER_MARK
from fusion_mcp.providers.agents import keeper
from fusion_mcp.providers.agents.ending import Ending
from fusion_mcp.providers.agents.process import Bounds, run
from scripted import agents

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere less is promised, and nothing was tried")

ROOT = Path(__file__).resolve().parents[3]
RUNS_ONE = """
import sys, anyio
from fusion_mcp.providers.agents.process import Bounds, run
from scripted.agents import Scripted
scripted = Scripted(program=sys.argv[1], sign=sys.argv[2])
bounds = Bounds(grace_s=0.05)
anyio.run(run, scripted.invocation(), lambda line: print(line, flush=True), bounds)
"""
BOUNDS = Bounds(grace_s=0.1)
KINDS = [
    pytest.param((agents.HANGS,), id="hangs"),
    pytest.param((agents.IGNORES_SIGTERM,), id="ignores SIGTERM"),
    pytest.param((agents.FORKS, "5"), id="has children"),
    pytest.param((agents.LEAVES_A_DAEMON,), id="has a daemon"),
]


async def act_when_ready(
    scripted: agents.Scripted, act: Callable[[anyio.CancelScope], None], bounds: Bounds = BOUNDS
) -> Ending | None:
    """Do something to a run once its agent is ready; None where that cancels it."""
    ready, endings = anyio.Event(), list[Ending]()

    async def keep() -> None:
        endings.append(await run(scripted.invocation(), lambda _: ready.set(), bounds))

    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(keep)
            await ready.wait()
            assert scripted.living()
            act(group.cancel_scope)
    return endings[0] if endings else None


def cancel(scope: anyio.CancelScope) -> None:
    scope.cancel()


@contextmanager
def bare_keeper(scripted: agents.Scripted, folder: Path) -> Generator[subprocess.Popen[bytes]]:
    """A keeper whose parent does nothing, with an agent that is ready."""
    called = scripted.invocation()(str(folder))
    wanted: dict[str, object] = {
        "command": called.command,
        "environ": called.environ,
        "stdin": "",
        "most_processes": 64,
        "grace_s": 0.5,
        "works_in": "",
        "token": "",
    }
    command = [sys.executable, "-P", keeper.__file__, KEEPER_MARK]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(wanted).encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"ready\n"
        yield process


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_is_left_when_a_run_is_cancelled(kind: tuple[str, ...]) -> None:
    scripted = agents.new(*kind)
    assert await act_when_ready(scripted, cancel) is None
    assert scripted.living() == []
    assert agents.keepers() == []


@pytest.mark.parametrize(
    "kind", [(agents.FORKS, "5", "leaves"), (agents.LEAVES_A_DAEMON, "leaves")], ids=["children", "a daemon"]
)
async def test_what_an_agent_leaves_behind_when_it_is_done_is_ended(kind: tuple[str, ...]) -> None:
    scripted = agents.new(*kind)
    with anyio.fail_after(20):
        ending = await run(scripted.invocation(), print, BOUNDS)
    assert ending.status in (0, 4)
    assert scripted.living() == []
    assert agents.keepers() == []


@pytest.mark.parametrize("within", [0.0, 0.01, 0.05])
async def test_nothing_is_left_of_a_run_that_is_cancelled_while_it_starts(within: float) -> None:
    scripted = agents.new(agents.IGNORES_SIGTERM)
    with anyio.move_on_after(within):
        await run(scripted.invocation(), print, BOUNDS)
    assert scripted.living() == []
    assert agents.keepers() == []


async def test_a_flood_on_stderr_does_not_hold_up_a_cancelled_run() -> None:
    scripted = agents.new("import os\nprint('ready', flush=True)\nwhile True: os.write(2, b'x' * 9999)")
    bounds = Bounds(grace_s=0.1, most_bytes=10**10)  # so that it is not ended for that
    began = anyio.current_time()
    assert await act_when_ready(scripted, cancel, bounds) is None
    assert anyio.current_time() - began < bounds.end_within_s
    assert scripted.living() == []


async def test_an_agent_that_multiplies_is_ended_with_all_that_it_became() -> None:
    scripted = agents.new(agents.MULTIPLIES, "7")
    with anyio.fail_after(20):
        ending = await run(scripted.invocation(), print, Bounds(most_processes=16))
    assert (ending.exceeded, ending.status) == ("processes", None)
    assert scripted.living() == []


async def test_an_agent_that_moves_on_to_a_new_process_all_the_time_is_caught(tmp_path: Path) -> None:
    scripted = agents.new(agents.HOPS, str(tmp_path / "held"))
    with anyio.fail_after(20):
        await run(scripted.invocation(), print, BOUNDS)
    assert scripted.living() == []
    with (tmp_path / "held").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)


async def test_the_agent_is_ended_when_its_listener_fails() -> None:
    scripted = agents.new(agents.LEAVES_A_DAEMON)

    def fail(line: str) -> None:
        raise LookupError(line)

    with anyio.fail_after(20), pytest.raises(LookupError, match="ready"):
        await run(scripted.invocation(), fail, BOUNDS)
    assert scripted.living() == []


async def test_a_keeper_that_is_killed_takes_the_agent_along_and_the_rest_is_found() -> None:
    scripted = agents.new(agents.LEAVES_A_DAEMON)
    ending = await act_when_ready(scripted, lambda _: agents.keepers()[0].kill())
    assert ending == Ending(signal="SIGKILL")
    assert scripted.living() == []


async def test_a_keeper_that_does_not_react_is_killed_and_nothing_is_left() -> None:
    scripted = agents.new(agents.LEAVES_A_DAEMON)

    def stop(scope: anyio.CancelScope) -> None:
        agents.keepers()[0].suspend()
        scope.cancel()

    assert await act_when_ready(scripted, stop, Bounds(end_within_s=0.1)) is None
    assert scripted.living() == []
    assert agents.keepers() == []


def test_an_agent_dies_with_its_keeper_even_if_nobody_else_is_there(tmp_path: Path) -> None:
    scripted = agents.new(agents.IGNORES_SIGTERM)
    with bare_keeper(scripted, tmp_path) as process:
        process.kill()
        scripted.wait_until_gone()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_keeper_that_is_asked_to_leave_ends_everybody(tmp_path: Path, number: signal.Signals) -> None:
    scripted = agents.new(agents.HANGS)
    with bare_keeper(scripted, tmp_path) as process:
        process.send_signal(number)
        assert process.wait(10) == 0
        assert scripted.living() == []


def test_a_keeper_that_is_left_alone_takes_the_folder_along(tmp_path: Path) -> None:
    """A parent that dies is gone from its pipes before it is gone as a parent: the first must be enough."""
    scripted, folder = agents.new(agents.HANGS), tmp_path / "folder"
    folder.mkdir()
    with bare_keeper(scripted, folder) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0
    assert not folder.exists()


def test_nothing_is_left_when_our_own_process_is_killed(tmp_path: Path) -> None:
    scripted = agents.new(agents.LEAVES_A_DAEMON)
    environ = {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"))), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", RUNS_ONE, scripted.program, scripted.sign]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE) as ours:
        assert ours.stdout is not None
        assert ours.stdout.readline() == b"ready\n"
        kept = psutil.Process(ours.pid).children()
        ours.kill()
    scripted.wait_until_gone()
    assert psutil.wait_procs(kept, timeout=10)[1] == []
    assert list(tmp_path.iterdir()) == []
