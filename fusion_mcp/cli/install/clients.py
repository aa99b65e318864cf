"""The clients that `install` knows: what `clients.toml` says of them, and where their files lie on this machine."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from fusion_mcp.cli.arguments import UsageError
from fusion_mcp.cli.install.documents import Format
from fusion_mcp.explain import did_you_mean, shown

Platform = Literal["linux", "macos", "windows"]


class Client(BaseModel):
    """One client. The fields are explained at the head of clients.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    tried: str | None = None
    format: Format
    folders: Mapping[Platform | Literal["any"], tuple[str, ...]]
    files: tuple[str, ...]
    project: tuple[str, ...] = ()
    servers: tuple[str, ...]
    command: Literal["apart", "one-list"] = "apart"
    variables: str
    keys: str
    first: Mapping[str, Any] = Field(default_factory=dict[str, Any])
    last: Mapping[str, Any] = Field(default_factory=dict[str, Any])
    next: str


def clients() -> Mapping[str, Client]:
    """Give all of them, by name."""
    text = files("fusion_mcp.cli.install").joinpath("clients.toml").read_text(encoding="utf-8")
    return {name: Client(name=name, **table) for name, table in tomllib.loads(text).items()}


def client_named(name: str) -> Client:
    """Give one of them. Raises UsageError for a name that is none."""
    known = clients()
    if name not in known:
        advice = did_you_mean(name, known) or f"; the clients are {', '.join(known)}"
        raise UsageError(f"unknown client '{shown(name)}'{advice}")
    return known[name]


def platform_of(system: str) -> Platform:
    """Name a platform, from what `sys.platform` says of it."""
    return "macos" if system == "darwin" else "windows" if system == "win32" else "linux"


def user_files(client: Client, environ: Mapping[str, str], platform: Platform) -> list[Path]:
    """Say where a client looks for the person's own configuration: the files that may be there."""
    templates = client.folders.get(platform) or client.folders["any"]
    folders = (_folder(template, environ) for template in templates)
    folder = next(folder for folder in folders if folder is not None)
    return [folder / name for name in client.files]


def project_files(client: Client, folder: Path) -> list[Path]:
    """Say where it looks in a project. Raises UsageError where it does not, or there is no such folder."""
    if not client.project:
        raise UsageError(f"--project: {client.title} reads no configuration in projects; leave it out")
    if not folder.is_dir():
        raise UsageError(f"--project: {folder} is not a folder; name the project's")
    return [folder / name for name in client.project]


def _folder(template: str, environ: Mapping[str, str]) -> Path | None:
    first, *rest = template.split("/")
    if first == "~":
        return Path(_home(environ), *rest)
    value = environ.get(first.removeprefix("$"), "").strip()
    if not value or (first.startswith("$XDG_") and not Path(value).is_absolute()):  # such a one counts for nothing
        return None
    start = Path(value)
    return Path(_home(environ), *start.parts[1:], *rest) if start.parts[:1] == ("~",) else Path(start, *rest).absolute()


def _home(environ: Mapping[str, str]) -> str:
    return environ.get("HOME") or environ.get("USERPROFILE") or str(Path.home())
