"""The events of `opencode run --format json`, checked with opencode 1.18.

It tells each part of a message when that is whole: no words while they come, and a tool only with its result. A step is
one call of a model, with its usage and its cost by opencode's own list of prices: 0 on a plan and with local models.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fusion_mcp.providers.agents.events.adding import brought, calls, fetches, say, searches, status_of
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.providers.foreign import Json, count, mapping, money, text
from fusion_mcp.types import Usage

_GOES_ON = ("tool-calls", "unknown", "")
"""Ends of a step after which there may be another."""
_REJECTED = "rejected permission"
_ONLY_IN_ITS_LOG = "Unexpected server error"
"""What it says of faults that are named in its log, which is on stderr, and nowhere else."""
_LOGGED_OUT = "ProviderAuthError"


def read(event: Mapping[str, Any], told: Told) -> None:
    """Add one event."""
    part = mapping(event.get("part"))
    match event.get("type"):
        case "step_start":
            told.answer = ""
            told.is_over = False
        case "text":
            say(told, text(part.get("text")))
        case "tool_use":
            _tool_use(part, told)
        case "step_finish":
            _step_finish(part, told)
        case "error":
            _error(mapping(event.get("error")), told)
        case _:
            pass  # its reasoning, and whatever further versions tell


def _tool_use(part: Json, told: Told) -> None:
    name, state = text(part.get("tool")), mapping(part.get("state"))
    match name:
        case "websearch":
            searches(told)
        case "webfetch":
            url = text(mapping(state.get("input")).get("url"))
            fetches(told, url)
            if state.get("status") == "completed":
                brought(told, url, excerpt=text(state.get("output")))
        case _:
            calls(told, name)
    if _REJECTED in text(state.get("error")):
        told.wants_consent = True


def _step_finish(part: Json, told: Told) -> None:
    told.usage = told.usage + _usage(mapping(part.get("tokens")))
    cost = money(part.get("cost"))
    if cost is not None:
        told.cost_usd = (told.cost_usd or Decimal(0)) + cost
        told.is_metered = told.cost_usd > 0
    reason = text(part.get("reason"))
    told.is_over = reason not in _GOES_ON
    told.finish_reason = reason.replace("-", "_") or told.finish_reason


def _usage(tokens: Json) -> Usage:
    """Count one step. Its `input` is without what the cache held, its `output` without the reasoning."""
    cache = mapping(tokens.get("cache"))
    cached, reasoned = count(cache.get("read")), count(tokens.get("reasoning"))
    return Usage(
        input_tokens=_sum(count(tokens.get("input")), cached, count(cache.get("write"))),
        output_tokens=_sum(count(tokens.get("output")), reasoned),
        reasoning_tokens=reasoned,
        cached_tokens=cached,
    )


def _sum(first: int | None, *further: int | None) -> int | None:
    return None if first is None else first + sum(part or 0 for part in further)


def _error(error: Json, told: Told) -> None:
    name, data = text(error.get("name")), mapping(error.get("data"))
    said = text(data.get("message"))
    if said.startswith(_ONLY_IN_ITS_LOG):
        return
    told.fault = said or name or "It ended with an error."
    told.status_code = 401 if name == _LOGGED_OUT else status_of(data.get("statusCode"))
