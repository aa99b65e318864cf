"""Downloading, reading and searching, made once for a process; each run gets a toolbox over them."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import Self

from fusion_mcp.config import Web
from fusion_mcp.domains import Domains
from fusion_mcp.protocols import Steps
from fusion_mcp.tools.download import Downloader
from fusion_mcp.tools.reading.reader import Reader
from fusion_mcp.tools.retrieval import Downloads, Reads, Retrieval, Searches
from fusion_mcp.tools.search.searcher import Searcher
from fusion_mcp.tools.toolbox import RunToolbox
from fusion_mcp.withheld import Withheld


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

    def for_run(
        self, *, given: Iterable[str], fence: str, domains: Domains, steps: Steps, withheld: Iterable[str] = ()
    ) -> RunToolbox:
        """Make one run's toolbox.

        `given` are the URLs that the user wrote, `fence` a secret of this run. `steps` are the run's own: what its
        earlier lives have kept there goes out no more. A page or a search's hit that holds one of the sentences
        `withheld` is given to nobody.
        """
        retrieval = partial(
            Retrieval,
            self._downloads,
            self._reads,
            self._searches,
            given=given,
            domains=domains,
            steps=steps,
            withheld=Withheld(withheld),
        )
        return RunToolbox(retrieval, fence, steps)

    async def __aenter__(self) -> Self:
        await self._open.enter_async_context(self._reads)
        await self._open.enter_async_context(self._searches)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.__aexit__(kind, error, trace)
