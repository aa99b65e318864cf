"""What a provider says a call consumed and cost: its `usage` object becomes counts and USD. Pure.

The places are those of OpenAI's API reference; where vendors differ, it says so below.
"""

from decimal import Decimal
from typing import Any, TypeVar

from fusion_mcp.providers.foreign import count, mapping, money
from fusion_mcp.types import Usage

_OF_TOOLS = ("server_tool_use_details", "server_tool_use")
_KINDS_OF_CALLS = ("tool_calls_requested", "tool_calls_executed", "web_search_requests", "web_fetch_requests")

UNKNOWN = Usage(calls=1)
"""One call of which nothing was said yet."""

_Figure = TypeVar("_Figure", int, Decimal)


def read_usage(report: dict[str, Any]) -> Usage:
    """Count one call; None where the provider does not say, or says nonsense."""
    read, written = count(report.get("prompt_tokens")), count(report.get("completion_tokens"))
    thought = count(mapping(report.get("completion_tokens_details")).get("reasoning_tokens"))
    total = count(report.get("total_tokens"))
    if read is not None and written is not None and total is not None:
        # xAI and Google count a model's reasoning in the total only, and bill it all the same. See
        # https://docs.x.ai/docs/key-information/consumption-and-rate-limits
        uncounted = total - read - written
        written += uncounted if uncounted > 0 and thought in (None, uncounted) else 0
    return Usage(
        input_tokens=read, output_tokens=written, reasoning_tokens=thought, cached_tokens=_cached(report), calls=1
    )


def larger(one: Usage, other: Usage) -> Usage:
    """Give the larger count of each kind: a report that comes later may be empty, and takes nothing away."""
    if one is UNKNOWN:
        return other
    return Usage(
        input_tokens=_known(one.input_tokens, other.input_tokens),
        output_tokens=_known(one.output_tokens, other.output_tokens),
        reasoning_tokens=_known(one.reasoning_tokens, other.reasoning_tokens),
        cached_tokens=_known(one.cached_tokens, other.cached_tokens),
        calls=one.calls,
    )


def larger_cost(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Give the larger of two stated costs, None where both are."""
    return _known(one, other)


def stated_cost(report: dict[str, Any]) -> Decimal | None:
    """USD that the provider itself says the call cost (OpenRouter's `cost`), None when it names none.

    With a key of the person's own behind OpenRouter, `cost` is its fee alone, and the vendor bills the rest.
    """
    charged = money(report.get("cost"))
    if report.get("is_byok") is not True:
        return charged
    upstream = money(mapping(report.get("cost_details")).get("upstream_inference_cost"))
    return None if upstream is None else upstream + (charged or 0)


def native_calls(report: dict[str, Any]) -> int:
    """Calls of the provider's own web tools.

    OpenRouter counts those that it ran itself beside those that the model's vendor did, and the two overlap; in another
    place it names them as Anthropic does.
    """
    places = [mapping(report[place]) for place in _OF_TOOLS if place in report]
    if not places:
        return 0
    requested, executed, searched, fetched = (
        max(count(place.get(kind)) or 0 for place in places) for kind in _KINDS_OF_CALLS
    )
    return max(requested, executed, searched + fetched)


def _cached(report: dict[str, Any]) -> int | None:
    """OpenAI's place for it, else DeepSeek's, else Moonshot's."""
    details = mapping(report.get("prompt_tokens_details"))
    for place in (details.get("cached_tokens"), report.get("prompt_cache_hit_tokens"), report.get("cached_tokens")):
        if (tokens := count(place)) is not None:
            return tokens
    return None


def _known(one: _Figure | None, other: _Figure | None) -> _Figure | None:
    return other if one is None else one if other is None else max(one, other)
