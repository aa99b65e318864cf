"""One run of an agent seen from here: its folder, its lines, its end. What runs it is `keeper.py`.

The agent's whole tree of processes lives at most as long as `run` does, and at most as long as this process. What the
lines mean is not known here.
"""

import json
import os
import secrets
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Any, Literal

import anyio
import anyio.to_thread
from anyio.abc import ByteReceiveStream, Process
from anyio.streams.buffered import BufferedByteReceiveStream

from fusion_mcp.guard import KEEPER_MARK
from fusion_mcp.providers.agents.ending import Ending
from fusion_mcp.providers.agents.folder import furnish, new_folder
from fusion_mcp.providers.agents.invocation import Invocation

_KEEPER = Path(__file__).resolve().with_name("keeper.py")
_ROOT = _KEEPER.parents[3]
_LAST_WORDS_S = 1.0
"""How long output is waited for once the keeper has ended, where somebody who escaped still holds the pipe."""
_MOST_COMPLAINTS = 20
_LONGEST_COMPLAINT = 2000
_MOST_UNREAD_BYTES = 65_536
_OF_THE_PLATFORM = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "USERPROFILE")


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much an agent may put out, on stdout and stderr together, and start, and how long its end may take.

    `grace_s` is the time between SIGTERM and SIGKILL; when `end_within_s` is over, its keeper itself is killed.
    """

    most_bytes: int = 8_000_000
    most_lines: int = 200_000
    most_line_bytes: int = 2_000_000
    most_processes: int = 64
    grace_s: float = 0.5
    end_within_s: float = 6.0


_USUAL = Bounds()


async def run(
    invocation_of: Callable[[str], Invocation], on_line: Callable[[str], None], bounds: Bounds = _USUAL
) -> Ending:
    """Run the invocation for an empty temporary folder, call `on_line` for each line of stdout, say how it ended.

    Lines come without their ends; the last one needs none. Returns when the whole tree of processes is gone, and the
    folder with it; so does cancellation, within `end_within_s`. Raises nothing else but what the two functions raise.
    """
    async with new_folder() as folder:
        invocation = invocation_of(str(folder))
        try:
            await anyio.to_thread.run_sync(furnish, folder, invocation)
            process = await _start(invocation, folder)
        except OSError as error:
            return Ending(missing=f"its folder or keeper cannot be made: {error.strerror or error}")
        kept = _Kept(process, on_line, bounds)
        try:
            await kept.live(invocation)
        finally:
            with anyio.CancelScope(shield=True):
                await _end(process, bounds.end_within_s)
                if process.returncode or sys.platform != "linux":  # it was killed, or cannot know everybody
                    await anyio.to_thread.run_sync(_end_strays, str(folder))
        return kept.ending()


class _Kept:
    """An agent and its keeper, from its first line to its last. Whoever makes it ends the process."""

    def __init__(self, process: Process, on_line: Callable[[str], None], bounds: Bounds) -> None:
        self._report: Mapping[str, Any] | None = None
        self._process = process
        self._on_line = on_line
        self._bounds = bounds
        self._token = secrets.token_hex(16)
        self._complaints: deque[str] = deque(maxlen=_MOST_COMPLAINTS)
        self._exceeded: Literal["output", "line"] | None = None
        self._fault: Exception | None = None
        self._bytes = self._lines = 0

    async def live(self, invocation: Invocation) -> None:
        """Be there while the keeper is. Raises what `on_line` raises."""
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        if stdin is None or stdout is None or stderr is None:
            raise RuntimeError("open_process gives three pipes unless told otherwise")
        async with anyio.create_task_group() as readers:
            readers.start_soon(self._listen, stderr)
            readers.start_soon(self._read, stdout)
            with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):  # it has ended already
                await stdin.send(self._message(invocation))
            await self._process.wait()
            readers.cancel_scope.deadline = anyio.current_time() + _LAST_WORDS_S
        if self._fault is not None:
            raise self._fault

    def ending(self) -> Ending:
        """Put together what is known of the end."""
        told, code = self._report or {}, self._process.returncode
        died_by = told.get("signal")
        if self._report is None and code is not None and code < 0:
            died_by = Signals(-code).name  # its keeper's death is its own
        return Ending(
            status=told.get("status"),
            signal=died_by,
            complaints=tuple(self._complaints),
            exceeded=self._exceeded or told.get("exceeded"),
            missing=": ".join(told["missing"]) if told.get("missing") else None,
        )

    def _message(self, invocation: Invocation) -> bytes:
        wanted = {
            "command": invocation.command,
            "stdin": invocation.stdin,
            "environ": dict(invocation.environ),
            "works_in": invocation.works_in,
            "most_processes": self._bounds.most_processes,
            "grace_s": self._bounds.grace_s,
            "token": self._token,
        }
        return json.dumps(wanted).encode() + b"\n"

    async def _read(self, stdout: ByteReceiveStream) -> None:
        """Hand on the lines, until there are no more or there is a reason to end everything."""
        lines = BufferedByteReceiveStream(stdout)
        while True:
            try:
                line = await lines.receive_until(b"\n", self._bounds.most_line_bytes)
            except anyio.IncompleteRead:
                if lines.buffer:
                    self._hand_on(lines.buffer)
                return
            except anyio.DelimiterNotFound:
                self._exceeded = "line"
                break
            if not self._is_within_bounds(len(line) + 1, 1) or not self._hand_on(line):
                break
        await self._let_go()

    def _is_within_bounds(self, count: int, lines: int) -> bool:
        self._bytes += count
        self._lines += lines
        if self._bytes > self._bounds.most_bytes or self._lines > self._bounds.most_lines:
            self._exceeded = "output"
        return self._exceeded is None

    async def _let_go(self) -> None:
        """Have the keeper end everybody."""
        if self._process.stdin is not None:
            await self._process.stdin.aclose()

    def _hand_on(self, line: bytes) -> bool:
        try:
            self._on_line(line.decode(errors="replace").removesuffix("\r"))
        except Exception as error:  # noqa: BLE001 - it is raised again when the agent has ended
            self._fault = error
        return self._fault is None

    async def _listen(self, stderr: ByteReceiveStream) -> None:
        """Keep the last lines of stderr, and the keeper's report; an unread pipe would stop the agent."""
        rest = b""
        async for chunk in stderr:
            if not self._is_within_bounds(len(chunk), chunk.count(b"\n")):
                return await self._let_go()
            *lines, rest = (rest + chunk)[-_MOST_UNREAD_BYTES:].split(b"\n")
            for line in lines:
                self._note(line.decode(errors="replace").strip())
        return self._note(rest.decode(errors="replace").strip())

    def _note(self, line: str) -> None:
        if line.startswith(self._token):
            self._report = json.loads(line.removeprefix(self._token))
        elif line:
            self._complaints.append(line[:_LONGEST_COMPLAINT])


async def _start(invocation: Invocation, folder: Path) -> Process:
    """Start a keeper that waits for its message. Raises OSError."""
    # -P: a folder that happens to hold a file of the same name as a module is not searched.
    command = [sys.executable, "-P", str(_KEEPER), KEEPER_MARK]
    environ = {name: invocation.environ[name] for name in _OF_THE_PLATFORM if name in invocation.environ}
    environ["PYTHONPATH"] = _path()
    flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0
    # A session of its own: Ctrl-C in a terminal is ours to answer.
    return await anyio.open_process(command, cwd=folder, env=environ, start_new_session=True, creationflags=flags)


async def _end(process: Process, within: float) -> None:
    """Close the keeper's stdin, at which it ends everybody and leaves; kill it if it does not."""
    if process.stdin is not None:
        await process.stdin.aclose()
    with anyio.move_on_after(within):
        await process.wait()
    if process.returncode is None:
        process.kill()
    await process.aclose()  # not before: who writes while it takes its leave would die of a broken pipe


def _end_strays(folder: str) -> None:
    from fusion_mcp.providers.agents.strays import end_strays  # noqa: PLC0415 - psutil, which is seldom needed here

    end_strays(folder)


def _path() -> str:
    """Say where modules are: all that we can import ourselves, our own too if those lie in the folder called ''."""
    return os.pathsep.join((*(entry for entry in sys.path if Path(entry).is_absolute()), str(_ROOT)))
