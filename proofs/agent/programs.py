"""The agent programs to prove, as agents.toml names them, and their installation from the npm registry."""

import json
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from installing import from_npm, give_up

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "agents"
_HOW = "Install Node.js {node} or newer, with npm (nodejs and npm in most package managers), and run this again."


class Program(BaseModel):
    """One agent program. The fields are explained at the head of agents.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    package: str
    version: str
    program: str
    node: int
    speaks: Literal["anthropic", "responses", "gemini"]
    model: str
    web: tuple[str, ...]
    inert: tuple[str, ...] = ()
    billing: str
    provider: str = ""
    own: str
    environ: Mapping[str, str] = Field(default_factory=dict[str, str])
    home: Mapping[str, str]
    stdio: str
    http: str
    tricks: Mapping[str, Mapping[str, Any]]


def programs() -> dict[str, Program]:
    """Read them all, by name."""
    tables = tomllib.loads((HERE / "agents.toml").read_text(encoding="utf-8"))
    return {name: Program(name=name, **table) for name, table in tables.items()}


def place(program: Program) -> str:
    """Give the folder of a program for the PATH, installed there if it is not yet. Exits with 2 where it cannot be."""
    folder = CACHE / f"{program.name}-{program.version}"
    found = folder / "node_modules" / ".bin"
    if _version(folder, program) != program.version or not (found / program.program).exists():
        _need_node(program)
        from_npm(f"{program.package}@{program.version}", folder)
    return str(found)


def _version(folder: Path, program: Program) -> str | None:
    try:
        text = (folder / "node_modules" / program.package / "package.json").read_text(encoding="utf-8")
    except OSError:
        return None
    return str(json.loads(text)["version"])


def _need_node(program: Program) -> None:
    how = _HOW.format(node=program.node)
    if shutil.which("node") is None or shutil.which("npm") is None:
        give_up(f"{program.name} is installed by npm, which is not there. {how}")
    command = ["node", "--version"]
    said = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)  # noqa: S603 - see above
    major = said.stdout.strip().removeprefix("v").partition(".")[0]
    if not major.isdecimal() or int(major) < program.node:
        give_up(f"{program.name} {program.version} does not run on Node.js {said.stdout.strip()}. {how}")
