"""Exa, a search by meaning, which says what each search cost. Pure.

Source: https://exa.ai/docs/reference/search
"""

from decimal import Decimal
from typing import Any

from fusion_mcp.tools.search.dialect import (
    ASKED_FOR,
    Dialect,
    Place,
    Query,
    SearchRequest,
    WrongShapeError,
    kept,
    rows,
    table,
    texts,
)
from fusion_mcp.tools.search.hits import Hit, make_hit

_MOST_USD = 10
"""More than this for one search is no price but a mistake."""


def _encode(query: Query, place: Place) -> SearchRequest:
    body: dict[str, Any] = {
        "query": query.text,
        "type": "auto",
        "numResults": ASKED_FOR,
        "contents": {"highlights": True},
    }
    # Its documentation does not say what both lists at once mean; the excluded ones are left out afterwards anyway.
    if only := query.domains.only:
        body["includeDomains"] = list(only)
    elif excluded := query.domains.excluded:
        body["excludeDomains"] = list(excluded)
    headers = {} if place.key is None else {"x-api-key": place.key}
    return SearchRequest(url=f"{place.url}/search", headers=headers, body=body)


def _read(reply: object) -> list[Hit]:
    return kept(
        make_hit(
            title=row.get("title"),
            url=row.get("url"),
            snippet=texts(row.get("highlights")) or row.get("text"),
            date=row.get("publishedDate"),
        )
        for row in rows(table(reply).get("results"))
    )


def _cost_of(reply: object) -> Decimal | None:
    try:
        total = table(table(reply).get("costDollars")).get("total")
    except WrongShapeError:
        return None
    if isinstance(total, bool) or not isinstance(total, int | Decimal):
        return None
    return Decimal(total) if 0 <= total <= _MOST_USD else None


DIALECT = Dialect(encode=_encode, read=_read, cost_of=_cost_of)
