"""What a run used, as inspect-ai counts: cached tokens apart from the others. Pure."""

from typing import NamedTuple

from fusion_mcp.result import FusionResult


class Counted(NamedTuple):
    """The fields of inspect-ai's ModelUsage; `total_cost` in USD, None where nobody knows it."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_tokens_cache_read: int | None
    reasoning_tokens: int | None
    total_cost: float | None


def counted(result: FusionResult) -> Counted | None:
    """Count a run's tokens; None where a provider did not say them, since they must not look like none."""
    usage = result.usage
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    return Counted(
        input_tokens=max(usage.input_tokens - (usage.cached_tokens or 0), 0),
        output_tokens=usage.output_tokens,
        total_tokens=usage.input_tokens + usage.output_tokens,
        input_tokens_cache_read=usage.cached_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        total_cost=None if result.cost_usd is None else float(result.cost_usd),
    )
