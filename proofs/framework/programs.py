"""Installs inspect-ai, with this project in the same environment, and promptfoo, both into .cache/frameworks/."""

import os
import shutil
import venv
from dataclasses import dataclass
from pathlib import Path

from installing import from_npm, give_up, install

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "frameworks"
INSPECT = "0.3.285"
PROMPTFOO = "0.121.20"
"""The last that runs on Node.js 20 as well as on later ones."""
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
        install(wanted, scripts.parent, str(found.python), "-m", "pip", "install", "--quiet", "-e", str(ROOT), wanted)
    if not found.promptfoo.exists():
        if shutil.which("npm") is None:
            give_up("promptfoo is installed by npm, which is not there: install Node.js, and run this again.")
        from_npm(f"promptfoo@{PROMPTFOO}", node)
    return found
