"""Starts fusion-mcp, which `uv` has installed as the bundle's pyproject.toml says."""

import os
import sys

from fusion_mcp.__main__ import main


def forget_keys_that_were_left_empty() -> None:
    """Take them out of the environment: clients hand over an empty value, or the field's own placeholder."""
    for name, value in list(os.environ.items()):  # noqa: TID251 - here the environment enters
        if name.endswith("_API_KEY") and (not value.strip() or value.startswith("${user_config.")):
            del os.environ[name]  # noqa: TID251


if __name__ == "__main__":
    forget_keys_that_were_left_empty()
    sys.exit(main())
