"""The files that presets stand in: which of a folder are some, and what they are called. Understands none of them."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from fusion_mcp.errors import ConfigError
from fusion_mcp.settings import read_text

MOST_BYTES = 64_000
TOO_LARGE = f"larger than {MOST_BYTES // 1000} kB; this cannot be what was meant"
MOST_FILES = 2_000


def names_in(folders: Iterable[Path]) -> list[str]:
    """Name the presets in these folders, aliases included, by a look at their files.

    That is for who cannot wait until they have been understood: a broken one may be among them. Raises ConfigError if
    a folder cannot be read.
    """
    files = (folder / name for folder in folders for name in preset_files(folder))
    return list(dict.fromkeys(name for file in files for name in (file.stem.lower(), *_aliases(file))))


def preset_files(folder: Path) -> list[str]:
    """Name the folder's TOML files, editors' hidden ones left out, in an order that is the same everywhere."""
    try:
        names = sorted((file.name for file in folder.iterdir()), reverse=True)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be read ({error.strerror}); it must be a folder of TOML files") from None
    presets = [name for name in names if name.lower().endswith(".toml") and not name.startswith(".")]
    if len(presets) > MOST_FILES:
        raise ConfigError(f"{folder}: more than {MOST_FILES} presets; keep only those that you use")
    return presets


def _aliases(file: Path) -> list[str]:
    try:
        aliases = tomllib.loads(read_text(file, most_bytes=MOST_BYTES)).get("aliases")
    except (ConfigError, ValueError, RecursionError):
        return []
    listed = cast("list[object]", aliases) if isinstance(aliases, list) else []
    return [alias for alias in listed if isinstance(alias, str)]
