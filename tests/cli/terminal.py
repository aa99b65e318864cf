"""Runs the command line on a pseudo-terminal, where somebody types."""

import os
import subprocess
import sys
import threading

from cli.command_line import WITHIN, CommandLine


def on_a_terminal(cli: CommandLine, typed: str, *argv: str) -> tuple[int, str]:
    """Run to the end on a pseudo-terminal on which a person types, and give what it showed."""
    import pty  # noqa: PLC0415 POSIX has it, Windows does not

    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "fusion_mcp", *argv],
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=cli.home.environ(TERM="dumb"),
    )
    os.close(theirs)
    overdue = threading.Timer(WITHIN, process.kill)
    overdue.start()
    shown = b""
    while piece := _read(mine):
        shown += piece
        if typed and b"[y/N]" in shown:
            os.write(mine, typed.encode())
            typed = ""
    os.close(mine)
    status = process.wait(WITHIN)
    overdue.cancel()
    return status, shown.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""
