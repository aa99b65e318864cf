"""What a file of an HTTP backend gives: how a query becomes a request, and a reply hits. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any, cast

from fusion_mcp.domains import Domains
from fusion_mcp.tools.definitions import LONGEST_QUERY
from fusion_mcp.tools.search.hits import Hit

ASKED_FOR = 10
"""How many results a backend is asked for: some are left out later, and more would cost more at some of them."""

MOST_WORDS = 50
"""As many words as the narrowest backend takes, which is Brave; `definitions` has the same in characters."""

_MOST_SITES = 5
_MOST_ROWS = 50


class WrongShapeError(Exception):
    """A reply that is JSON, but not of the shape that the backend's documentation gives."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is looked for and where. `text` is no longer than every backend takes."""

    text: str
    domains: Domains


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a backend is, without a slash at the end, and the key that it wants, which never shows."""

    url: str
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class SearchRequest:
    """A request ready to be sent: GET, or POST where there is a body. Headers hold the key, so they never show."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: Mapping[str, Any] | None = None


def _nobody_says(_: object) -> Decimal | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How to speak with one backend.

    `read` raises WrongShapeError, and BackendError where a reply says itself why it has nothing. `cost_of` finds what a
    reply says that it cost, in USD, or None. `statuses` has words for those that mean something else here than
    anywhere, as `failures.why_status` writes them.
    """

    encode: Callable[[Query, Place], SearchRequest]
    read: Callable[[object], list[Hit]]
    cost_of: Callable[[object], Decimal | None] = _nobody_says
    statuses: Mapping[int, str] = field(default_factory=dict[int, str])


def table(value: object) -> Mapping[str, Any]:
    """Take a JSON object. Raises WrongShapeError."""
    if not isinstance(value, dict):
        raise WrongShapeError
    return cast("Mapping[str, Any]", value)


def rows(value: object) -> Iterator[Mapping[str, Any]]:
    """Take the objects of a JSON list, and nothing else that may stand in it. Raises WrongShapeError."""
    if not isinstance(value, list):
        raise WrongShapeError
    looked_at = islice(cast("list[object]", value), _MOST_ROWS)
    return (cast("Mapping[str, Any]", row) for row in looked_at if isinstance(row, dict))


def texts(*values: object) -> str:
    """Join what is text among values and lists of them."""
    flat = (item for value in values for item in (cast("list[object]", value) if isinstance(value, list) else [value]))
    return " … ".join(item for item in flat if isinstance(item, str) and item)


def kept(hits: Iterable[Hit | None]) -> list[Hit]:
    """Leave out what was no hit."""
    return [hit for hit in hits if hit is not None]


def with_sites(query: Query) -> str:
    """Write the domains that a search keeps to into its words, for a backend that has no other place for them.

    Many of them, and excluded ones, are left to the choice among what comes back.
    """
    sites = [f"site:{domain}" for domain in query.domains.only]
    if not 0 < len(sites) <= _MOST_SITES:
        return query.text
    narrowed = f"{query.text} {sites[0] if len(sites) == 1 else '(' + ' OR '.join(sites) + ')'}"
    return narrowed if len(narrowed) <= LONGEST_QUERY and len(narrowed.split()) <= MOST_WORDS else query.text
