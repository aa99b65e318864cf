"""Is this the file? Hashing, remembering that it was done, and putting a finished download in place."""

import hashlib
import json
import os
from pathlib import Path

from fusion_mcp.providers.local.weights import Weights


def sha256_of(path: Path) -> str:
    """Hash a file from disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_present(weights: Weights, models_dir: Path) -> bool:
    """Say whether a file of the right name and size is there: a look, where `is_verified` may have to read."""
    try:
        return weights.path_in(models_dir).stat().st_size == weights.bytes
    except OSError:
        return False


def is_verified(weights: Weights, models_dir: Path) -> bool:
    """Say whether the finished file is the catalogue's: hashed the first time, afterwards only looked at."""
    path = weights.path_in(models_dir)
    if not is_present(weights, models_dir):
        return False
    if _remembered(path) == _stamp(path, weights.sha256):
        return True
    if sha256_of(path) != weights.sha256:
        return False
    _remember(path, weights.sha256)
    return True


def put_in_place(partial: Path, weights: Weights, models_dir: Path) -> bool:
    """Make `partial` the finished file if it is the catalogue's content, else delete it and say False."""
    if partial.stat().st_size != weights.bytes or sha256_of(partial) != weights.sha256:
        partial.unlink()
        return False
    with partial.open("r+b") as file:
        os.fsync(file.fileno())  # else a power cut could leave the name, remembered as verified, without its content
    final = weights.path_in(models_dir)
    partial.replace(final)
    _remember(final, weights.sha256)
    return True


def _stamp(path: Path, sha256: str) -> dict[str, str | int]:
    status = path.stat()
    return {"sha256": sha256, "bytes": status.st_size, "mtime_ns": status.st_mtime_ns}


def _stamp_path(path: Path) -> Path:
    return path.with_name(path.name + ".verified")


def _remembered(path: Path) -> object:
    try:
        return json.loads(_stamp_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _remember(path: Path, sha256: str) -> None:
    try:
        _stamp_path(path).write_text(json.dumps(_stamp(path, sha256)), encoding="utf-8")
    except OSError:
        return  # a folder that cannot be written to: the file is hashed again next time
