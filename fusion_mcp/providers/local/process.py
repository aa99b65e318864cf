"""One child process seen from its parent: started, listened to, ended. What runs inside it is `child.py`."""

import sys
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import anyio
from anyio.abc import ByteReceiveStream, ByteSendStream, Process
from anyio.streams.buffered import BufferedByteReceiveStream

from fusion_mcp.providers.local.launch import Answer, Launch, why_it_ended

_START_WITHIN_S = 240.0
_END_WITHIN_S = 2.0
_CONNECT_WITHIN_S = 2.0
_MOST_LINE_BYTES = 65_536


class ChildProcess:
    """A child from its start to its end: `run` is its whole life, for a task of its own, and others await `ready`.

    Once ready, `url` says where it listens, or `fault` why it does not. It may end at any time after.
    """

    def __init__(self, launch: Launch, environ: Mapping[str, str]) -> None:
        """Nothing is started yet. `environ` is the child's whole environment."""
        self.launch = launch
        self.ready = anyio.Event()
        self.url: str | None = None
        self.fault = ""
        self._environ = environ
        self._ended = False
        self._complaints: deque[str] = deque(maxlen=20)

    async def run(self) -> None:
        """Start the child and stay until it ends; end it when cancelled. Raises nothing."""
        # -P: a folder that happens to hold a file of the same name as a module is not searched.
        command = [sys.executable, "-P", str(Path(__file__).with_name("child.py"))]
        try:
            process = await anyio.open_process(command, env=self._environ)
        except OSError as error:
            self._close(f"its process cannot be started: {error.strerror or error}")
            return
        fault = "it was ended"
        try:
            fault = await self._live(process)
        finally:
            with anyio.CancelScope(shield=True):
                await _end(process)
                await process.aclose()
            self._close(fault)

    async def is_there(self) -> bool:
        """Say whether the child is starting or listening. One that was killed just now listens no more."""
        if self._ended or self.url is None:
            return not self._ended
        address = urlsplit(self.url)
        try:
            with anyio.move_on_after(_CONNECT_WITHIN_S):  # one that is too busy to answer is there
                stream = await anyio.connect_tcp(address.hostname or "", address.port or 0)
                await stream.aclose()
        except OSError:
            return False
        return True

    async def _live(self, process: Process) -> str:
        """Be there while the child is. Returns why it ended."""
        stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
        if stdin is None or stdout is None or stderr is None:
            raise RuntimeError("open_process gives three pipes unless told otherwise")
        answer, late = None, False
        async with anyio.create_task_group() as readers:
            readers.start_soon(self._listen, stderr)
            with anyio.move_on_after(_START_WITHIN_S) as patience:
                answer = await self._introduce(stdin, stdout)
            late = patience.cancelled_caught
            if answer is None or answer.url is None:
                await _end(process)
            else:
                self.url = answer.url
                self.ready.set()
            await process.wait()
        if late:
            return f"it did not start within {_START_WITHIN_S:.0f} s"
        return why_it_ended(process.returncode, list(self._complaints), answer)

    async def _introduce(self, stdin: ByteSendStream, stdout: ByteReceiveStream) -> Answer | None:
        """Tell the child what to serve and read its one line; None when it ends without."""
        try:
            await stdin.send(self.launch.line())
            return Answer.read(await BufferedByteReceiveStream(stdout).receive_until(b"\n", _MOST_LINE_BYTES))
        except (anyio.BrokenResourceError, anyio.IncompleteRead, anyio.DelimiterNotFound):
            return None

    async def _listen(self, stderr: ByteReceiveStream) -> None:
        """Keep the last lines that the child complains with; an unread pipe would stop it."""
        rest = b""
        async for chunk in stderr:
            *lines, rest = (rest + chunk)[-_MOST_LINE_BYTES:].split(b"\n")
            self._complaints.extend(text for line in lines if (text := line.decode(errors="replace").strip()))

    def _close(self, fault: str) -> None:
        self.fault = fault
        self._ended = True
        self.ready.set()


async def _end(process: Process) -> None:
    """Close the child's stdin, at which it leaves; kill it if it does not. Its last words can still be heard."""
    if process.returncode is None and process.stdin is not None:
        await process.stdin.aclose()
        with anyio.move_on_after(_END_WITHIN_S):
            await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()
