"""The web for the members of one run.

A call goes its way here: read it, ask whether it may be done, do it once for everybody, put it into words. Nothing here
opens a connection or takes a page apart; `web_tools` has the parts that do.
"""

import logging
import traceback
from collections.abc import Callable, Sequence
from functools import cached_property

import anyio

from fusion_mcp.cleaning import one_line
from fusion_mcp.ledger import Account
from fusion_mcp.protocols import Steps
from fusion_mcp.tools import presenting
from fusion_mcp.tools.arguments import Arguments, FetchArguments, SearchArguments, read_call
from fusion_mcp.tools.definitions import SEARCH, TOOLS, described
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.keeping import kept_faults
from fusion_mcp.tools.reading.paging import cut
from fusion_mcp.tools.record import HOST_LENGTH, Record
from fusion_mcp.tools.retrieval import Retrieval
from fusion_mcp.tools.snapshot import read_snapshot, written_snapshot
from fusion_mcp.types import Page, Tool, ToolCall
from fusion_mcp.urls import host_of

logger = logging.getLogger(__name__)

_NAME_LENGTH = 40


class RunToolbox:
    """One run's `protocols.Toolbox`."""

    def __init__(self, begin: Callable[[], Retrieval], fence: str, steps: Steps) -> None:
        """Keep nothing yet; `WebTools.for_run` makes it. What `begin` gives is there once a member uses the web."""
        self._begin = begin
        self._kept_faults = kept_faults(steps)
        self._fence = fence
        self._record = Record()

    @cached_property
    def _retrieval(self) -> Retrieval:
        return self._begin()

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
            self._fail_as_before(asked, account.step)
            return await self._in_time(asked, seat, within, account)
        except ToolFault as known:
            fault = known
        except Exception as error:  # noqa: BLE001 - a member goes on without this page, whatever broke here
            _log(error)
            fault = ToolFault("unexpected_error", "This call failed for no fault of yours. Go on without it.")
        if asked is not None:
            await self._keep_fault(account.step, fault)
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

    def snapshot(self) -> str:
        """Write down what the web has brought and what failed; the pages' text stands in the run's steps."""
        return written_snapshot(self._record.snapshot())

    def restore(self, snapshot: str) -> None:
        """Go on from a snapshot. What may be fetched is offered anew by the calls that are repeated."""
        self._record.restore(read_snapshot(snapshot), self._retrieval.text_of)

    def _fail_as_before(self, asked: Arguments, step: str) -> None:
        """Raise the fault that this very call ended in, in an earlier life: its member has heard of it."""
        fault = self._kept_faults.recall(step) if step else None
        if fault is None:
            return
        if isinstance(asked, FetchArguments) and fault.reason != "url_not_offered":
            self._retrieval.went_out(asked.url)
        raise fault

    async def _keep_fault(self, step: str, fault: ToolFault) -> None:
        """Keep how a call ended that might end otherwise another time: with more time, or after other calls.

        Not so what follows from its arguments and a page that is kept.
        """
        if step and fault.reason != "invalid_arguments" and self._kept_faults.recall(step) is None:
            await self._kept_faults.keep(step, fault)

    def _record_fault(self, asked: Arguments, fault: ToolFault) -> None:
        match asked:
            case SearchArguments():
                self._record.not_searched(fault)
            case FetchArguments() if fault.reason != "invalid_arguments":
                self._record.not_read(asked.url, fault)
            case FetchArguments():
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
