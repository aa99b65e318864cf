"""One run's finished steps in memory, in place of the journal on disk; it can be handed to the run's next life."""

import anyio
import anyio.lowlevel

from fusion_mcp.ledger import Line


class MemorySteps:
    """A `protocols.Steps`: `values` by key, and `lines` as they were opened."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.lines: list[Line] = []

    def kept(self, key: str) -> str | None:
        return self.values.get(key)

    async def keep(self, key: str, value: str) -> None:
        with anyio.CancelScope(shield=True):
            await anyio.lowlevel.checkpoint()  # a disk takes its time, in which others go on
        self.values[key] = value

    async def opened(self, line: Line) -> None:
        await anyio.lowlevel.checkpoint()
        self.lines.append(line)
