"""Sets up the virtual environment that the other scripts run in: once, and again only when what it needs has changed.

Needs Python 3.11 or newer with venv and pip, and nothing else. Prints to stderr.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "constraints.txt"
OLDEST = (3, 11)

# Here, since an older Python stumbles over what stands below; nothing above is too new for it.
if sys.version_info < OLDEST:
    sys.exit(
        f"fusion-mcp needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]} "
        f"({sys.executable}). Run the same with a newer one, as in: python{OLDEST[0]}.{OLDEST[1]} {sys.argv[0]}"
    )


def ready(*extras: str, locked: bool = False) -> Path:
    """Return the interpreter of an environment with this project and `extras` in it.

    `locked` takes exactly the versions of constraints.txt, as the tests do. An environment that is complete needs no
    network.
    """
    python = _interpreter()
    if not (_runs(python) and _has(extras, locked=locked)):
        _install(python, extras, locked=locked)
        with _record().open("a", encoding="utf-8") as record:
            record.write(f"{_project()} {_locked() if locked else '-'} {','.join(extras)}\n")
    return python


def run(*command: object, **environ: str) -> None:
    """Run a command at the project's root; exit with its status if it fails."""
    inherited = os.environ  # noqa: TID251 - what a script starts sees what the script sees
    status = subprocess.run([str(part) for part in command], cwd=ROOT, env={**inherited, **environ}, check=False)
    if status.returncode:
        sys.exit(status.returncode)


def say(text: str) -> None:
    """Tell the person what is going on."""
    print(text, file=sys.stderr, flush=True)


def _install(python: Path, extras: tuple[str, ...], *, locked: bool) -> None:
    say(f"Setting up {VENV} ...")
    if not _runs(python):
        venv.create(VENV, with_pip=True, clear=True)
    target = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    versions = ["--constraint", str(LOCK)] if locked else []
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *versions, "-e", target]
    if subprocess.run(command, check=False).returncode:
        sys.exit("Installing failed: see pip's words above. Once the network is there, run the same command again.")


def _interpreter() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _runs(python: Path) -> bool:
    """Whether the environment is whole: it may have been moved, or its Python taken away."""
    if not python.exists():
        return False
    return subprocess.run([str(python), "-c", "import sys"], check=False, capture_output=True).returncode == 0


def _has(extras: tuple[str, ...], *, locked: bool) -> bool:
    """Whether some earlier installation brought all of this: what the tests need serves the demo, too."""
    lines = _record().read_text(encoding="utf-8").splitlines() if _record().exists() else []
    for project, versions, brought in (line.split(" ") for line in lines):
        if project == _project() and set(extras) <= set(brought.split(",")) and (not locked or versions == _locked()):
            return True
    return False


def _record() -> Path:
    """Where installations are noted; it goes with the environment."""
    return VENV / "installed"


def _project() -> str:
    return _digest(sys.version, str(ROOT), (ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _locked() -> str:
    return _digest(LOCK.read_text(encoding="utf-8"))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
