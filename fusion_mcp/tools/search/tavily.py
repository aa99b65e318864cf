"""Tavily, a search made for models. Pure.

Source: https://docs.tavily.com/documentation/api-reference/endpoint/search
"""

from typing import Any

from fusion_mcp.tools.search.dialect import ASKED_FOR, Dialect, Place, Query, SearchRequest, kept, rows, table
from fusion_mcp.tools.search.hits import Hit, make_hit


def _encode(query: Query, place: Place) -> SearchRequest:
    # The depth that costs one credit, as backends.toml has its price.
    body: dict[str, Any] = {"query": query.text, "search_depth": "basic", "max_results": ASKED_FOR}
    if only := query.domains.only:
        body["include_domains"] = list(only)
    if excluded := query.domains.excluded:
        body["exclude_domains"] = list(excluded)
    headers = {} if place.key is None else {"Authorization": f"Bearer {place.key}"}
    return SearchRequest(url=f"{place.url}/search", headers=headers, body=body)


def _read(reply: object) -> list[Hit]:
    return kept(
        make_hit(title=row.get("title"), url=row.get("url"), snippet=row.get("content"), date=row.get("published_date"))
        for row in rows(table(reply).get("results"))
    )


_USED_UP = "has no credit left: raise the limit of the plan, or name another backend in web.search"

DIALECT = Dialect(encode=_encode, read=_read, statuses={432: _USED_UP, 433: _USED_UP})
