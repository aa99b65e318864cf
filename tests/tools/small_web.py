"""A small web in memory, in place of downloading, reading and searching; it writes down what it is asked for."""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Self

import anyio

from fusion_mcp.domains import Domains
from fusion_mcp.ledger import Account, Ledger
from fusion_mcp.tools.download import Download
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.reading.readable import Link, Readable
from fusion_mcp.tools.search.hits import Found, Hit
from fusion_mcp.tools.toolbox import RunToolbox
from fusion_mcp.tools.web_tools import WebTools
from fusion_mcp.types import ToolCall
from scripted.steps import MemorySteps

FENCE = "f3c2a1d0b9e8"
BOTH = ("web_search", "web_fetch")

HOME = "https://example.org/home"
OTHER = "https://other.example/"
SEARCH_FAULT = ToolFault("search_failed", "No search worked. Go on without.", causes=["SearXNG does not answer."])

Outcome = Readable | ToolFault | Exception


def readable(text: str, *links: str, title: str = "A page", date: str | None = None) -> Readable:
    """A page with this text, which links to these URLs."""
    return Readable(title=title, text=text, links=tuple(Link(url=url, text="a link") for url in links), date=date)


def found(*urls: str, troubles: Sequence[str] = ()) -> Found:
    """What a search brings that finds these URLs."""
    hits = (Hit(title=f"About {url}", url=url, snippet="Some words.", date="2026-01-02") for url in urls)
    return Found(hits=tuple(hits), troubles=tuple(troubles))


class SmallWeb:
    """Downloads, Reads and Searches in one. What it does not know is a 404, and a search for it finds nothing."""

    def __init__(self) -> None:
        self.pages: dict[str, Outcome] = {}
        self.redirects: dict[str, str] = {}
        self.searches: dict[str, Found | ToolFault] = {}
        self.asked: list[str] = []
        self.under_way = 0
        self.most_under_way = 0
        self._gate: anyio.Event | None = None
        self._changed = anyio.Event()

    def hold(self) -> None:
        """Let nothing through from now on."""
        self._gate = anyio.Event()

    def let_through(self) -> None:
        """Let everything through, now and later."""
        if self._gate is not None:
            self._gate.set()

    async def until(self, condition: Callable[[Self], bool]) -> None:
        """Wait for something to become true of what is asked here."""
        with anyio.fail_after(5):
            while not condition(self):
                await self._changed.wait()

    async def get(self, url: str, *, within: float, permits: Callable[[str], bool], exempt_allowed: bool) -> Download:
        assert within >= 0
        assert callable(permits)
        assert exempt_allowed in (True, False)
        await self._asked(url)
        outcome = self.pages.get(url, ToolFault("http_error", "The server answered with status 404.", 404))
        if isinstance(outcome, Exception):
            raise outcome
        return Download(url=self.redirects.get(url, url), content_type="text/plain", body=url.encode())

    async def read(self, body: bytes, content_type: str, url: str, *, within: float) -> Readable:
        assert (content_type, within >= 0, bool(url)) == ("text/plain", True, True)
        outcome = self.pages[body.decode()]
        assert isinstance(outcome, Readable)
        return outcome

    async def search(self, query: str, *, domains: Domains, within: float, account: Account) -> Found:
        assert isinstance(domains, Domains)
        assert within >= 0
        assert isinstance(account, Account)
        await self._asked(query)
        outcome = self.searches.get(query, found())
        if isinstance(outcome, ToolFault):
            raise outcome
        return outcome

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gate = None

    async def _asked(self, what: str) -> None:
        self.asked.append(what)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        self._tell()
        try:
            if self._gate is not None:
                await self._gate.wait()
        finally:
            self.under_way -= 1
            self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()


def small_web() -> SmallWeb:
    """Two pages, and a search for "moons" that finds the first."""
    web = SmallWeb()
    web.pages = {HOME: readable("Home is here."), OTHER: readable("Another page.")}
    web.searches = {"moons": found(HOME)}
    return web


class Run:
    """One run's toolbox over a small web, and short words for using it; with the `steps` of another, its next life."""

    def __init__(
        self,
        web: SmallWeb,
        *given: str,
        domains: Domains | None = None,
        steps: MemorySteps | None = None,
        withheld: Iterable[str] = (),
    ) -> None:
        self.web = web
        self.steps = steps or MemorySteps()
        tools = WebTools(downloads=web, reads=web, searches=web)
        self.toolbox: RunToolbox = tools.for_run(
            given=given, fence=FENCE, domains=domains or Domains(), steps=self.steps, withheld=withheld
        )

    async def use(
        self, name: str, arguments: str, *, seat: str, allowed: Iterable[str], within: float, step: str = ""
    ) -> str:
        call = ToolCall(id="call-1", name=name, arguments=arguments)
        account = Account(ledger=Ledger(), stage="panel", seat=seat, step=step)
        return await self.toolbox.use(call, seat=seat, allowed=tuple(allowed), within=within, account=account)

    async def fetch(self, url: str, *, offset: int = 0, seat: str = "alpha", within: float = 5, step: str = "") -> str:
        arguments = json.dumps({"url": url, "offset": offset} if offset else {"url": url})
        return await self.use("web_fetch", arguments, seat=seat, allowed=BOTH, within=within, step=step)

    async def search(self, query: str, *, seat: str = "alpha", within: float = 5, step: str = "") -> str:
        arguments = json.dumps({"query": query})
        return await self.use("web_search", arguments, seat=seat, allowed=BOTH, within=within, step=step)


def reason(text: str) -> str | None:
    """The code of a fault as a model reads it; None for what is none."""
    with suppress(ValueError):
        error: dict[str, Any] = json.loads(text)["error"]
        return str(error["reason"])
    return None
