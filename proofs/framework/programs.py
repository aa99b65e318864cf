"""Installs inspect-ai, with this project in the same environment, and promptfoo, both into .cache/frameworks/."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "frameworks"
INSPECT = "0.3.285"
PROMPTFOO = "0.121.20"
"""The last that runs on Node.js 20 as well as on later ones."""
INSTALLED_WITHIN_S = 900.0
_SCRIPTS = "Scripts" if os.name == "nt" else "bin"


@dataclass(frozen=True, kw_only=True)
class Programs:
    """Where they are: the folder of inspect-ai's environment, that of its programs, and promptfoo itself."""

    python: Path
    scripts: Path
    promptfoo: Path


def programs() -> Programs:
    """Give both, installed now if they are not yet. Exits with 2 where one cannot be."""
    scripts = CACHE / f"inspect-{INSPECT}" / _SCRIPTS
    node = CACHE / f"promptfoo-{PROMPTFOO}"
    found = Programs(python=scripts / "python", scripts=scripts, promptfoo=node / "node_modules" / ".bin" / "promptfoo")
    if not (scripts / "inspect").exists():
        venv.create(scripts.parent, with_pip=True, clear=True)
        wanted = f"inspect-ai=={INSPECT}"
        _install(wanted, (str(found.python), "-m", "pip", "install", "--quiet", "-e", str(ROOT), wanted))
    if not found.promptfoo.exists():
        if shutil.which("npm") is None:
            sys.exit("promptfoo is installed by npm, which is not there: install Node.js, and run this again.")
        wanted = f"promptfoo@{PROMPTFOO}"
        _install(wanted, ("npm", "install", "--prefix", str(node), "--no-audit", "--no-fund", wanted))
    return found


def _install(wanted: str, command: Sequence[str]) -> None:
    print(f"Installing {wanted} below {CACHE} ...", file=sys.stderr, flush=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        status = subprocess.run(command, check=False, timeout=INSTALLED_WITHIN_S, stdout=sys.stderr).returncode  # noqa: S603
    except subprocess.TimeoutExpired:
        status = -1
    if status:
        print(f"{wanted} cannot be installed: see the words above. Run this again for another try.", file=sys.stderr)
        sys.exit(2)
