"""Where each client is installed, below .cache/clients/; agents are where the proof of agents has them."""

import json
import os
import shutil
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from agent.programs import place as place_of_agent
from agent.programs import programs
from client.catalogue import Client
from installing import from_npm, give_up, install

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "clients"
NODE = "24.19.0"
"""For those that want a newer Node.js than this machine may have: npm has it as a package."""
_SCRIPTS = "Scripts" if os.name == "nt" else "bin"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A client's folder, and the interpreter or folder of what is started. `entry` is what `node` runs in it."""

    folder: Path
    program: Path
    node: Path = Path("node")
    entry: Path = Path()


def place(client: Client) -> Place:
    """Give a client's place, installed now if it is not yet. Exits with 2 where it cannot be."""
    folder = CACHE / f"{client.name}-{client.version}"
    if client.runs == "agent":
        program = programs()[client.agent].model_copy(update={"version": client.version})
        return Place(folder=folder, program=Path(place_of_agent(program)))
    if client.runs == "python":
        return _python(client, folder)
    _from_npm(client.package, client.version, folder)
    node = _node() if client.node else Path("node")
    entry = folder / client.script if client.runs in ("bridge", "inspector") else Path()
    program = Path(sys.executable) if client.runs == "bridge" else node
    return Place(folder=folder, program=program, node=node, entry=entry)


def _python(client: Client, folder: Path) -> Place:
    python = folder / _SCRIPTS / "python"
    done = folder / "installed"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        wanted = f"{client.package}=={client.version}"
        install(wanted, folder, str(python), "-m", "pip", "install", "--quiet", wanted)
        done.touch()
    return Place(folder=folder, program=python)


def _node() -> Path:
    folder = CACHE / f"node-{NODE}"
    _from_npm("node", NODE, folder)
    return folder / "node_modules" / ".bin" / "node"


def _from_npm(package: str, version: str, folder: Path) -> None:
    try:
        text = (folder / "node_modules" / package / "package.json").read_text(encoding="utf-8")
    except OSError:
        text = "{}"
    if json.loads(text).get("version") == version:
        return
    if shutil.which("npm") is None:
        give_up(f"{package} is installed by npm, which is not there: install Node.js with npm, and run this again.")
    from_npm(f"{package}@{version}", folder)
