"""Behaviours of a provider that searches and reads by its own means."""

from collections.abc import Mapping
from typing import Any

from scripted.exchange import Behaviour, Exchange
from scripted.shapes import JSON, bill, completion, split


def citation(url: str, title: str = "A page", content: str | None = None) -> JSON:
    """One annotation as OpenRouter sends it; `content` is an excerpt of the page, which some engines leave out."""
    cited: JSON = {"url": url, "title": title, "start_index": 0, "end_index": 0}
    return {"type": "url_citation", "url_citation": cited if content is None else {**cited, "content": content}}


def answers_from_the_web(
    text: str,
    *citations: JSON,
    server_tool_use: Mapping[str, Any] | None = None,
    usage: tuple[int, int] = (12, 34),
    cost: float | None = None,
) -> Behaviour:
    """Answer as OpenRouter does when its own web tools were used.

    The annotations come with the last words, the count of searches with the bill: one, unless `server_tool_use` says
    otherwise. Without server tools in the request, neither is sent.
    """
    plain = bill(usage, cost=cost, cached=None, reasoning_tokens=None)
    searched = {**(plain or {}), "server_tool_use": dict(server_tool_use or {"web_search_requests": 1})}

    async def play(exchange: Exchange) -> None:
        native = any(tool.startswith("openrouter:") for tool in exchange.call.tools)
        beside: JSON = {"annotations": list(citations)} if native else {}
        report = searched if native else plain
        if not exchange.wants_stream:
            await exchange.whole(completion(exchange.model, {"content": text, **beside}, finish="stop", usage=report))
            return
        await exchange.begin()
        *first, last = split(text, 3) or [""]
        for part in first:
            await exchange.say(part)
        await exchange.delta({"role": "assistant", "content": last, **beside})
        await exchange.finish(usage=report if exchange.wants_usage or cost is not None else None)

    return Behaviour("answers_from_the_web", play)
