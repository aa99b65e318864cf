"""Reads the settings that a person has made for an agent program, where some of them go along. Writes nothing."""

from collections.abc import Mapping
from pathlib import Path

from fusion_mcp.providers.agents.borrowing import place
from fusion_mcp.providers.catalog.agent import Agent

_MOST_BYTES = 1_000_000


def own_settings(agent: Agent, environ: Mapping[str, str]) -> str:
    """Give the text of an agent's own settings file; '' where nothing is borrowed of it or it cannot be read."""
    file = place(agent.borrows, environ) if agent.borrows else None
    if file is None or not Path(file).is_file():  # a pipe of that name would keep everybody waiting
        return ""
    try:
        with Path(file).open("rb") as stream:
            return stream.read(_MOST_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""
