"""The dialect of commands that print plain text: what they print is the answer, as it comes."""

from fusion_mcp.providers.agents.events.adding import say
from fusion_mcp.providers.agents.told import Told


def read(line: str, told: Told) -> None:
    """Add one line. Empty ones before the first words are left out."""
    if told.answer:
        say(told, f"\n{line}")
    elif line.strip():
        say(told, line)
