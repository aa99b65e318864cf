"""One search over all backends: in the person's order, each in its share of the time, until one has found something."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import anyio

from fusion_mcp.cleaning import one_line
from fusion_mcp.config import Web
from fusion_mcp.domains import Domains
from fusion_mcp.ledger import Account, LimitReached
from fusion_mcp.tools.definitions import LONGEST_QUERY
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.search.asking import ask, in_doubt_for_good
from fusion_mcp.tools.search.backends import LIBRARY, Backend, Shipped, configured, shipped
from fusion_mcp.tools.search.ddgs import Library
from fusion_mcp.tools.search.dialect import MOST_WORDS, Query
from fusion_mcp.tools.search.failures import BackendError
from fusion_mcp.tools.search.hits import Found, Hit, best
from fusion_mcp.tools.search.http import SearchHttp
from fusion_mcp.tools.search.standing import Standing

MOST_S = 8.0
"""The longest that one backend may take; less where others still wait for their turn."""

_SPARE_S = 0.1
"""How much sooner than its time is up a search gives up, so that it can still say why."""

_NOWHERE = "No site is left that may be searched."
_ADVICE = "Read pages whose address you have, or answer from what you know, and say that you could not search."


class Searcher:
    """Searches for all runs of a process. An async context manager; it opens nothing before the first search."""

    def __init__(
        self,
        web: Web,
        key_of: Callable[[str], str | None],
        environ: Mapping[str, str],
        child_environ: Mapping[str, str],
        *,
        catalogue: Mapping[str, Shipped] | None = None,
    ) -> None:
        """Take the person's settings.

        `key_of` maps an environment variable's name to its value; `environ` names proxies and certificates;
        `child_environ` is all that a child process gets to see. `catalogue` is the shipped one unless given.
        """
        self.backends = configured(web, shipped() if catalogue is None else catalogue)
        self._key_of = key_of
        self._http = SearchHttp(environ, (backend.url for backend in self.backends if backend.url))
        self._library = Library(environ, child_environ)
        self._standing = Standing()

    async def __aenter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        with anyio.CancelScope(shield=True):
            await self._http.aclose()

    def lack(self, backend: Backend) -> str | None:
        """Say what this backend cannot be asked without, as an order to the person; None where it is ready."""
        return backend.lack(self._key_of)

    async def search(self, query: str, *, domains: Domains, within: float, account: Account) -> Found:
        """Ask one backend after the other until one finds something, waiting at most `within` seconds.

        Each search that somebody bills is a line in `account`. Raises ToolFault("search_failed") when none worked,
        which names them all. That nothing was found is no fault.
        """
        if domains.are_contradictory:
            raise ToolFault("search_failed", f"{_NOWHERE} {_ADVICE}", causes=[_NOWHERE])
        ends = anyio.current_time() + within - min(_SPARE_S, within / 4)
        wanted = Query(text=_fitted(query), domains=domains)
        ready = self._standing.begin([backend for backend in self.backends if self.lack(backend) is None])
        troubles = self._left_out()
        has_worked = False
        for turn, backend in enumerate(ready):
            share = min(MOST_S, (ends - anyio.current_time()) / (len(ready) - turn))
            try:
                hits = await self._ask(backend, wanted, share, account)
            except BackendError as error:
                troubles.append(f"{backend.title} {error.why}.")
                continue
            has_worked = True
            if hits:
                return Found(hits=hits, troubles=tuple(troubles))
        if not has_worked:
            raise ToolFault("search_failed", f"No search worked. {' '.join(troubles)} {_ADVICE}", causes=troubles)
        return Found(hits=(), troubles=tuple(troubles))

    async def try_one(self, backend: Backend, query: str, *, within: float, account: Account) -> tuple[Hit, ...]:
        """Ask this one alone, to see whether it works. Raises BackendError."""
        return await self._ask(backend, Query(text=_fitted(query), domains=Domains()), within, account)

    def _left_out(self) -> list[str]:
        """Name what cannot be asked. Of what bills nobody only if there is nothing else: it may wait to be set up."""
        lacks = [(backend, lack) for backend in self.backends if (lack := self.lack(backend)) is not None]
        nothing_else = len(lacks) == len(self.backends)
        return [
            f"{backend.title} is not set up: {lack}." for backend, lack in lacks if nothing_else or not backend.free
        ]

    async def _ask(self, backend: Backend, query: Query, share: float, account: Account) -> tuple[Hit, ...]:
        if share <= 0:
            raise BackendError("was not asked, since the time was up")
        if in_doubt_for_good(backend, account):
            raise BackendError("was not asked a third time: two searches there were cut off, and may have been billed")
        try:
            hits = await self._hits(backend, query, share, account)
        except LimitReached:  # which says nothing against the backend
            raise BackendError("was not asked: the run's spending limit does not allow another search there") from None
        except BackendError:
            self._standing.failed(backend)
            raise
        self._standing.worked(backend)
        return best(hits, query.domains)

    async def _hits(self, backend: Backend, query: Query, share: float, account: Account) -> list[Hit]:
        with anyio.move_on_after(share):
            if backend.name == LIBRARY:
                return await self._library.search(query, within=share)
            return await ask(self._http, backend, backend.place(self._key_of), query, account)
        raise BackendError(f"did not answer within {share:.2g} s")


def _fitted(query: str) -> str:
    """Cut a query to what every backend takes."""
    words = one_line(query, 2 * LONGEST_QUERY).split()[:MOST_WORDS]
    return " ".join(words)[:LONGEST_QUERY].rstrip()
