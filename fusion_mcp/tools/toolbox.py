"""The web for members: the parts that last as long as the process, and what one run makes of them.

A call goes its way here: read it, ask whether it may be done, do it once for everybody, put it into words. Nothing here
opens a connection or takes a page apart.
"""

import logging
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

import anyio

from fusion_mcp.cleaning import one_line
from fusion_mcp.config import Web
from fusion_mcp.domains import Domains
from fusion_mcp.ledger import Account
from fusion_mcp.tools import presenting
from fusion_mcp.tools.arguments import Arguments, FetchArguments, SearchArguments, read_call
from fusion_mcp.tools.definitions import SEARCH, TOOLS, described
from fusion_mcp.tools.download import Downloader
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.reading.paging import cut
from fusion_mcp.tools.reading.reader import Reader
from fusion_mcp.tools.record import HOST_LENGTH, Record
from fusion_mcp.tools.retrieval import Downloads, Reads, Retrieval, Searches
from fusion_mcp.tools.search.searcher import Searcher
from fusion_mcp.types import Page, Tool, ToolCall
from fusion_mcp.urls import host_of

logger = logging.getLogger(__name__)

_NAME_LENGTH = 40


class WebTools:
    """Downloading, reading and searching, for the life of a process. An async context manager."""

    def __init__(self, *, downloads: Downloads, reads: Reads, searches: Searches) -> None:
        """Take the parts; `from_config` makes the usual ones. They open nothing before they are needed."""
        self._downloads = downloads
        self._reads = reads
        self._searches = searches
        self._open = AsyncExitStack()

    @classmethod
    def from_config(
        cls,
        web: Web,
        key_of: Callable[[str], str | None],
        environ: Mapping[str, str],
        child_environ: Mapping[str, str],
    ) -> Self:
        """Make the parts as the person configured them.

        `key_of` gives a key by its variable's name; `environ` names proxies and certificates for search backends;
        `child_environ` is all that a child process gets to see.
        """
        return cls(
            downloads=Downloader(allow_private=web.allow_private),
            reads=Reader(environ=child_environ),
            searches=Searcher(web, key_of, environ, child_environ),
        )

    def for_run(self, *, given: Iterable[str], fence: str, domains: Domains) -> "RunToolbox":
        """Make one run's toolbox. `given` are the URLs that the user wrote, `fence` a secret of this run."""
        retrieval = Retrieval(self._downloads, self._reads, self._searches, given=given, domains=domains)
        return RunToolbox(retrieval, fence)

    async def __aenter__(self) -> Self:
        await self._open.enter_async_context(self._reads)
        await self._open.enter_async_context(self._searches)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.__aexit__(kind, error, trace)


class RunToolbox:
    """One run's `protocols.Toolbox`."""

    def __init__(self, retrieval: Retrieval, fence: str) -> None:
        """Keep nothing yet; `WebTools.for_run` makes it."""
        self._retrieval = retrieval
        self._fence = fence
        self._record = Record()

    def tools(self, names: Sequence[str]) -> tuple[Tool, ...]:
        """Describe these tools for a model."""
        return described(names)

    def purpose(self, call: ToolCall) -> str:
        """Say what a call is for, without its query or whole URL, which may hold what should not get out."""
        if call.name == SEARCH:
            return "searching the web"
        if call.name not in TOOLS:
            return f"calling {one_line(call.name, _NAME_LENGTH) or 'a tool'}"
        try:
            asked = read_call(call, tuple(TOOLS))
        except ToolFault:
            return "reading a page"
        host = host_of(asked.url) if isinstance(asked, FetchArguments) else ""
        return f"reading {one_line(host, HOST_LENGTH) or 'a page'}"

    async def use(self, call: ToolCall, *, seat: str, allowed: Sequence[str], within: float, account: Account) -> str:
        """Carry out a call on behalf of a seat, and give back what the model reads; see `protocols.Toolbox`."""
        asked: Arguments | None = None
        try:
            asked = read_call(call, allowed)
            return await self._in_time(asked, seat, within, account)
        except ToolFault as known:
            fault = known
        except Exception as error:  # noqa: BLE001 - a member goes on without this page, whatever broke here
            _log(error)
            fault = ToolFault("unexpected_error", "This call failed for no fault of yours. Go on without it.")
        self._record_fault(asked, fault)
        return fault.as_json()

    @property
    def search_was_down(self) -> bool:
        """Whether somebody searched, and no search worked."""
        return self._record.search_was_down

    def pages(self) -> tuple[Page, ...]:
        """Every page retrieved so far, in the order of their first retrieval."""
        return self._record.pages()

    def troubles(self) -> tuple[str, ...]:
        """Sentences for the person: what could not be searched or read, and why."""
        return self._record.troubles()

    def _record_fault(self, asked: Arguments | None, fault: ToolFault) -> None:
        match asked:
            case SearchArguments():
                self._record.not_searched(fault)
            case FetchArguments() if fault.reason != "invalid_arguments":
                self._record.not_read(asked.url, fault)
            case _:
                pass  # the model's own mistake, which it has been told of

    async def _in_time(self, asked: Arguments, seat: str, within: float, account: Account) -> str:
        deadline = anyio.current_time() + within
        with anyio.CancelScope(deadline=deadline):
            match asked:
                case SearchArguments():
                    return await self._search(asked, deadline, account)
                case FetchArguments():
                    return await self._fetch(asked, seat, deadline)
        raise ToolFault("timed_out", "There was no time left for this. Answer from what you have.")

    async def _search(self, asked: SearchArguments, deadline: float, account: Account) -> str:
        found = await self._retrieval.search(asked.query, deadline, account)
        self._record.searched(found.troubles)
        return presenting.search_results(found.hits, self._fence)

    async def _fetch(self, asked: FetchArguments, seat: str, deadline: float) -> str:
        key, page = await self._retrieval.page(asked.url, deadline)
        self._record.read(key, asked.url, page, seat)
        length = len(page.text)
        if asked.offset >= length:
            raise ToolFault(
                "invalid_arguments",
                f"This page has {length} characters, so there is nothing to read on from offset {asked.offset}.",
            )
        piece, onward = cut(page.text, asked.offset)
        return presenting.page(asked.url, page, piece, asked.offset, onward, self._fence)


def _log(error: Exception) -> None:
    """Log where it broke. The error's own text stays out, since it may quote a page or an argument."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("a web tool failed unexpectedly: %s\n%s", type(error).__name__, where)
