"""The day on which a page says that it was published. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from fusion_mcp.tools.reading.html.tree import Element

_NAMES = (
    "article:published_time",
    "datepublished",
    "citation_publication_date",
    "citation_date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "parsely-pub-date",
    "pubdate",
    "date",
)
_DAY = re.compile(r"\s{0,20}(\d{4})[-/](\d{2})[-/](\d{2})(?!\d)")
_FIRST_YEAR = 1900


def published(metas: Iterable[Mapping[str, str | None]], content: Iterable[Element]) -> str | None:
    """Find the day, as YYYY-MM-DD: in the page's head, else the first `time` in its content that has a date."""
    stated: dict[str, str] = {}
    for meta in metas:
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        stated.setdefault(name.strip().lower(), meta.get("content") or "")
    for name in _NAMES:
        if day := _day(stated.get(name, "")):
            return day
    times = (element.says("datetime") for element in content if element.name == "time")
    return next((day for time in times if (day := _day(time))), None)


def _day(text: str) -> str | None:
    found = _DAY.match(text)
    if found is None or int(found[1]) < _FIRST_YEAR:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return None
