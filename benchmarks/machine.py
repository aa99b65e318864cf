"""Where the figures come from: the machine and the versions, and no path or name of it."""

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

import psutil

from fusion_mcp import __version__

_BESIDE = ("mcp", "pydantic", "anyio", "httpx2", "httptools", "aiohttp", "openai")


def described(runs: int, *, quick: bool) -> Mapping[str, object]:
    """Say what was measured on, and how often."""
    return {
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "fusion_mcp": __version__,
        "versions": {name: found for name in _BESIDE if (found := _version(name))},
        "load_at_start": [round(load, 2) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        "runs": runs,
        "quick": quick,
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
