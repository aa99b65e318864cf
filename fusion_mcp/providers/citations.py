"""The pages that a provider's own web tools name in a reply: its annotations become citations. Pure.

Shapes after OpenRouter's "Parsing web search results" (OpenAI's annotations, with an excerpt as `content`). Only what
may be a page of the public web is named, as far as its address tells: nobody looks it up here.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fusion_mcp.providers.foreign import items, joined, mapping, text
from fusion_mcp.types import Citation
from fusion_mcp.urls import host_of

MOST_PAGES = 200
"""Pages of one reply that are kept."""
MOST_EXCERPT = 20_000
"""Characters of one page that are kept."""
_MOST_URL = 2_000
_MOST_TITLE = 300
_PORTS = (None, 80, 443)
_OWN_NETWORK = ("localhost", "local", "internal", "home.arpa")
"""Names, and what is under them, that mean something in one network only (RFC 6761, RFC 6762, ICANN's, RFC 8375)."""
_NUMBER = re.compile(r"\d+|0x[\da-f]*")
_NO_NAME = re.compile(r"[^\w.-]|\.\.|^\.")


@dataclass(kw_only=True)
class _Cited:
    title: str = ""
    excerpts: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, title: str, excerpt: str) -> None:
        self.title = self.title or title
        excerpt = excerpt[: MOST_EXCERPT - self.length]
        if excerpt and excerpt not in self.excerpts:
            self.excerpts.append(excerpt)
            self.length += len(excerpt)


@dataclass(kw_only=True)
class Annotations:
    """The pages named so far, each once, in the order in which they were first named."""

    _pages: dict[str, _Cited] = field(default_factory=dict)

    def take(self, entries: object) -> None:
        """Take in the `annotations` of a delta or of a whole message."""
        for entry in items(entries):
            annotation = mapping(entry)
            if annotation.get("type") == "url_citation":
                cited = mapping(annotation.get("url_citation")) or annotation
                self.note(text(cited.get("url")), text(cited.get("title")), text(cited.get("content")))

    def note(self, url: str, title: str, excerpt: str) -> None:
        """Take in one page, unless it is none of the public web or there are too many."""
        url = url.strip()
        if len(url) > _MOST_URL or not _is_public(url):
            return
        if url not in self._pages and len(self._pages) >= MOST_PAGES:
            return
        self._pages.setdefault(url, _Cited()).add(" ".join(title.split())[:_MOST_TITLE], excerpt.strip())

    def citations(self) -> tuple[Citation, ...]:
        """Give back the pages, the excerpts of each in the order in which they came."""
        return tuple(
            Citation(url=joined([url]), title=joined([page.title]), text=joined(["\n\n".join(page.excerpts)]))
            for url, page in self._pages.items()
        )


def public(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Keep the pages that may be of the public web, each once, with what others may see of them."""
    pages = Annotations()
    for cited in citations:
        pages.note(cited.url, cited.title, cited.text)
    return pages.citations()


def _is_public(url: str) -> bool:
    """Tell whether an address may be one of the public web: a full name or a global number, at a port of the web."""
    # Browsers read wide letters and dots as plain ones.
    host = unicodedata.normalize("NFKC", host_of(url)).replace("\u3002", ".").lower().rstrip(".")
    try:
        if urlsplit(url).port not in _PORTS:
            return False
    except ValueError:  # no port at all, or a bracket that is none
        return False
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return _is_public_name(host)
    return number.is_global and not number.is_multicast


def _is_public_name(host: str) -> bool:
    if "." not in host or _NO_NAME.search(host):
        return False
    if any(host.endswith(f".{name}") for name in _OWN_NETWORK):
        return False
    return _NUMBER.fullmatch(host.rpartition(".")[2]) is None  # else another spelling of a number: 127.1, 0x7f.0.0.1
