"""How a run's money is shared out among its seats and stages, pure: settled before any is spent.

What each part may cost, is `worst_case`'s; how one call is bounded by its share, `offers`'.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from fusion_mcp.ledger import Budget
from fusion_mcp.pipeline.costs.offers import OUTPUT_TOKENS, PriceOf, halvings
from fusion_mcp.pipeline.costs.worst_case import RunCosts, total
from fusion_mcp.pipeline.run import Run
from fusion_mcp.types import ModelRef


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


def estimate(run: Run, price_of: PriceOf, limit: Decimal | None = None) -> Estimate:
    """Work out what a run may cost, at most `limit` USD or else its own limit, and how that money is shared out.

    Whatever the seats need for one answer each, and judge and synthesis for theirs, comes first, as long as it may be;
    then as much of the verification as there is money for; what is left goes to research, in proportion.
    A higher limit never gives less to write, to verification, or in all.
    """
    limit = run.limit_usd if limit is None else limit
    by_tokens = [RunCosts(run=run, price_of=price_of, tokens=tokens) for tokens in halvings()]
    longest, shortest = by_tokens[0], by_tokens[-1]
    costs = next((each for each in by_tokens if each.least() <= limit), shortest)
    aside = costs.aside()
    if "verification" in run.stages:
        aside["verification"] = _for_verification(costs, limit)
    answers = [costs.answer(seat.member) for seat in run.seats]
    wishes = [costs.seat(seat.member) - cost for seat, cost in zip(run.seats, answers, strict=True)]
    research = max(limit - total(aside.values()) - total(answers), Decimal(0))
    shares = {
        seat.name: cost + research * _portion(wish, wishes)
        for seat, cost, wish in zip(run.seats, answers, wishes, strict=True)
    }
    return Estimate(
        least_usd=shortest.least(),
        most_usd=min(limit, longest.most()),
        budget=Budget(limit_usd=limit, aside_usd=aside, seats_usd=shares, output_tokens=costs.tokens),
        unpriced=tuple(costs.unpriced()),
    )


def _for_verification(costs: RunCosts, limit: Decimal) -> Decimal:
    """Say how much is kept for the verification: as much of it as fits once everybody may write all they may.

    A run of which nothing is kept is verified all the same out of what its other stages leave, mostly far more than the
    worst case; what that does not pay for is missing, and the result says so.
    """
    left = limit - costs.least() if costs.tokens == OUTPUT_TOKENS else Decimal(0)
    return max((cost for cost in costs.verification() if cost <= left), default=Decimal(0))


def _portion(cost: Decimal, costs: Sequence[Decimal]) -> Decimal:
    whole = total(costs)
    return cost / whole if whole else Decimal(1) / len(costs)
