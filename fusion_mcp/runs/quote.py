"""What a run is said to cost before it begins, and whether the person is asked first, pure."""

from decimal import Decimal

from fusion_mcp.pipeline.costs.offers import PriceOf
from fusion_mcp.pipeline.costs.shares import Estimate, estimate
from fusion_mcp.pipeline.run import Run
from fusion_mcp.values import value


@value
class Quote:
    """A run with its price tag.

    `must_ask`: it may cost more than `above_usd`, which is what the person gives unasked. `may_be_unasked`: it could
    be carried out with that, under a lower limit.
    """

    run: Run
    estimate: Estimate
    above_usd: Decimal
    must_ask: bool = False
    may_be_unasked: bool = False

    @property
    def most_usd(self) -> Decimal:
        """USD that the run may cost at most."""
        return self.estimate.most_usd


def quoted(run: Run, price_of: PriceOf, above_usd: Decimal) -> Quote:
    """Work out the price tag of a run that nobody has begun. One that will be refused needs nobody's consent."""
    reckoned = estimate(run, price_of)
    if run.limit_usd <= above_usd or reckoned.most_usd <= above_usd or not reckoned.fits:
        return Quote(run=run, estimate=reckoned, above_usd=above_usd)
    unasked = reckoned.within(above_usd).fits
    return Quote(run=run, estimate=reckoned, above_usd=above_usd, must_ask=True, may_be_unasked=unasked)
