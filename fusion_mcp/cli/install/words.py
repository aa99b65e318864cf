"""The nouns of this room: what is to stand in a client's file, and what is wrong with the file. Pure."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NAME = "fusion"
"""What our entry is called, in every client."""

HOME = "FUSION_MCP_HOME"
"""The variable that an entry may hold besides keys."""

REFERENCE = re.compile(r"\$\{(?:env:|input:)?[\w-]+(?::-)?\}|\{env:\w+\}|\$\w+")
"""A name in the place of a value, as one client or another writes it."""

Entry = Mapping[str, Any]
Span = tuple[int, int]
"""From where to where something stands in a text."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to stand in a client's file: `entry`, as `fusion`, in the table that `path` leads to.

    `inputs` are questions that VS Code asks the person; other clients have none. `keys` are the variables in it that
    hold keys: where the person has given one a value, that stays.
    """

    path: tuple[str, ...]
    entry: Entry
    inputs: Sequence[Entry] = ()
    keys: frozenset[str] = frozenset()

    @property
    def place(self) -> tuple[str, ...]:
        """The way to the entry itself."""
        return (*self.path, NAME)


class UnreadableError(Exception):
    """A text that is not what it should be: what is wrong, and in which line. Told to the person as a ConfigError."""

    def __init__(self, why: str, line: int | None = None) -> None:
        """`why` is half a sentence; `line` counts from 1, where one can be named."""
        super().__init__(why if line is None else f"line {line}: {why}")


def is_ours(entry: Entry) -> bool:
    """Whether an entry starts fusion-mcp, wherever that lies."""
    words = json.dumps([entry.get("command"), entry.get("args")], ensure_ascii=False)
    return "fusion-mcp" in words or "fusion_mcp" in words


def newline_of(text: str) -> str:
    """Tell how lines end in `text`, by its first one."""
    at = min((at for at in (text.find("\n"), text.find("\r")) if at >= 0), default=-1)
    if at < 0:
        return "\n"
    return "\r\n" if text.startswith("\r\n", at) else text[at]


def spliced(text: str, cuts: Iterable[tuple[int, int, str]]) -> str:
    """Put words in the place of pieces of `text`, which do not overlap; all else stays as it is."""
    pieces: list[str] = []
    at = 0
    for start, end, words in sorted(cuts):
        pieces += (text[at:start], words)
        at = end
    return "".join((*pieces, text[at:]))
