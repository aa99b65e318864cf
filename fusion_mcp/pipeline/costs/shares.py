"""What a call may cost at most, and how a run's money is shared out: settled before any is spent. Pure.

A token has at least two bytes here: rather too many are counted than too few. What a model is told besides, such as its
tools and its chat template, has a margin of its own. An output is bounded, since every call that costs something goes
out with a limit: the preset's, or as much as its money pays for.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fusion_mcp.ledger import Budget
from fusion_mcp.pipeline.costs.worst_case import PriceOf, RunCosts, total
from fusion_mcp.presets.schema import Preset
from fusion_mcp.types import ChatRequest, Message, ModelRef, Stage, Usage

OUTPUT_TOKENS = 16_000
"""The most that a model may write where its preset does not say, reasoning included: OpenRouter Fusion's figure."""
LEAST_OUTPUT_TOKENS = 1_000
"""What a model must be able to write for a call to be worth making."""

_BYTES_PER_TOKEN = 2
_MARGIN_TOKENS = 1_000


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A request as it can be paid for, and what it may cost. `is_assumed`: nobody knows, and this stands for it."""

    request: ChatRequest
    reserved_usd: Decimal
    is_assumed: bool = False


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a run may cost.

    `least_usd` pays for one short call of every seat, of the judge and of the synthesizer, and for no verification;
    `most_usd` for all that the run may come to, within its limit: whoever fails, stands in or is asked again.
    `unpriced` are the models whose price nobody knows.
    """

    least_usd: Decimal
    most_usd: Decimal
    budget: Budget
    unpriced: tuple[ModelRef, ...] = ()


def offer(
    price_of: PriceOf,
    model: ModelRef,
    request: ChatRequest,
    room: Decimal | None,
    assumed: Decimal,
    output_tokens: int = OUTPUT_TOKENS,
) -> Offer:
    """Bound a request so that `room` USD pay for it; where even the least does not fit, the offer is above `room`.

    `output_tokens` is the most that a model may write where the request itself does not say.
    """
    read = tokens_in(request.messages)
    written = request.max_output_tokens
    cost = price_of(model, Usage(input_tokens=read, output_tokens=written or output_tokens, calls=1))
    if cost is None:
        return Offer(request=request, reserved_usd=assumed, is_assumed=True)
    if not cost or room is None:
        return Offer(request=request, reserved_usd=cost)
    for tokens in (written,) if written else _halvings(output_tokens):
        cost = price_of(model, Usage(input_tokens=read, output_tokens=tokens, calls=1)) or cost
        if cost <= room:
            return Offer(request=replace(request, max_output_tokens=tokens), reserved_usd=cost)
    return Offer(request=request, reserved_usd=cost)


def tokens_in(messages: Iterable[Message]) -> int:
    """Count tokens, rather too many than too few: what a model said and called, and the thoughts it gets back."""
    return _MARGIN_TOKENS + sum(_tokens(text) for turn in messages for text in _texts(turn))


def estimate(
    preset: Preset,
    seats: Sequence[str],
    asked: str,
    *,
    web: bool,
    stages: Collection[Stage],
    limit: Decimal,
    assumed: Decimal,
    price_of: PriceOf,
) -> Estimate:
    """Work out what a run may cost, and how its money is shared out.

    `seats` name the preset's members in order, `stages` what follows them, `limit` is the lowest of all limits that
    hold. Whatever the seats need for one answer each, and judge and synthesis for theirs, comes first, as long as it
    may be; then as much of the verification as there is money for; what is left goes to research, in proportion.
    A higher limit never gives less to write, to verification, or in all.
    """
    costs = RunCosts(
        preset=preset,
        read=_MARGIN_TOKENS + _tokens(asked),
        web=web,
        stages=tuple(stage for stage in stages if stage != "panel"),
        assumed=assumed,
        price_of=price_of,
    )
    tokens = next((each for each in _halvings() if costs.least(each) <= limit), LEAST_OUTPUT_TOKENS)
    aside = costs.aside(tokens)
    if "verification" in stages:
        aside["verification"] = _for_verification(costs, tokens, limit)
    answers = [costs.answer(member, tokens) for member in preset.panel]
    wishes = [costs.seat(member, tokens) - cost for member, cost in zip(preset.panel, answers, strict=True)]
    research = max(limit - total(aside.values()) - total(answers), Decimal(0))
    shares = [cost + research * _portion(wish, wishes) for cost, wish in zip(answers, wishes, strict=True)]
    return Estimate(
        least_usd=costs.least(LEAST_OUTPUT_TOKENS),
        most_usd=min(limit, costs.most(OUTPUT_TOKENS)),
        budget=Budget(
            limit_usd=limit,
            aside_usd=aside,
            seats_usd=dict(zip(seats, shares, strict=True)),
            output_tokens=tokens,
        ),
        unpriced=tuple(costs.unpriced()),
    )


def _for_verification(costs: RunCosts, tokens: int, limit: Decimal) -> Decimal:
    """Say how much is kept for the verification: as much of it as fits once everybody may write all they may.

    A run of which nothing is kept is verified all the same out of what its other stages leave, mostly far more than the
    worst case; what that does not pay for is missing, and the result says so.
    """
    left = limit - costs.least(tokens) if tokens == OUTPUT_TOKENS else Decimal(0)
    return max((cost for cost in costs.verification(tokens) if cost <= left), default=Decimal(0))


def _portion(cost: Decimal, costs: Sequence[Decimal]) -> Decimal:
    whole = total(costs)
    return cost / whole if whole else Decimal(1) / len(costs)


def _texts(turn: Message) -> Iterator[str]:
    yield turn.content
    for call in turn.tool_calls:
        yield from (call.id, call.name, call.arguments, json.dumps(dict(call.extra)))
    if turn.echo:
        yield json.dumps(dict(turn.echo), ensure_ascii=False)


def _halvings(tokens: int = OUTPUT_TOKENS) -> Iterator[int]:
    while tokens >= LEAST_OUTPUT_TOKENS:
        yield tokens
        tokens //= 2


def _tokens(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass")) // _BYTES_PER_TOKEN
