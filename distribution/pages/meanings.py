"""The words in the pages that no code has: what each key is for, and who sits on a shipped preset's panel."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "meanings.toml"


@cache
def words() -> Mapping[str, Mapping[str, Any]]:
    """Give them by table, as they stand in meanings.toml, where it says what they are."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
