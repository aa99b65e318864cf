"""What a search finds, and how what a backend sends becomes fit to be shown. Pure.

A backend's entry may be anything: what has no address is left out, and what is no text counts as none.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate

from fusion_mcp.cleaning import one_line
from fusion_mcp.domains import Domains
from fusion_mcp.tools.web_address import is_web_address
from fusion_mcp.urls import host_of, normalised

MOST_HITS = 8

_TITLE_LENGTH = 200
_SNIPPET_LENGTH = 500
_LOOKED_AT = 5_000
_TIMES_ESCAPED = 3
_BLOCK = re.compile(r"</?(?:br|p|div|li|ul|ol|td|tr|th|h[1-6])\b[^<>]*+>", re.IGNORECASE)
_TAG = re.compile(r"<(?:[/!?]?[A-Za-z]|!--)[^<>]*+>")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One result. `snippet` has at most 500 characters, `date` is YYYY-MM-DD, or None where nobody says."""

    title: str
    url: str
    snippet: str
    date: str | None


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search brought, best first, and a sentence for each backend that failed or was left out on the way."""

    hits: tuple[Hit, ...]
    troubles: tuple[str, ...]


def make_hit(*, title: object, url: object, snippet: object, date: object = None) -> Hit | None:
    """Make a hit of what a backend sent; None for what has no http or https address."""
    address = url.strip() if isinstance(url, str) else ""
    if not is_web_address(address):
        return None
    return Hit(
        title=_words(title, _TITLE_LENGTH) or host_of(address),
        url=address,
        snippet=_words(snippet, _SNIPPET_LENGTH),
        date=_day(date),
    )


def best(hits: Iterable[Hit], domains: Domains) -> tuple[Hit, ...]:
    """Keep the first hits that lie within `domains`, each page once."""
    chosen: dict[str | None, Hit] = {}
    for hit in hits:
        if domains.permits(host_of(hit.url)):
            _ = chosen.setdefault(normalised(hit.url), hit)
    return tuple(chosen.values())[:MOST_HITS]


def _words(text: object, limit: int) -> str:
    """Take markup and entities out, however often they were escaped, and put the rest on one line."""
    if not isinstance(text, str):
        return ""
    words = text[:_LOOKED_AT]
    for _ in range(_TIMES_ESCAPED):
        words = html.unescape(_TAG.sub("", _BLOCK.sub(" ", words)))
    return one_line(_TAG.sub("", words), limit)


def _day(when: object) -> str | None:
    """Read a day as ISO 8601 or RFC 5322 write it."""
    if not isinstance(when, str):
        return None
    text = when.strip()[:100]
    found = _ISO_DATE.match(text)
    try:
        numbers = [int(part) for part in found.groups()] if found else list(parsedate(text) or ())[:3]
        year, month, day = numbers
        return date(year, month, day).isoformat()
    except (ValueError, TypeError, OverflowError):
        return None
