"""An agent in its own window: keys are typed into a terminal, and what it shows there is read. Not for Windows."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from client.facts import NO, YES, finding
from client.scene import ANSWER, PLANS
from client.staging import ASKS, Stage, end

_ROWS, _COLUMNS = 50, 160
_QUIET_S, _LONGEST_QUIET_S = 2.0, 8.0
"""A key is typed when nothing was drawn for so long, or after that time where something always moves."""
_CONTROL = re.compile(rb"\x1b\[[0-9;?<>=]*[a-zA-Z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\\\)")
_MESSAGES = ("askingwork:", "answered(", "membersdone", "comparestheanswers")
"""Of what the messages of progress say, without blanks: a screen is drawn in pieces."""


def shows(at: Stage) -> str:
    """Say whether it shows the messages of progress while our tool works."""
    screen = _watched(at)
    if ANSWER not in at.heard:
        return finding(NO, f"it did not ask in its window, which ends with: {screen[-120:]}")
    before = screen.replace(" ", "")
    return YES if any(message in before for message in _MESSAGES) else finding(NO, "it asks for it and shows nothing")


def _watched(at: Stage) -> str:
    """Type all keys, and give what was drawn until the answer was there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    window = subprocess.Popen(  # noqa: S603 - a program of the catalogue
        at.words(at.client.window),
        env={**at.environ(), "TERM": "xterm-256color"},
        cwd=at.scene.home.user,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        drawn = _typed(at, ours)
    finally:
        end(window)
        os.close(ours)
    return " ".join(_CONTROL.sub(b" ", drawn).decode(errors="replace").split())


def _typed(at: Stage, terminal: int) -> bytes:
    keys = [key.replace("{asks}", ASKS) for key in at.client.keys]
    drawn, typed, last = b"", time.monotonic(), time.monotonic()
    ends = typed + PLANS["watching"].within_s
    while time.monotonic() < ends and ANSWER not in at.heard:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                drawn += os.read(terminal, 65_536)
            except OSError:  # the agent has ended
                return drawn
            last = time.monotonic()
        now = time.monotonic()
        is_quiet = drawn and now - max(last, typed) > _QUIET_S
        if keys and (is_quiet or now - typed > _LONGEST_QUIET_S):
            os.write(terminal, keys.pop(0).encode())
            typed = now
    return drawn
