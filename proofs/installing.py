"""Programs of others that a proof needs, installed below .cache/. Exits with 2 where one cannot be."""

import subprocess
import sys
from pathlib import Path
from typing import NoReturn

_WITHIN_S = 900.0


def from_npm(wanted: str, folder: Path) -> None:
    """Install a package of npm's into a folder."""
    # Its installation scripts may run: those of agents only put the platform's program in the place of a slower start.
    install(wanted, folder, "npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", wanted)


def install(wanted: str, folder: Path, *command: str) -> None:
    """Install something by a command, whose words are shown."""
    print(f"Installing {wanted} below {folder} ...", file=sys.stderr, flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        status = subprocess.run(command, check=False, timeout=_WITHIN_S, stdout=sys.stderr).returncode  # noqa: S603
    except subprocess.TimeoutExpired:
        give_up(f"{wanted} was not installed within {_WITHIN_S:.0f} s. Run this again for another try.")
    if status:
        give_up(f"{wanted} cannot be installed: see the words above. Once the network is there, run this again.")


def give_up(why: str) -> NoReturn:
    """Say what is missing, and exit."""
    print(why, file=sys.stderr)
    sys.exit(2)
