"""What `doctor` says of the program itself: its version, Python's, the platform's, and those of its packages."""

import platform
from importlib.metadata import PackageNotFoundError, version

from fusion_mcp import __version__
from fusion_mcp.cli.doctor.findings import Program
from fusion_mcp.providers.local import native

PACKAGES = (
    "mcp",
    "httpx2",
    "pydantic",
    "anyio",
    "genai-prices",
    "platformdirs",
    "ddgs",
    "selectolax",
    "pypdf",
    "psutil",
    native.PACKAGE,
)


def this_program() -> Program:
    """Name the versions that a report of a fault should name."""
    return Program(
        version=__version__,
        python=platform.python_version(),
        platform=platform.platform(terse=True),
        packages={name: _version(name) for name in PACKAGES},
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
