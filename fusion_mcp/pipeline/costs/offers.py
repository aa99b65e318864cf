"""What one call may cost at most, pure: its request is bounded so that the money that is there pays for it.

Rather too many tokens are counted than too few (`types.Message.tokens`). What a model is told besides, such as its
tools and its chat template, has a margin of its own. An output is bounded, since every call that costs something goes
out with a limit: the preset's, or as much as its money pays for.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from fusion_mcp.types import Message, ModelRef, Usage, most_tokens
from fusion_mcp.values import value

OUTPUT_TOKENS = 16_000
"""The most that a model may write where its preset does not say, reasoning included: OpenRouter Fusion's figure."""
LEAST_OUTPUT_TOKENS = 1_000
"""What a model must be able to write for a call to be worth making."""

_MARGIN_TOKENS = 1_000

PriceOf = Callable[[ModelRef, Usage], Decimal | None]
"""USD for so many tokens of a model: 0 where nobody is billed, None where nobody knows."""


@value
class Offer:
    """How much may be written in a call, None where that need not be bounded, and what the call may cost.

    `is_assumed`: nobody knows, and this stands for it.
    """

    max_output_tokens: int | None
    reserved_usd: Decimal
    is_assumed: bool = False


def offer(
    price_of: PriceOf,
    model: ModelRef,
    read: int,
    written: int | None,
    *,
    room: Decimal | None = None,
    assumed: Decimal,
    output_tokens: int = OUTPUT_TOKENS,
) -> Offer:
    """Bound a call so that `room` USD pay for it; where even the least does not fit, the offer is above `room`.

    It reads so many tokens, and has so many `written` as its preset says; where that does not, at most `output_tokens`.
    Where nobody knows its price, it is `assumed` to cost so many USD.
    """
    most = written or output_tokens
    cost = price_of(model, Usage(input_tokens=read, output_tokens=most, calls=1))
    if cost is None:
        return Offer(max_output_tokens=written, reserved_usd=assumed, is_assumed=True)
    if not cost or room is None:
        return Offer(max_output_tokens=written, reserved_usd=cost)
    if cost <= room:
        return Offer(max_output_tokens=most, reserved_usd=cost)
    for tokens in () if written else halvings(output_tokens // 2):
        cost = price_of(model, Usage(input_tokens=read, output_tokens=tokens, calls=1)) or cost
        if cost <= room:
            return Offer(max_output_tokens=tokens, reserved_usd=cost)
    return Offer(max_output_tokens=written, reserved_usd=cost)


def halvings(tokens: int = OUTPUT_TOKENS) -> Iterator[int]:
    """Give output limits to try in turn, while they are worth a call."""
    while tokens >= LEAST_OUTPUT_TOKENS:
        yield tokens
        tokens //= 2


def tokens_in(messages: Iterable[Message]) -> int:
    """Count the tokens of a request, rather too many than too few."""
    return _MARGIN_TOKENS + sum(message.tokens for message in messages)


def tokens_of(text: str) -> int:
    """Count the tokens of a request that says no more than this."""
    return _MARGIN_TOKENS + most_tokens(text)
