"""Runs `python -m fusion_mcp` as its own process, as a person's shell would."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, cast

from scripted import Home

WITHIN = 30.0


@dataclass(frozen=True, kw_only=True)
class Done:
    """A process that has ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self.out))


class CommandLine:
    """The program on one home. `cli("ask", "Why?")` runs it to its end; `start` leaves it running."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def __call__(self, *argv: str, **environ: str) -> Done:
        return self.fed(b"", *argv, **environ)

    def fed(self, stdin: bytes, *argv: str, **environ: str) -> Done:
        """Run with something on stdin."""
        process = self.start(*argv, **environ)
        out, err = process.communicate(stdin, timeout=WITHIN)
        return Done(status=process.returncode, out=out.decode(), err=err.decode())

    def start(self, *argv: str, **environ: str) -> "subprocess.Popen[bytes]":
        return self.start_on(subprocess.PIPE, *argv, **environ)

    def start_on(self, stderr: int, *argv: str, **environ: str) -> "subprocess.Popen[bytes]":
        """Start with stderr somewhere else, as on a terminal."""
        return subprocess.Popen(
            [sys.executable, "-m", "fusion_mcp", *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=self.home.environ(**environ),
        )


def is_one_complaint(done: Done) -> bool:
    """One or two lines on stderr from us, nothing on stdout, no traceback."""
    lines = done.err.splitlines()
    return (
        done.out == "" and 1 <= len(lines) <= 2 and lines[0].startswith("fusion-mcp: ") and "Traceback" not in done.err
    )
