"""A stand-in for the keeper of an agent: a real process with its name and mark, and below it whatever a test runs."""

import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from fusion_mcp.guard import KEEPER_MARK

SCRIPT = """
import os, subprocess, sys
kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
kept |= dict(pair.split("=", 1) for pair in sys.argv[3].split("\\n") if pair)
child = subprocess.Popen(sys.argv[4:], env=kept, start_new_session=True)
if sys.argv[2] == "says":
    print(child.pid, flush=True)
sys.exit(child.wait())
"""


def keeper_command(
    folder: Path, command: Sequence[str], environ: Mapping[str, str] | None = None, *, says_pid: bool = False
) -> list[str]:
    """What to start so that `command` runs below a keeper: in a session of its own, its environment nothing but this.

    With `says_pid` the keeper prints its child's process id first; the rest is the child's.
    """
    lines = "\n".join(f"{name}={value}" for name, value in (environ or {}).items())
    script = folder / "keeper.py"
    script.write_text(SCRIPT, encoding="utf-8")
    return [sys.executable, str(script), KEEPER_MARK, "says" if says_pid else "", lines, *command]


class Kept:
    """A keeper, and what it keeps."""

    def __init__(self, process: subprocess.Popen[str], stdin: IO[str], stdout: IO[str]) -> None:
        self.process, self.stdin, self.stdout = process, stdin, stdout
        self.child_pid = int(stdout.readline())

    def ask(self, word: str = "") -> str:
        """Give the child a line, and hear one."""
        self.stdin.write(f"{word}\n")
        self.stdin.flush()
        return self.stdout.readline().rstrip("\n")

    def kill(self) -> None:
        """End the keeper alone, as nothing should."""
        self.process.kill()
        self.process.wait(10)


@contextmanager
def kept(folder: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> Generator[Kept]:
    """Run Python with these arguments below a keeper; it should end when its stdin does."""
    command = keeper_command(folder, [sys.executable, *arguments], environ, says_pid=True)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Kept(process, process.stdin, process.stdout)
        process.stdin.close()  # and the child ends
