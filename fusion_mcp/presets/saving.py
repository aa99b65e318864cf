"""Puts one preset's text into its file: whole or not at all, for nobody else to read. What it may say is `parse`."""

import contextlib
import os
import tempfile
from pathlib import Path

from fusion_mcp.errors import ConfigError


def save_preset(file: Path, text: str, *, replace: bool) -> Path:
    """Write `file`; its folder is made where there is none. A link is replaced, not followed.

    Raises ConfigError where it cannot be written, or is there already and is not to be replaced.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft(file.parent, text)
        try:
            _put(draft, file, replace=replace)
        finally:
            draft.unlink(missing_ok=True)
    except FileExistsError:
        raise ConfigError(f"{file}: is there already; add --replace to overwrite it, or --name for another") from None
    except OSError as error:
        why = error.strerror or "unknown reason"
        raise ConfigError(f"{file}: cannot be written ({why}); nothing was changed") from None
    return file


def _draft(folder: Path, text: str) -> Path:
    """A file beside its destination, whose name no preset's can be; only its owner may read it."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".new", dir=folder)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as stream:  # noqa: PTH123 not a path
            _ = stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    return Path(name)


def _put(draft: Path, file: Path, *, replace: bool) -> None:
    if replace:
        _ = draft.replace(file)
        return
    try:
        file.hardlink_to(draft)  # unlike a rename, it fails where somebody else was quicker
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(file):
            raise FileExistsError(file) from None
        _ = draft.replace(file)
