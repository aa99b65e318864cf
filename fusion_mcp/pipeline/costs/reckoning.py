"""What the parts of a run cost that asks so much, pure: the calls of its worst case, each at its price."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate

from fusion_mcp.codes import Stage
from fusion_mcp.pipeline.costs.offers import PriceOf
from fusion_mcp.pipeline.costs.worst_case import Calls, worst_case
from fusion_mcp.pipeline.run import Run
from fusion_mcp.types import Usage
from fusion_mcp.values import value

_NOTHING = Decimal(0)


@value
class Cost:
    """What a part of a run costs, in USD: as `worst_case.Part` has it."""

    usual: Decimal
    most: Decimal


@value
class RunCosts:
    """The costs of one run's parts, in USD, for so many `tokens` of output where the preset does not say.

    `aside` is what judge and synthesis need to be kept for them; `verification` what verifying costs, by how much of it
    is done. `least`: one answer of every member, judge and synthesis as they usually go, and no verification. `most`:
    all that the run may come to, all research, and every model that may fill a role, each in vain.
    """

    tokens: int
    seats: Sequence[Cost]
    aside: Mapping[Stage, Decimal]
    verification: Sequence[Decimal]
    least: Decimal
    most: Decimal


def reckon(run: Run, price_of: PriceOf, asked: int, tokens: int) -> RunCosts:
    """Price a run's calls, each of which reads the `asked` tokens of what the person wrote."""
    worst = worst_case(run.preset, run.stages, tokens, web=run.web)
    usages = [Usage(input_tokens=asked + size.more, output_tokens=size.written, calls=1) for size in worst.sizes]
    known = [price_of(model, usages[size]) for model, size in worst.calls]
    prices = [run.assumed_usd if price is None else price for price in known]
    seats = [Cost(usual=_price(seat.usual, prices), most=_price(seat.most, prices)) for seat in worst.seats]
    aside: Mapping[Stage, Decimal] = {stage: _price(calls, prices) for stage, calls in worst.aside.items()}
    return RunCosts(
        tokens=tokens,
        seats=seats,
        aside=aside,
        verification=list(accumulate([_price(calls, prices) for calls in worst.verification])),
        least=total([seat.usual for seat in seats]) + total(aside.values()),
        most=_price(worst.most, prices),
    )


def total(costs: Iterable[Decimal]) -> Decimal:
    """Add up costs; none come to 0."""
    return sum(costs, start=_NOTHING)


def _price(calls: Calls, prices: Sequence[Decimal]) -> Decimal:
    cost = total([prices[number] for number in calls.each])
    for options in calls.either:
        cost += max([total([prices[number] for number in option]) for option in options])
    return cost
