"""Bytes that came from the web become readable text, in a child process that can be ended at any moment.

`Reader` is the parent's side and all that the rest of the house needs. Whatever takes bytes apart (`documents` and
below it) is imported in the child alone: pages are hostile, and parsers can be slow, greedy or broken.
"""

from typing import TYPE_CHECKING

from fusion_mcp.tools.reading.readable import Link, Readable, ReadingLimits

if TYPE_CHECKING:
    from fusion_mcp.tools.reading.reader import Reader

__all__ = ["Link", "Readable", "Reader", "ReadingLimits"]


def __getattr__(name: str) -> object:
    """Fetch the parent's side on first use (PEP 562): the child imports this room too, and has no use for it."""
    if name != "Reader":
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from fusion_mcp.tools.reading.reader import Reader  # noqa: PLC0415 - as the docstring says

    return Reader
