"""What a call cost: the provider's own figure, else the person's prices, else the dated price library, else unknown."""

from decimal import Decimal
from functools import lru_cache
from typing import Literal

from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.types import Usage

_MILLION = Decimal(1_000_000)


def price(provider: Provider, model: str, usage: Usage, stated: Decimal | None = None) -> Decimal | None:
    """USD for one call, or None where nobody knows. `stated` is what the provider itself says the call cost."""
    listed = provider.listed_prices.get(model)
    if listed is None and provider.bills_nobody(model):
        return Decimal(0)
    if stated is not None:
        return stated
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    if listed is not None:
        return (usage.input_tokens * listed.input + usage.output_tokens * listed.output) / _MILLION
    return _library_price(provider, model, usage)


def _library_price(provider: Provider, model: str, usage: Usage) -> Decimal | None:
    if provider.prices is None:
        return None
    match _listed(provider.prices, model):
        case "not":
            return None
        case "for good":
            return _known_price(provider.prices, model, usage)
        case "for now":
            return _reckoned(provider.prices, model, usage)


def _reckoned(prices: str, model: str, usage: Usage) -> Decimal | None:
    import genai_prices  # noqa: PLC0415 - a fifth of a second of price tables, wanted only once something was bought

    bought = genai_prices.Usage(
        input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, cache_read_tokens=usage.cached_tokens
    )
    try:
        return genai_prices.calc_price(bought, model, provider_id=prices).total_price
    except (LookupError, ValueError, ArithmeticError):
        return None


_known_price = lru_cache(maxsize=4096)(_reckoned)
"""The library takes as long for a price as a fifth of a call, and a run asks for the same ones again and again."""


@lru_cache(maxsize=1024)
def _listed(prices: str, model: str) -> Literal["not", "for good", "for now"]:
    """Tell whether the library knows a model, and whether its price depends on the day or the hour.

    The library keeps what it has found, but searches anew for what it has not.
    """
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - as above
    from genai_prices.types import ModelPrice  # noqa: PLC0415 - as above

    try:
        _, found = get_snapshot().find_provider_model(model, None, prices, None)
    except (LookupError, ValueError):
        return "not"
    return "for good" if isinstance(found.prices, ModelPrice) else "for now"
