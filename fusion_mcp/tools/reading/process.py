"""One child seen from its parent: started, asked, ended. What runs inside it is `child.py`."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from fusion_mcp.tools.reading.framing import LENGTHS, framed, lengths

_HERE = Path(__file__).resolve()
_OUR_PACKAGES = _HERE.parents[3]
_END_WITHIN_S = 2.0


class EndedError(Exception):
    """The child has ended, or does not say what it should."""


class ReadingProcess:
    """A child that answers one question at a time. Whoever starts it ends it."""

    def __init__(self, process: Process, memory_bytes: int) -> None:
        """`start` makes it."""
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("open_process gives pipes unless told otherwise")
        self.answered = 0
        self._process = process
        self._requests = process.stdin
        self._answers = BufferedByteReceiveStream(process.stdout)
        self._first = json.dumps({"path": _path(), "memory_bytes": memory_bytes}).encode() + b"\n"

    @classmethod
    async def start(cls, environ: Mapping[str, str], memory_bytes: int) -> Self:
        """Start a child that sees nothing of us but `environ`. Raises OSError."""
        # -I: no variable and no folder that we happen to be in decides what it imports.
        command = [sys.executable, "-I", str(_HERE.with_name("child.py"))]
        process = await anyio.open_process(command, env=environ, stderr=subprocess.DEVNULL)
        return cls(process, memory_bytes)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def ask(self, head: dict[str, Any], body: bytes) -> tuple[bytes, bytes]:
        """Ask for one document. Gives the answer, JSON and a text. Raises EndedError; cancelled, it must be ended."""
        prefix, body = framed(head, body)
        try:
            await self._requests.send(self._first + prefix)
            self._first = b""
            await self._requests.send(body)
            said, text = lengths(await self._answers.receive_exactly(LENGTHS.size))
            answer = await self._answers.receive_exactly(said), await self._answers.receive_exactly(text)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.IncompleteRead, ValueError):
            raise EndedError from None
        self.answered += 1
        return answer

    async def how_it_ended(self) -> int | None:
        """Give the exit status of a child that has closed its pipes: a signal is a negative number."""
        with anyio.move_on_after(_END_WITHIN_S):
            await self._process.wait()
        return self._process.returncode

    async def end(self) -> None:
        """End it, whatever it is doing: nothing in there is worth an orderly goodbye."""
        with anyio.CancelScope(shield=True):
            if self._process.returncode is None:
                self._process.kill()
            await self._process.aclose()


def _path() -> list[str]:
    """Say where modules are: all that we can import ourselves, and our own."""
    return [*(entry for entry in sys.path if Path(entry).is_absolute()), str(_OUR_PACKAGES)]
