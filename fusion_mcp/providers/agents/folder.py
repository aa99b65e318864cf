"""The folder in which an agent runs: empty but for what its invocation puts there, and gone with all that it wrote."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import anyio.to_thread

from fusion_mcp.providers.agents.invocation import Invocation


@asynccontextmanager
async def new_folder() -> AsyncGenerator[Path]:
    """Make a folder that only this user may enter, and remove it with all that was written there."""
    made = await anyio.to_thread.run_sync(_new_folder)
    try:
        yield Path(made.name)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(made.cleanup)


def _new_folder() -> "TemporaryDirectory[str]":
    place = Path(gettempdir()).resolve()  # so that it is called what the agent will call it
    return TemporaryDirectory(prefix="fusion-mcp-", dir=place, ignore_cleanup_errors=True)


def furnish(folder: Path, invocation: Invocation) -> None:
    """Put the invocation's files and links there. Blocks. Raises OSError, and ValueError for a name that leads out.

    Of links only those to files that exist are made; where none may be, as on Windows, the files are copied.
    """
    for name, text in invocation.files.items():
        _inside(folder, name).write_text(text, encoding="utf-8", newline="\n")
    for name, target in invocation.links.items():
        if Path(target).is_file():
            path = _inside(folder, name)
            try:
                path.symlink_to(target)
            except OSError:
                shutil.copyfile(target, path)


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        raise ValueError(f"{name!r} is not inside the agent's folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
