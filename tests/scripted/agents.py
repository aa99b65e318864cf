"""Agent programs that behave: small Python programs, each with one manner of answering, failing or multiplying.

A program prints `ready` when it has done what it is about to be judged for. None sleeps; what hangs waits for good.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

import psutil

from fusion_mcp.guard import KEEPER_MARK
from fusion_mcp.providers.agents.invocation import Invocation

ANSWERS = """
import json, os, sys
asked = sys.stdin.buffer.read().decode()
told = {
    "asked": asked, "arguments": sys.argv[1:], "environ": dict(os.environ), "folder": os.getcwd(),
    "there": {name: open(name).read() for name in os.listdir()}, "open_to": oct(os.stat(".").st_mode)[-3:],
    "leads_a_session": os.getsid(0) == os.getpid(),
}
sys.stdout.buffer.write(json.dumps(told, ensure_ascii=False).encode() + b"\\n")
sys.stdout.buffer.write(b"the last line has no end")
"""
RUBBISH = r"""
import os, sys
os.write(1, b"\xff\xfe\x00 no json\r\n\n{\n")
os.write(2, b"".join(b"complaint %d \xff\n" % number for number in range(30)) + b"x" * 100_000 + b"\nthe last")
sys.exit(3)
"""
FLOODS = """
import os
while True:
    os.write(1, (b"x" * 99 + b"\\n") * 100)
"""
LONG_LINE = """
import os
while True:
    os.write(1, b"x" * 10_000)
"""
HANGS = """
import threading
print("ready", flush=True)
threading.Event().wait()
"""
IGNORES_SIGTERM = """
import signal, threading
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
print("ready", flush=True)
threading.Event().wait()
"""
FORKS = """
import os, signal, sys
for number in range(int(sys.argv[1])):
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.pause()
print("ready", flush=True)
if sys.argv[2:] != ["leaves"]:
    signal.pause()
"""
LEAVES_A_DAEMON = """
import os, signal, sys
heard, said = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.setsid()
        os.chdir("/")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for stream in (0, 1, 2):
            os.close(stream)
        os.write(said, b".")
        signal.pause()
    os._exit(0)
os.wait()
os.read(heard, 1)
print("ready", flush=True)
if sys.argv[1:] != ["leaves"]:
    signal.pause()
sys.exit(4)
"""
MULTIPLIES = """
import os, signal, sys
for _ in range(int(sys.argv[1])):  # each time twice as many, and each in a session of its own
    if os.fork() == 0:
        os.setsid()
while True:
    signal.pause()
"""
HOPS = """
import fcntl, os, sys, time
held = os.open(sys.argv[1], os.O_CREAT | os.O_RDWR)
fcntl.flock(held, fcntl.LOCK_EX)  # for as long as any of them lives
end = time.monotonic() + 30
while time.monotonic() < end:  # nobody stays long enough to be looked at
    if os.fork():
        os._exit(0)
    os.setsid()
"""
WRITES = """
import os
os.makedirs("deep/deeper")
open("deep/deeper/file", "w").write("x")
os.chmod("deep/deeper", 0)
os.symlink("/etc/passwd", "link")
"""
DIES = """
import os, signal
os.kill(os.getpid(), signal.SIGSEGV)
"""
CLOSES_STDOUT = """
import os, sys
print("ready", flush=True)
os.close(1)
open(sys.argv[1]).read()
sys.exit(7)
"""

_SIGN = "SCRIPTED_AGENT"


@dataclass(frozen=True, kw_only=True)
class Scripted:
    """A program and its arguments, and a sign that every process which it starts carries in its environment."""

    program: str
    sign: str
    arguments: tuple[str, ...] = ()

    def invocation(self, *, stdin: str = "", files: Mapping[str, str] | None = None) -> Callable[[str], Invocation]:
        """How to run it, for any folder."""
        return lambda folder: Invocation(
            command=(sys.executable, "-I", "-S", "-c", self.program, *self.arguments),
            stdin=stdin,
            files=files or {},
            environ={_SIGN: self.sign, "TMPDIR": folder},
        )

    def living(self) -> list[psutil.Process]:
        """Its processes that are there now."""
        return [process for process in psutil.process_iter() if _sign_of(process) == self.sign]

    def wait_until_gone(self, within: float = 10.0) -> None:
        """Block until it has no process any more; AssertionError when one is left."""
        end = time.monotonic() + within
        while (left := self.living()) and time.monotonic() < end:
            psutil.wait_procs(left, timeout=0.05)
        assert left == []


def keepers() -> list[psutil.Process]:
    """The keepers that this process has now."""
    return [child for child in psutil.Process().children() if _is_keeper(child)]


def new(program: str, *arguments: str) -> Scripted:
    """A program with a sign of its own."""
    return Scripted(program=program, arguments=arguments, sign=os.urandom(8).hex())


def install(folder: Path, name: str, program: str) -> Path:
    """Write a program as a command, such as a PATH leads to."""
    path, script = folder / name, folder / f"{name}.py"
    script.write_text(program, encoding="utf-8")
    # The first line of a script names its interpreter without spaces, and there may be some in where this one lies.
    path.write_text(f'#!/bin/sh\nexec {quote(sys.executable)} -IS {quote(str(script))} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


def report(line: str) -> dict[str, object]:
    """What ANSWERS says of itself."""
    told: dict[str, object] = json.loads(line)
    return told


def _is_keeper(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and KEEPER_MARK in process.cmdline()
    except psutil.Error:
        return False


def _sign_of(process: psutil.Process) -> str | None:
    try:
        return None if process.status() == psutil.STATUS_ZOMBIE else process.environ().get(_SIGN)
    except (psutil.Error, OSError):
        return None
