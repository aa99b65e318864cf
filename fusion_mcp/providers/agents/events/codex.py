"""What Codex prints with `codex exec --json`. Pure.

The lines are described at https://developers.openai.com/codex/noninteractive; what they look like in practice is in
the samples of the tests.
"""

import re
from collections.abc import Mapping
from typing import Any

from fusion_mcp.providers.agents.events.adding import brought, calls, fetches, searches
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.providers.foreign import count, mapping, parsed, text
from fusion_mcp.types import Usage

_STATUS = re.compile(r"\bstatus:? (\d{3})\b")
_AGAIN = "Reconnecting..."
_WEB = "web_search"
_WORDS = ("reasoning", "agent_message", "error", "todo_list")
"""Items that are no call of a tool. One of the kind "error" is a warning: what ends a turn is an event of its own."""


def read(event: Mapping[str, Any], told: Told) -> None:
    """Add what one line tells."""
    kind = event.get("type")
    item = mapping(event.get("item"))
    if kind == "item.started":
        _started(item, told)
    elif kind == "item.completed":
        _completed(item, told)
    elif kind == "error":
        _complain(text(event.get("message")), told)
    elif kind == "turn.failed":
        _complain(text(mapping(event.get("error")).get("message")) or "its turn failed", told)
        told.answer, told.is_over = "", True
    elif kind == "turn.completed":
        told.usage = _usage(mapping(event.get("usage")))
        told.fault = told.status_code = None
        told.is_over = True


def _started(item: Mapping[str, Any], told: Told) -> None:
    kind = text(item.get("type"))
    if kind and kind not in _WORDS and kind != _WEB:
        calls(told, text(item.get("tool")) or kind.replace("_", " "))


def _completed(item: Mapping[str, Any], told: Told) -> None:
    kind = item.get("type")
    if kind == "agent_message":
        told.pieces += ["\n\n"] if told.answer else []
        told.answer = text(item.get("text"))
        told.pieces.append(told.answer)
        told.fault = told.status_code = None
    elif kind == _WEB:
        _looked(item, told)


def _looked(item: Mapping[str, Any], told: Told) -> None:
    """Note a search or a page. Only when it is over is it said which, and never its query or whole address."""
    url = text(mapping(item.get("action")).get("url"))  # of the page that it opened, or looked for words in
    if url:
        fetches(told, url)
        if url.startswith(("http://", "https://")):  # else it is the program's own name for something found
            brought(told, url)
    else:
        searches(told)


def _complain(message: str, told: Told) -> None:
    """Note a fault; a connection that is tried again is one, too, until words come."""
    told.fault = _sentence(message)
    found = _STATUS.search(message)
    told.status_code = int(found[1]) if found else None
    if message.startswith(_AGAIN):
        told.doings.append("asking its service again")


def _sentence(message: str) -> str:
    """A service's refusal may stand there as the JSON that it came in."""
    try:
        body = mapping(parsed(message)) if message.startswith("{") else {}
    except (ValueError, RecursionError):
        body = {}
    return text(mapping(body.get("error")).get("message")) or text(body.get("detail")) or message


def _usage(report: Mapping[str, Any]) -> Usage:
    return Usage(
        input_tokens=count(report.get("input_tokens")),
        cached_tokens=count(report.get("cached_input_tokens")),
        output_tokens=count(report.get("output_tokens")),
        reasoning_tokens=count(report.get("reasoning_output_tokens")),
        calls=1,
    )
