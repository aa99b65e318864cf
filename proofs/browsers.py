"""A real browser without a window: found on this machine, asked for a page's final markup or for a picture of it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

KNOWN = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_WITHIN_S = 60.0
_HOW = (
    "No browser was found. Install Chromium (on Debian and Ubuntu: apt-get install chromium-headless-shell), "
    "or name one that is built on it with --browser."
)


def find(named: str | None) -> str:
    """Give a browser's program: the one that is named, else the first known one. Exits with 2 where there is none."""
    found = next((path for name in ([named] if named else KNOWN) if (path := shutil.which(name))), None)
    if found is None:
        print(_HOW, file=sys.stderr)
        sys.exit(2)
    return found


def markup(browser: str, page: Path, width: int, *, is_dark: bool) -> str:
    """Open a page and give its markup after it was laid out."""
    return _run(browser, page, [*_window(width, 900, is_dark=is_dark), "--dump-dom"])


def picture(browser: str, page: Path, width: int, to: Path, *, is_dark: bool) -> None:
    """Take a picture of a page's beginning."""
    _run(browser, page, [*_window(width, 2400, is_dark=is_dark), f"--screenshot={to}"])


def _window(width: int, height: int, *, is_dark: bool) -> list[str]:
    colours = ["--blink-settings=preferredColorScheme=0"] if is_dark else []
    return [f"--window-size={width},{height}", "--hide-scrollbars", *colours]


def _run(browser: str, page: Path, options: Sequence[str]) -> str:
    # Chromium's own sandbox does not start as root, as in most containers; the page is ours, and has no script.
    as_root = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    with TemporaryDirectory() as profile:
        command = [browser, "--headless", "--disable-gpu", f"--user-data-dir={profile}", *as_root, *options]
        ran = subprocess.run(  # noqa: S603 - a browser that the person installed
            [*command, page.as_uri()], check=True, capture_output=True, text=True, timeout=_WITHIN_S
        )
    return ran.stdout
