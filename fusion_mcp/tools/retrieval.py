"""Searching and reading for one run: only what may be visited, each thing once, not too much at a time."""

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Protocol

import anyio

from fusion_mcp.domains import Domains
from fusion_mcp.ledger import Account
from fusion_mcp.protocols import Steps
from fusion_mcp.tools.download import Download
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.keeping import Retrieved, kept_pages, kept_searches
from fusion_mcp.tools.provenance import Provenance
from fusion_mcp.tools.reading.readable import Readable
from fusion_mcp.tools.search.hits import Found
from fusion_mcp.tools.sharing import Shared
from fusion_mcp.tools.web_address import is_web_address
from fusion_mcp.urls import host_of, normalised
from fusion_mcp.withheld import Withheld

PAGES_AT_ONCE = 8
SEARCHES_AT_ONCE = 4
_SPARE_S = 0.2
"""How much sooner than at a member's deadline a part may give up on account of it."""
_ENOUGH_TO_SEARCH_S = 10.0
"""With less, backends get shares of the time that may be too short for them."""
_LEFT_OUT = "Search results were left out, since they hold words that this run must not see (withheld)."


class Downloads(Protocol):
    """One guarded GET; see `download.Downloader`."""

    async def get(self, url: str, *, within: float, permits: Callable[[str], bool], exempt_allowed: bool) -> Download:
        """Fetch `url`; `permits` is asked for the host at every hop. Raises ToolFault."""
        ...


class Reads(AbstractAsyncContextManager[object], Protocol):
    """Bytes to text; see `reading.reader.Reader`."""

    async def read(self, body: bytes, content_type: str, url: str, *, within: float) -> Readable:
        """Read what came from `url`. Raises ToolFault."""
        ...


class Searches(AbstractAsyncContextManager[object], Protocol):
    """Queries to hits; see `search.searcher.Searcher`."""

    async def search(self, query: str, *, domains: Domains, within: float, account: Account) -> Found:
        """Search by the first backend that answers. Raises ToolFault("search_failed")."""
        ...


class Retrieval:
    """One run's way to the web. Waits no longer than the caller's own cancel scope allows."""

    def __init__(
        self,
        downloads: Downloads,
        reads: Reads,
        searches: Searches,
        *,
        given: Iterable[str],
        domains: Domains,
        steps: Steps,
        withheld: Withheld,
    ) -> None:
        """`given` are the URLs that the user wrote; nothing outside `domains` is visited, nothing `withheld` given out.

        What is kept in `steps` goes out no more, and what goes out is kept there before a member gets it.
        """
        self._downloads = downloads
        self._reads = reads
        self._searches = searches
        self._domains = domains
        self._withheld = withheld
        self._provenance = Provenance(given)
        self._kept_pages = kept_pages(steps)
        self._pages = Shared(self._kept_pages)
        self._found = Shared(kept_searches(steps))
        self._looked_through: dict[str, bool] = {}
        self._page_places = anyio.CapacityLimiter(PAGES_AT_ONCE)
        self._search_places = anyio.CapacityLimiter(SEARCHES_AT_ONCE)

    async def search(self, query: str, deadline: float, account: Account) -> Found:
        """Search, or give what the same words have found before. Raises ToolFault."""
        key = " ".join(query.split()).casefold()
        left = _left(deadline)
        unhurried = left - _SPARE_S if left >= _ENOUGH_TO_SEARCH_S else left / 8
        work = partial(self._search, query, deadline, account)
        found = self._fit_to_see(await self._found.get(key, work, unhurried_until=anyio.current_time() + unhurried))
        self._provenance.found(hit.url for hit in found.hits)
        return found

    async def page(self, url: str, deadline: float) -> tuple[str, Readable]:
        """Read a page, or give it as it was read before, and the key that all its spellings share. Raises ToolFault."""
        key = normalised(url) or url
        # In a later life calls may be repeated in another order. What is kept was offered once, and goes out no more.
        self._provenance.check(url, known=self._pages.has(key))
        if not self._domains.permits(host_of(url)):
            raise ToolFault("domain_excluded", "This run does not visit this site. Search for the same on another one.")
        self._provenance.follow(url)
        work = partial(self._retrieve, url, deadline)
        got = await self._pages.get(key, work, unhurried_until=deadline - _SPARE_S)
        if self._is_withheld(key, url, got):
            raise ToolFault("withheld", "This page is kept from this run. Search for the same on another one.")
        self._provenance.linked([got.url, *(link.url for link in got.page.links)], exempt=got.exempt)
        return key, got.page

    def text_of(self, key: str) -> str:
        """Give the text of a page that was read, by its key; "" where it is not kept."""
        got = self._kept_pages.recall(key)
        return got.page.text if isinstance(got, Retrieved) else ""

    def went_out(self, url: str) -> None:
        """Count a URL that was asked for in an earlier life, and whose fault is known."""
        if self._domains.permits(host_of(url)):
            self._provenance.follow(url)

    def _fit_to_see(self, found: Found) -> Found:
        """Leave out what shows withheld words already in a search's list, and say so."""
        hits = tuple(hit for hit in found.hits if not self._withheld.holds_any(hit.title, hit.snippet, hit.url))
        return found if len(hits) == len(found.hits) else Found(hits=hits, troubles=(*found.troubles, _LEFT_OUT))

    def _is_withheld(self, key: str, url: str, got: Retrieved) -> bool:
        """Look through a page once, however many of its pieces are asked for."""
        if key not in self._looked_through:
            links = (link.text for link in got.page.links)
            self._looked_through[key] = self._withheld.holds_any(url, got.url, got.page.title, got.page.text, *links)
        return self._looked_through[key]

    async def _search(self, query: str, deadline: float, account: Account) -> Found:
        async with self._search_places:
            return await self._searches.search(query, domains=self._domains, within=_left(deadline), account=account)

    async def _retrieve(self, url: str, deadline: float) -> Retrieved:
        async with self._page_places:
            without_fragment = url.partition("#")[0]
            got = await self._downloads.get(
                without_fragment,
                within=_left(deadline),
                permits=self._domains.permits,
                exempt_allowed=self._provenance.may_be_exempt(url),
            )
            page = await self._reads.read(got.body, got.content_type, got.url, within=_left(deadline))
        if not page.text.strip():
            raise ToolFault("unreadable", "There is no readable text in this page. Go on without it.")
        return Retrieved(page=page, url=got.url if is_web_address(got.url) else "", exempt=got.exempt)


def _left(deadline: float) -> float:
    return max(deadline - anyio.current_time(), 0.0)
