"""How a run's money is shared out among its seats and stages, pure: settled before any is spent.

What each part may cost, is `reckoning`'s; how one call is bounded by its share, `offers`'.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Self

from fusion_mcp.budget import Budget
from fusion_mcp.pipeline.costs.offers import OUTPUT_TOKENS, PriceOf, halvings, tokens_of
from fusion_mcp.pipeline.costs.reckoning import RunCosts, reckon, total
from fusion_mcp.pipeline.run import Run
from fusion_mcp.types import ModelRef, Usage
from fusion_mcp.values import changed, value, worked_out


@value
class Estimate:
    """What a run may cost within a limit, each part worked out when it is first asked for.

    `asked` are the tokens of what the person wrote, `longest` the costs of answers as long as they may ever be.
    """

    run: Run
    price_of: PriceOf
    asked: int
    longest: RunCosts
    limit_usd: Decimal

    def within(self, limit: Decimal) -> Self:
        """What the same run may cost within another limit."""
        return self if limit == self.limit_usd else changed(self, limit_usd=limit)

    @worked_out
    def least_usd(self) -> Decimal:
        """Pays for one short call of every seat, of the judge and of the synthesizer, and for no verification."""
        return self._shortest.least

    @property
    def most_usd(self) -> Decimal:
        """Pays for all that the run may come to, within its limit: whoever fails, stands in or is asked again."""
        return min(self.limit_usd, self.longest.most)

    @property
    def fits(self) -> bool:
        """Whether the limit pays for the least."""
        return self._affordable is not None

    @worked_out
    def unpriced(self) -> tuple[ModelRef, ...]:
        """The models whose price nobody knows."""
        sample = Usage(input_tokens=1, output_tokens=1)
        return tuple(model for model in self.run.preset.models if self.price_of(model, sample) is None)

    @worked_out
    def budget(self) -> Budget:
        """How the money is shared out.

        Whatever the seats need for one answer each, and judge and synthesis for theirs, comes first, as long as it may
        be; then as much of the verification as there is money for; what is left goes to research, in proportion.
        A higher limit never gives less to write, to verification, or in all.
        """
        run, limit = self.run, self.limit_usd
        costs = self._affordable or self._shortest
        aside = dict(costs.aside)
        if "verification" in run.stages:
            aside["verification"] = _for_verification(costs, limit)
        wishes = [seat.most - seat.usual for seat in costs.seats]
        wished = total(wishes)
        research = max(limit - total(aside.values()) - total([seat.usual for seat in costs.seats]), Decimal(0))
        shares = {
            seat.name: cost.usual + research * (wish / wished if wished else Decimal(1) / len(wishes))
            for seat, cost, wish in zip(run.seats, costs.seats, wishes, strict=True)
        }
        return Budget(limit_usd=limit, aside_usd=aside, seats_usd=shares, output_tokens=costs.tokens)

    @worked_out
    def _affordable(self) -> RunCosts | None:
        """The costs of the run as long as its answers may be."""
        return next((each for each in self._by_length() if each.least <= self.limit_usd), None)

    @property
    def _shortest(self) -> RunCosts:
        *_, shortest = self._by_length()
        return shortest

    def _by_length(self) -> Iterator[RunCosts]:
        """The run's costs by how much may be written, the longest first."""
        yield self.longest
        for tokens in halvings(self.longest.tokens // 2):
            yield reckon(self.run, self.price_of, self.asked, tokens)


def estimate(run: Run, price_of: PriceOf, limit: Decimal | None = None) -> Estimate:
    """Say what a run may cost, at most `limit` USD or else its own limit, and how that money is shared out."""
    asked = tokens_of(run.asked)  # which takes its time for long texts
    return Estimate(
        run=run,
        price_of=price_of,
        asked=asked,
        longest=reckon(run, price_of, asked, OUTPUT_TOKENS),
        limit_usd=run.limit_usd if limit is None else limit,
    )


def _for_verification(costs: RunCosts, limit: Decimal) -> Decimal:
    """Say how much is kept for the verification: as much of it as fits once everybody may write all they may.

    A run of which nothing is kept is verified all the same out of what its other stages leave, mostly far more than the
    worst case; what that does not pay for is missing, and the result says so.
    """
    left = limit - costs.least if costs.tokens == OUTPUT_TOKENS else Decimal(0)
    return max((cost for cost in costs.verification if cost <= left), default=Decimal(0))
