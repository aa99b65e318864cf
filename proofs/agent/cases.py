"""What is tried with each agent: how it sits on the panel, where its fusion-mcp is, and how the question ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Door = Literal["stdio", "stdio, scrubbed", "http", "http, other home"]
End = Literal["answer", "cancelled", "killed"]

DOORS: tuple[Door, ...] = ("stdio", "stdio, scrubbed", "http", "http, other home")
CARRIERS: dict[Door, tuple[str, ...]] = {
    "stdio": ("environment FUSION_MCP_DEPTH", "process ancestry"),
    "stdio, scrubbed": ("process ancestry",),
    "http": ("process ancestry of the HTTP client",),
    "http, other home": ("process ancestry of the HTTP client",),
}
"""What may stop a question. Agents that choose what their MCP servers see of the environment lose the first."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One trial of one agent. `is_own`: a command of the person's own, with nothing kept from it.

    `tries`: its model calls all kinds of tools, whether they were offered or not.
    """

    is_own: bool
    tries: bool = False
    door: Door = "stdio"
    web: bool = False
    end: End = "answer"

    @property
    def way(self) -> str:
        """Its name."""
        seat = "own command" if self.is_own else "built in"
        more = [*([self.door] if self.is_own else []), *(["web tools"] if self.web else [])]
        more += ["all tools tried"] if self.tries else []
        return ", ".join([seat, *more, *([] if self.end == "answer" else [self.end])])


def all_cases() -> Iterator[Case]:
    """Give every trial of an agent. That tools do what they are tried for is shown by the command of one's own."""
    yield Case(is_own=False, tries=True)
    yield Case(is_own=False, web=True)
    for door in DOORS:
        yield Case(is_own=True, door=door, tries=door == DOORS[0])
    for is_own in (False, True):
        for end in ("cancelled", "killed"):
            yield Case(is_own=is_own, end=end)
