"""A searcher whose backends are pages of a scripted web, and what it may be asked to find."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from fusion_mcp.config import Web
from fusion_mcp.domains import Domains
from fusion_mcp.ledger import Account, Ledger
from fusion_mcp.tools.search.backends import Shipped, shipped
from fusion_mcp.tools.search.hits import Found
from fusion_mcp.tools.search.searcher import Searcher
from scripted.web import PageBehaviour, ScriptedWeb, page

KEY = "tvly-test-3d5f7a9b"
"""What every key variable holds: it may reach its backend, and must turn up nowhere else."""
KEYS = {"BRAVE_API_KEY": KEY, "TAVILY_API_KEY": KEY, "EXA_API_KEY": KEY}

PATHS = {
    "searxng": "/searxng/search",
    "brave": "/brave/res/v1/web/search",
    "tavily": "/tavily/search",
    "exa": "/exa/search",
}
"""Where each backend's search is on the scripted web."""

NOWHERE = "http://127.0.0.1:9"
"""A proxy at which nothing listens, so that nothing gets out."""
OFFLINE = {"HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE}

FIRST = "https://tides.example.org/moon?lang=en"
SECOND = "https://sea.example.com/tables"
"""What the samples of all backends have found."""


def sample(backend: str) -> dict[str, Any]:
    """A reply after the backend's documentation."""
    return json.loads((Path(__file__).parent / "samples" / f"{backend}.json").read_text(encoding="utf-8"))


def gives(reply: object, **headers: str) -> PageBehaviour:
    """Answer with JSON."""
    return page(json.dumps(reply), content_type="application/json", headers=headers)


def nothing(backend: str) -> dict[str, Any]:
    """The same reply without results."""
    reply = sample(backend)
    (reply["web"] if backend == "brave" else reply)["results"] = []
    return {**reply, "unresponsive_engines": []} if backend == "searxng" else reply


def relocated(internet: ScriptedWeb, moved: Mapping[str, str]) -> dict[str, Shipped]:
    """The shipped backends, with those that have an address on the scripted web instead, or where `moved` says."""
    here = {**{name: internet.url(f"/{name}") for name in ("brave", "tavily", "exa")}, **moved}
    return {name: each.model_copy(update={"url": here.get(name)}) for name, each in shipped().items()}


@dataclass(kw_only=True)
class Searching:
    """`async with Searching(...).open() as searcher`; `find` searches with the ledger of this value."""

    internet: ScriptedWeb
    backends: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=lambda: OFFLINE)
    keys: Mapping[str, str] = field(default_factory=lambda: KEYS)
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    ledger: Ledger = field(default_factory=Ledger)
    moved: Mapping[str, str] = field(default_factory=dict[str, str])
    """Shipped backends that are elsewhere than on the scripted web."""

    def open(self) -> Searcher:
        settings = {"searxng_url": self.internet.url("/searxng"), **self.settings, "search": self.backends}
        catalogue = relocated(self.internet, self.moved)
        return Searcher(Web.model_validate(settings), self.keys.get, self.environ, {}, catalogue=catalogue)

    async def find(
        self, searcher: Searcher, query: str = "tides of the moon", *, within: float = 5, domains: Domains | None = None
    ) -> Found:
        account = Account(ledger=self.ledger, stage="panel", seat="alpha")
        return await searcher.search(query, domains=domains or Domains(), within=within, account=account)

    async def found(self, query: str = "tides of the moon", *, domains: Domains | None = None) -> Found:
        """One search by a searcher of its own."""
        async with self.open() as searcher:
            return await self.find(searcher, query, domains=domains)

    async def cancelled_on_the_wire(self) -> None:
        """One search that is cancelled once it has reached its backend."""
        async with self.open() as searcher, anyio.create_task_group() as searches:
            searches.start_soon(self.find, searcher)
            await self.internet.until(lambda web: web.in_flight == 1)
            searches.cancel_scope.cancel()
