"""Which pages a run may fetch: those whose URL somebody gave it, so that no page makes a member carry data out. Pure.

Sameness is `urls.normalised`: a URL that a model made up or added to is none of them, and is refused before its name is
resolved. Links in pages are the one source that a stranger controls, so few per site are followed: else a page could
have a secret spelled out with an alphabet of links.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice

from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.web_address import is_web_address
from fusion_mcp.urls import host_of, normalised, site_of

LINKS_PER_SITE = 3
"""How many different pages of one site may be fetched in a run that only links in pages offered."""

_MOST_GIVEN = 10_000
_MOST_PER_PAGE = 1_000
_MOST_PER_RUN = 20_000


class Provenance:
    """What was offered to one run, and what of it has been followed. URLs are kept normalised."""

    def __init__(self, given: Iterable[str]) -> None:
        """`given` are the URLs that the user wrote."""
        self._trusted = set(_kept(given, _MOST_GIVEN))
        self._linked: set[str] = set()
        self._linked_inside: set[str] = set()
        self._followed: defaultdict[str, set[str]] = defaultdict(set)

    def found(self, urls: Iterable[str]) -> None:
        """Offer what a search returned."""
        self._trusted.update(_kept(urls, _MOST_PER_PAGE))

    def linked(self, urls: Iterable[str], *, exempt: bool = False) -> None:
        """Offer what a retrieved page linked to, as far as there is room to remember it.

        `exempt`: the page came from where the person let readers through the address guard.
        """
        room = min(_MOST_PER_PAGE, _MOST_PER_RUN - len(self._linked))
        kept = set(_kept(urls, room))
        self._linked |= kept
        if exempt:
            self._linked_inside |= kept

    def may_be_exempt(self, url: str) -> bool:
        """Whether `url` may be one that is let through the address guard: not if only pages out there link to it."""
        key = normalised(url) or url
        return key in self._trusted or key in self._linked_inside

    def check(self, url: str, *, known: bool = False) -> None:
        """Raise ToolFault unless `url` may be fetched: `url_not_offered`, or `address_refused` for no web address.

        `known`: the run has fetched it before, so that it was offered then.
        """
        if not is_web_address(url):
            raise ToolFault(
                "address_refused",
                "Only plain http and https URLs are fetched, without user name, spaces or control characters. Use one "
                "as it stands in the question, in search results or in a page.",
            )
        key = normalised(url) or url
        if known or key in self._trusted:
            return
        if key not in self._linked:
            raise ToolFault(
                "url_not_offered",
                "This URL stands neither in the question nor in search results nor in a page that was read, so it is "
                "not fetched. Use one of those exactly as it stands there, or search for the page.",
            )
        # When a later life repeats a call, what offered the page may come after it.
        followed = self._followed[_site(key)] - self._trusted
        if key not in followed and len(followed) >= LINKS_PER_SITE:
            raise ToolFault(
                "url_not_offered",
                f"At most {LINKS_PER_SITE} pages of one site may be reached by links in pages, and this site's have "
                "been. Search for this page instead, or go on with what you have.",
            )

    def follow(self, url: str) -> None:
        """Count a URL that is about to go out, where only pages offered it."""
        key = normalised(url) or url
        if key not in self._trusted:
            self._followed[_site(key)].add(key)


def _site(url: str) -> str:
    return site_of(host_of(url))


def _kept(urls: Iterable[str], most: int) -> Iterable[str]:
    """Normalise those of the first `most` URLs that could be fetched."""
    return (normalised(url) or url for url in islice(urls, max(most, 0)) if is_web_address(url))
