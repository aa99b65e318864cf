"""SearXNG's JSON API (`/search?q=…&format=json`), after its documentation and source, and the ways it fails."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import parse_qs

from scripted.web.good import empty, page, status
from scripted.web.visit import PageBehaviour, PageRequest, Visit

Result = Mapping[str, Any]
Fault = Literal["forbidden", "throttled", "down", "rubbish", "html", "empty"]

_RESULTS_PAGE = "<!DOCTYPE html><html><head><title>SearXNG</title></head><body><main>Results</main></body></html>"
_FAULTS: dict[Fault, PageBehaviour] = {
    "forbidden": status(403, "You don't have the permission to access the requested resource."),
    "throttled": status(429, "Too Many Requests"),
    "down": status(502, "Bad Gateway"),
    "rubbish": page('{"query": "x", "results": [{"url": ', content_type="application/json"),
    "html": page(_RESULTS_PAGE),
    "empty": empty(),
}


def result(url: str, title: str = "A page", content: str = "What it says.", date: str | None = None) -> Result:
    """One result as SearXNG gives it. `date` as in 2026-03-01T00:00:00."""
    found = {"url": url, "title": title, "content": content, "engine": "scripted", "engines": ["scripted"]}
    return {**found, "template": "default.html", "score": 1.0, "category": "general", "publishedDate": date}


def searxng(
    results: Sequence[Result] | Callable[[str], Sequence[Result]],
    *,
    unresponsive: Sequence[tuple[str, str]] = (),
) -> PageBehaviour:
    """Answer a search with `results`, or with those that a callable finds for the query.

    `unresponsive`: engines that gave nothing and why, as in ("google", "Suspended: CAPTCHA"). Without `format=json` the
    answer is a web page, without a query 400.
    """

    async def play(visit: Visit) -> None:
        asked = _asked(visit.request)
        if not asked.get("q"):
            await status(400, "No query").play(visit)
        elif asked.get("format") != "json":
            await _FAULTS["html"].play(visit)
        else:
            found = results(asked["q"]) if callable(results) else results
            await visit.whole(json.dumps(_reply(asked["q"], found, unresponsive)))

    return PageBehaviour("searxng", play)


def searxng_fails(how: Fault) -> PageBehaviour:
    """Fail as SearXNG does: `forbidden` is what it says while its JSON is switched off."""
    return PageBehaviour(f"searxng {how}", _FAULTS[how].play)


def _asked(request: PageRequest) -> dict[str, str]:
    """The parameters of a search, which may come in the query or as a form."""
    form = parse_qs(request.body.decode("utf-8", "replace"))
    return {**request.query, **{name: values[-1] for name, values in form.items()}}


def _reply(query: str, results: Sequence[Result], unresponsive: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "query": query,
        "number_of_results": 0,
        "results": [dict(found) for found in results],
        "answers": [],
        "corrections": [],
        "infoboxes": [],
        "suggestions": [],
        "unresponsive_engines": [list(engine) for engine in unresponsive],
    }
