"""What a toolbox needs of the parts that reach the web: one GET, reading what came, searching."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from fusion_mcp.domains import Domains
from fusion_mcp.ledger import Account
from fusion_mcp.tools.download import Download
from fusion_mcp.tools.reading import Readable
from fusion_mcp.tools.search.hits import Found


class Downloads(Protocol):
    """One guarded GET; see `download.Downloader`."""

    async def get(self, url: str, *, within: float, permits: Callable[[str], bool]) -> Download:
        """Fetch `url`; `permits` is asked for the host at every hop. Raises ToolFault."""
        ...


class Reads(AbstractAsyncContextManager[object], Protocol):
    """Bytes to text; see `reading.Reader`."""

    async def read(self, body: bytes, content_type: str, url: str, *, within: float) -> Readable:
        """Read what came from `url`. Raises ToolFault."""
        ...


class Searches(AbstractAsyncContextManager[object], Protocol):
    """Queries to hits; see `search.Searcher`."""

    async def search(self, query: str, *, domains: Domains, within: float, account: Account) -> Found:
        """Search by the first backend that answers. Raises ToolFault("search_failed")."""
        ...
