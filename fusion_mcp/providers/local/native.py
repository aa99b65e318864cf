"""The native runtime behind the models of this machine: whether it is there, how to install it. Loads nothing of it."""

from importlib.util import find_spec

PACKAGE = "xllamacpp"
REQUIREMENT = "xllamacpp>=2026.10,<2027"
"""As under `local` in pyproject.toml. It is installed by its own name: ours is not on the package index yet."""

HOW_TO_INSTALL = f'pip install "{REQUIREMENT}"'


def is_installed() -> bool:
    """Look for the runtime."""
    return find_spec(PACKAGE) is not None
