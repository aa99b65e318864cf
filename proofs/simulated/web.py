"""The web of a simulated run: a toolbox that has its pages in memory. No socket, no clock."""

import json
from collections.abc import Mapping, Sequence

from fusion_mcp.fencing import fenced
from fusion_mcp.ledger import Account
from fusion_mcp.tools.definitions import FETCH, TOOLS, described
from fusion_mcp.types import Page, Tool, ToolCall
from simulated.world import Text


class SimulatedWeb:
    """A `protocols.Toolbox` that hands out the pages it was made with."""

    search_was_down = False

    def __init__(self, pages: Sequence[Text]) -> None:
        self._pages: Mapping[str, Text] = {page.url: page for page in pages}
        self._read: dict[str, list[str]] = {}

    def tools(self, names: Sequence[str]) -> tuple[Tool, ...]:
        """Describe tools as the real toolbox does."""
        return described(names)

    def purpose(self, call: ToolCall) -> str:
        """Say what a call is for."""
        return "reading" if call.name in TOOLS else "calling a tool"

    async def use(
        self,
        call: ToolCall,
        *,
        seat: str,
        allowed: Sequence[str],
        within: float,  # noqa: ARG002 - it takes no time
        account: Account,  # noqa: ARG002 - and nobody bills it
    ) -> str:
        """Hand out a page."""
        url = str(json.loads(call.arguments).get("url", ""))
        page = self._pages.get(url) if call.name == FETCH and FETCH in allowed else None
        if page is None:
            return json.dumps({"error": {"reason": "url_not_offered", "message": "There is no such page."}})
        self._read.setdefault(url, []).append(seat)
        return fenced(f"page {url}", page.text, "cafe0123")

    def pages(self) -> tuple[Page, ...]:
        """Give the pages that were read, and by whom."""
        return tuple(
            Page(url=url, title=self._pages[url].title, text=self._pages[url].text, used_by=tuple(seats))
            for url, seats in self._read.items()
        )

    def troubles(self) -> tuple[str, ...]:
        """Have none."""
        return ()

    def snapshot(self) -> str:
        """Keep nothing: these runs have one life."""
        return ""

    def restore(self, snapshot: str) -> None:
        """Have nothing to go on from."""
