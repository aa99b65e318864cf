"""What Claude Code prints with `--output-format=stream-json --include-partial-messages`. Pure.

The lines are described at https://code.claude.com/docs/en/agent-sdk/typescript#message-types; what they look like in
practice is in the samples of the tests.
"""

from collections.abc import Mapping
from typing import Any

from fusion_mcp.providers.agents.events.adding import brought, calls, fetches, searches
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.providers.foreign import count, items, mapping, money, text
from fusion_mcp.types import Usage

_FREE_SOURCES = ("", "none", "oauth")
"""Sources of an API key that are none: whether such a call is on a plan, only the plan's own limits tell."""
_NO_TOOLS = ("StructuredOutput",)
"""What it calls a tool and is only the form of its answer."""
_READ = range(200, 300)
"""The HTTP statuses of a page that was read."""
_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "stop",
    "max_tokens": "length",
    "refusal": "content_filter",
}
"""Its words for why a reply ended, and those of Chat Completions. An answer in a form ends in a call of that form."""


def read(event: Mapping[str, Any], told: Told) -> None:
    """Add what one line tells."""
    kind = event.get("type")
    if event.get("parent_tool_use_id"):
        return
    if kind == "system":
        _system(event, told)
    elif kind == "stream_event":
        _piece(mapping(event.get("event")), told)
    elif kind == "assistant":
        _message(event, told)
    elif kind == "user":
        _results(event, told)
    elif kind == "rate_limit_event":
        _limit(mapping(event.get("rate_limit_info")), told)
    elif kind == "result":
        _result(event, told)


def _system(event: Mapping[str, Any], told: Told) -> None:
    if event.get("subtype") == "init" and text(event.get("apiKeySource")) not in _FREE_SOURCES:
        told.is_metered = True
    if event.get("subtype") == "api_retry":
        told.status_code = count(event.get("error_status"))
        told.fault = text(event.get("error")).replace("_", " ") or "its service did not answer"
        told.doings.append("asking its service again")


def _piece(event: Mapping[str, Any], told: Told) -> None:
    """Take in one event of a reply's stream: its words are only those that it says, not what it thinks."""
    if event.get("type") == "message_start":
        told.fault = told.status_code = None
        told.pieces += ["\n\n"] if told.answer else []
    delta = mapping(event.get("delta"))
    if event.get("type") == "content_block_delta" and delta.get("type") == "text_delta":
        told.pieces.append(text(delta.get("text")))


def _message(event: Mapping[str, Any], told: Told) -> None:
    if event.get("error"):
        return  # the program's own words; the result repeats them as what they are
    blocks = [mapping(block) for block in items(mapping(event.get("message")).get("content"))]
    for block in blocks:
        if block.get("type") == "tool_use" and block.get("name") not in _NO_TOOLS:
            _does(told, text(block.get("name")), mapping(block.get("input")))
    said = "".join(text(block.get("text")) for block in blocks if block.get("type") == "text")
    told.answer = said or told.answer


def _does(told: Told, name: str, arguments: Mapping[str, Any]) -> None:
    if name == "WebSearch":
        searches(told)
    elif name == "WebFetch":
        fetches(told, text(arguments.get("url")))
    else:
        calls(told, name)


def _results(event: Mapping[str, Any], told: Told) -> None:
    """Note the pages that a search found or a fetch read; an error is a text in this place, and brings none."""
    result = mapping(event.get("tool_use_result"))
    if count(result.get("code")) in _READ:
        brought(told, text(result.get("url")))
    for found in items(result.get("results")):
        for page in map(mapping, items(mapping(found).get("content"))):
            brought(told, text(page.get("url")), title=text(page.get("title")))


def _limit(info: Mapping[str, Any], told: Told) -> None:
    """Only calls on a plan are told of its limits; beyond those it may go on at a price."""
    told.is_metered = info.get("isUsingOverage") is True or bool(told.is_metered)


def _result(event: Mapping[str, Any], told: Told) -> None:
    told.is_over = True
    told.cost_usd = money(event.get("total_cost_usd"))
    told.usage = _usage(event)
    told.wants_consent = bool(items(event.get("permission_denials")))
    told.fault = told.status_code = None
    said = text(event.get("result"))
    if event.get("is_error") is True or event.get("subtype") != "success":
        told.fault = said or text(event.get("subtype")).replace("_", " ") or "it failed"
        told.status_code = count(event.get("api_error_status"))
        told.answer = ""
        return
    told.answer = said or told.answer
    told.finish_reason = _FINISH.get(text(event.get("stop_reason")))


def _usage(event: Mapping[str, Any]) -> Usage:
    """Add up all models that it called, its helpers included; without them, its own turns."""
    bills = [_bill(mapping(bill)) for bill in mapping(event.get("modelUsage")).values()]
    turns = count(event.get("num_turns")) or 1
    total = sum(bills, Usage()) if bills else _turns(mapping(event.get("usage")))
    return total + Usage(calls=turns)


def _bill(bill: Mapping[str, Any]) -> Usage:
    return _tokens(bill, "inputTokens", "cacheReadInputTokens", "cacheCreationInputTokens", "outputTokens")


def _turns(usage: Mapping[str, Any]) -> Usage:
    places = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")
    return _tokens(usage, *places)


def _tokens(report: Mapping[str, Any], fresh: str, cached: str, stored: str, written: str) -> Usage:
    """Its input is only what no cache was read or filled with; ours is all of it."""
    parts = [count(report.get(place)) for place in (fresh, cached, stored)]
    known = [part for part in parts if part is not None]
    return Usage(
        input_tokens=sum(known) if known else None, cached_tokens=parts[1], output_tokens=count(report.get(written))
    )
