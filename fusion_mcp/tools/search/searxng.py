"""SearXNG, a metasearch engine that people run themselves: its JSON API, which an instance must have switched on. Pure.

Source: https://docs.searxng.org/dev/search_api.html
"""

from urllib.parse import urlencode

from fusion_mcp.tools.search.dialect import Dialect, Place, Query, SearchRequest, kept, rows, table, with_sites
from fusion_mcp.tools.search.failures import BackendError
from fusion_mcp.tools.search.hits import Hit, make_hit


def _encode(query: Query, place: Place) -> SearchRequest:
    return SearchRequest(url=f"{place.url}/search?{urlencode({'q': with_sites(query), 'format': 'json'})}")


def _read(reply: object) -> list[Hit]:
    """Read results. None at all from engines that did not answer is a failure, and no word on what there is."""
    found = table(reply)
    hits = kept(
        make_hit(title=row.get("title"), url=row.get("url"), snippet=row.get("content"), date=row.get("publishedDate"))
        for row in rows(found.get("results"))
    )
    if not hits and found.get("unresponsive_engines"):
        raise BackendError("has no results since the search engines behind it did not answer; look at its settings")
    return hits


_JSON_IS_OFF = "gives no results as JSON: add json to search.formats in its settings.yml"

DIALECT = Dialect(encode=_encode, read=_read, statuses={403: _JSON_IS_OFF})
