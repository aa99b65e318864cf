"""What the web brought to one run: the pages that were read, by whom, and what failed, in words for the person. Pure.

The words name addresses and reasons, never a query or anything that a page said; of an address that was made up, or
that must not be visited, the host alone, since the rest may be anything.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fusion_mcp.cleaning import as_code, one_line
from fusion_mcp.tools.faults import FaultReason, ToolFault
from fusion_mcp.tools.reading.readable import Readable
from fusion_mcp.tools.snapshot import PageTaken, Snapshot
from fusion_mcp.tools.web_address import is_web_address
from fusion_mcp.types import Page
from fusion_mcp.urls import host_of, normalised

HOST_LENGTH = 60
_URL_LENGTH = 150
_MOST_TROUBLES = 16
_TROUBLE_LENGTH = 400
_MOST_TEXT = 5_000_000
"""How many characters of pages are kept; of what comes later only the beginning, or nothing."""

_UNEXPECTED = "an unexpected error occurred"
_WHY: Mapping[FaultReason, str] = {
    "url_not_offered": "neither the question nor a search gave its URL",
    "address_refused": "its address is not one that may be visited",
    "domain_excluded": "its domain is excluded",
    "withheld": "it holds words that this run must not see",
    "unreachable": "it could not be reached",
    "http_error": "it answered with an error",
    "too_many_redirects": "it redirected too often",
    "too_large": "it is too large",
    "timed_out": "it took too long",
    "unsupported_type": "it is of a kind that cannot be read",
    "unreadable": "there was no readable text in it",
    "search_failed": "no backend answered",
    "unexpected_error": _UNEXPECTED,
}
_HOST_ALONE: frozenset[FaultReason] = frozenset({"url_not_offered", "address_refused", "domain_excluded"})


@dataclass(kw_only=True)
class _Entry:
    url: str
    title: str
    text: str
    whole: bool
    used_by: dict[str, None] = field(default_factory=dict)


class Record:
    """One run's pages and troubles, as they come in."""

    def __init__(self, most_text: int = _MOST_TEXT) -> None:
        """Begin with nothing read and nothing failed; keep at most so many characters of text in all."""
        self._pages: dict[str, _Entry] = {}
        self._not_read: dict[tuple[str | None, str], None] = {}
        self._on_the_way: dict[str, None] = {}
        self._not_searched: dict[str, None] = {}
        self._search_worked = False
        self._room = self._most_text = most_text

    def read(self, key: str, url: str, page: Readable, seat: str) -> None:
        """Enter that `seat` has read the page `key`, which it asked for as `url`."""
        if key not in self._pages:
            text = page.text[: self._room]
            self._room -= len(text)
            self._pages[key] = _Entry(url=url, title=page.title, text=text, whole=text == page.text)
        self._pages[key].used_by[seat] = None

    def not_read(self, url: str, fault: ToolFault) -> None:
        """Enter a page that somebody did not get to see."""
        code = fault.reason if fault.status_code is None else f"{fault.reason} {fault.status_code}"
        why = _WHY.get(fault.reason, _UNEXPECTED)
        self._not_read[normalised(url), f"{_named(url, fault)} was not read, since {why} ({code})."] = None

    def searched(self, troubles: Iterable[str]) -> None:
        """Enter a search that worked, with what failed on the way to it."""
        self._search_worked = True
        self._on_the_way.update((one_line(trouble, _TROUBLE_LENGTH), None) for trouble in troubles)

    def not_searched(self, fault: ToolFault) -> None:
        """Enter a search that failed."""
        why = " ".join(fault.causes) or _WHY.get(fault.reason, _UNEXPECTED)
        self._not_searched[one_line(why, _TROUBLE_LENGTH)] = None

    @property
    def search_was_down(self) -> bool:
        """Whether somebody searched, and no search worked."""
        return bool(self._not_searched) and not self._search_worked

    def pages(self) -> tuple[Page, ...]:
        """Every page that was read, in the order of its first retrieval."""
        return tuple(
            Page(url=it.url, title=it.title, text=it.text, used_by=tuple(it.used_by), whole=it.whole)
            for it in self._pages.values()
        )

    def troubles(self) -> tuple[str, ...]:
        """What failed, each once, the searches first. A page that was read after all is none."""
        unread = (trouble for key, trouble in self._not_read if key not in self._pages)
        told = list(dict.fromkeys([*self._about_searches(), *self._on_the_way, *unread]))
        more = len(told) - _MOST_TROUBLES
        return (*told[:_MOST_TROUBLES], f"And {more} more like these.") if more > 0 else tuple(told)

    def snapshot(self) -> Snapshot:
        """Give all of it but the pages' text."""
        return Snapshot(
            pages=tuple(_taken(key, entry) for key, entry in self._pages.items()),
            # A key that is no address is no page's, and a model may have written into it what no file can hold.
            not_read=tuple((key if key and is_web_address(key) else None, trouble) for key, trouble in self._not_read),
            on_the_way=tuple(self._on_the_way),
            not_searched=tuple(self._not_searched),
            search_worked=self._search_worked,
        )

    def restore(self, snapshot: Snapshot, text_of: Callable[[str], str]) -> None:
        """Be as the record was that gave this snapshot. `text_of` finds a page's whole text by its key."""
        self._pages = {page.key: _entry(page, text_of(page.key)) for page in snapshot.pages}
        self._room = self._most_text - sum(len(entry.text) for entry in self._pages.values())
        self._not_read = dict.fromkeys(snapshot.not_read)
        self._on_the_way = dict.fromkeys(snapshot.on_the_way)
        self._not_searched = dict.fromkeys(snapshot.not_searched)
        self._search_worked = snapshot.search_worked

    def _about_searches(self) -> Iterator[str]:
        opening = "Nothing could be searched" if self.search_was_down else "A search failed"
        return (f"{opening}: {why.rstrip('.')}." for why in self._not_searched)


def _taken(key: str, entry: _Entry) -> PageTaken:
    return PageTaken(
        key=key,
        url=entry.url,
        title=entry.title,
        used_by=tuple(entry.used_by),
        length=len(entry.text),
        whole=entry.whole,
    )


def _entry(page: PageTaken, text: str) -> _Entry:
    is_there = len(text) >= page.length
    return _Entry(
        url=page.url,
        title=page.title,
        text=text[: page.length],
        whole=page.whole and is_there,
        used_by=dict.fromkeys(page.used_by),
    )


def _named(url: str, fault: ToolFault) -> str:
    if fault.reason in _HOST_ALONE:
        return one_line(host_of(url), HOST_LENGTH) or "A page"
    return as_code(url, _URL_LENGTH)
