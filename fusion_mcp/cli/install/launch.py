"""How a client is to start this very program: from an installed package, a checkout, or by uvx.

What is found out about the process is data, so that each way can be tried.
"""

import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

import fusion_mcp
from fusion_mcp.providers.local import native

PACKAGE = "fusion-mcp-server"
SCRIPTS = ("fusion-mcp", "fusion-mcp-server")
_PASSING = re.compile(r"(?:archive|environments|builds)-v\d+")
"""Folders of uv's cache: an environment in there is gone once the cache is cleaned."""


@dataclass(frozen=True, kw_only=True)
class Launch:
    """A command, and what its environment needs so that it starts."""

    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class Process:
    """What this process knows of how it was started. `root` is the folder that holds the package."""

    program: str
    python: str
    prefix: str
    root: Path
    is_installed: bool
    uvx: str | None
    source: str


def this_process(environ: Mapping[str, str]) -> Process:
    """Look at the process that this is."""
    root = Path(fusion_mcp.__file__).absolute().parent.parent
    return Process(
        program=sys.argv[0],
        python=sys.executable,
        prefix=sys.prefix,
        root=root,
        is_installed=_finds(root, environ),
        uvx=_uvx(environ),
        source=_source(),
    )


def launch(process: Process, *, anywhere: bool = False) -> Launch:
    """Say how to start it from anywhere, by a client whose PATH may be short.

    With `anywhere` the command may be read on other machines, too: what they find on their PATH stays a name.
    """
    if any(_PASSING.fullmatch(part) for part in Path(process.prefix).parts):
        uvx = "uvx" if anywhere or process.uvx is None else process.uvx
        return Launch(command=(uvx, "--from", process.source, "fusion-mcp"))
    if not process.is_installed:
        return Launch(command=_as_module(process), environ={"PYTHONPATH": str(process.root)})
    script = _script(process)
    return Launch(command=_as_module(process) if script is None else (str(script),))


def _as_module(process: Process) -> tuple[str, ...]:
    return (process.python, "-m", "fusion_mcp")


def _script(process: Process) -> Path | None:
    """Find the console script: the one that runs, which a package manager may have linked, or the interpreter's."""
    running = Path(process.program).absolute()
    beside = Path(process.python).absolute().parent
    places = [running, running.with_name(f"{running.name}.exe")] if running.stem in SCRIPTS else []
    places += [beside / f"{SCRIPTS[0]}{ending}" for ending in ("", ".exe")]
    return next((place for place in places if place.is_file()), None)


def _finds(root: Path, environ: Mapping[str, str]) -> bool:
    """Whether the interpreter finds this package by itself: not for the sake of a folder, or of PYTHONPATH."""
    between = ";" if sys.platform == "win32" else ":"
    given = {str(Path(each).absolute()) for each in environ.get("PYTHONPATH", "").split(between) if each}
    own = sys.path if sys.flags.safe_path else sys.path[1:]
    return _found_in(root, [each for each in own if each and str(Path(each).absolute()) not in given])


def _found_in(root: Path, places: Sequence[str]) -> bool:
    spec = PathFinder.find_spec("fusion_mcp", list(places))
    return spec is not None and spec.origin is not None and Path(spec.origin).absolute().parent.parent == root


def _uvx(environ: Mapping[str, str]) -> str | None:
    beside = environ.get("UV", "").strip()  # uv names itself to what it starts
    found = shutil.which("uvx", path=str(Path(beside).parent)) if beside else None
    return found or shutil.which("uvx", path=environ.get("PATH"))


def _source() -> str:
    """Say what uvx is to install: what this was installed from, with the embedded model's runtime if that is there."""
    try:
        text = distribution(PACKAGE).read_text("direct_url.json")
    except PackageNotFoundError:
        text = None
    source = PACKAGE if text is None else _direct(text)
    return f"{source}[local]" if find_spec(native.PACKAGE) and "+" not in source else source


def _direct(text: str) -> str:
    import json  # noqa: PLC0415 needed by few
    from urllib.parse import urlsplit  # noqa: PLC0415 likewise
    from urllib.request import url2pathname  # noqa: PLC0415 likewise

    origin = json.loads(text)
    url = str(origin.get("url", PACKAGE))
    if "vcs_info" in origin:
        commit = origin["vcs_info"].get("commit_id")
        return f"{origin['vcs_info'].get('vcs', 'git')}+{url}{f'@{commit}' if commit else ''}"
    return url2pathname(urlsplit(url).path) if url.startswith("file:") else url
