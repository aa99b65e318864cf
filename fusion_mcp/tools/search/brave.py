"""Brave Search, an index of its own. Pure.

Source: https://api-dashboard.search.brave.com/api-reference/web/search/get
"""

from urllib.parse import urlencode

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
    with_sites,
)
from fusion_mcp.tools.search.hits import Hit, make_hit


def _encode(query: Query, place: Place) -> SearchRequest:
    asked = {"q": with_sites(query), "count": ASKED_FOR, "result_filter": "web", "text_decorations": "false"}
    return SearchRequest(
        url=f"{place.url}/res/v1/web/search?{urlencode(asked)}",
        headers={} if place.key is None else {"X-Subscription-Token": place.key},
    )


def _read(reply: object) -> list[Hit]:
    found = table(reply)
    if "web" not in found:
        if found.get("type") != "search":
            raise WrongShapeError
        return []  # a search without web results has no such field
    return kept(
        make_hit(
            title=row.get("title"),
            url=row.get("url"),
            snippet=texts(row.get("description"), row.get("extra_snippets")),
            date=row.get("page_age"),
        )
        for row in rows(table(found["web"]).get("results"))
    )


DIALECT = Dialect(encode=_encode, read=_read)
