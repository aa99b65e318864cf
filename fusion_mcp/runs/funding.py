"""The money of a run before it starts: its worst case is worked out and reserved, or the run is refused."""

from decimal import Decimal

from fusion_mcp.errors import Refused
from fusion_mcp.journal.journal import Journal
from fusion_mcp.journal.records import DayLimit
from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline.costing import Estimate, PriceOf, estimate
from fusion_mcp.pipeline.run import Run

_TRIES = 3
"""How often to reckon anew when other runs take from the day's money in between."""


def reckon(run: Run, price_of: PriceOf, limit: Decimal | None = None) -> Estimate:
    """Work out what a run may cost, at most `limit` USD, or its own limit where none is given."""
    return estimate(
        run.preset,
        [seat.name for seat in run.seats],
        run.asked,
        web=run.web,
        writes=run.kind == "ask",
        limit=run.limit_usd if limit is None else limit,
        assumed=run.assumed_usd,
        price_of=price_of,
    )


async def fund(run: Run, ledger: Ledger, journal: Journal, day_limit: Decimal, price_of: PriceOf) -> list[str]:
    """Reserve what a run may cost, and give its ledger that budget. Gives back sentences where the day cut it down.

    What earlier lives of the run have spent, or may have, is part of its limit, and no longer of the day's reservation.
    Raises Refused(budget_exceeded) when less is left than one answer of every member, judge and synthesis may cost.
    """
    spent, limit = ledger.committed(), run.limit_usd
    for _ in range(_TRIES):
        reckoned = reckon(run, price_of, limit)
        if reckoned.least_usd > limit:
            raise _refusal(run, reckoned, day_limit, limit - spent)
        try:
            await journal.reserve(run.id, max(reckoned.most_usd - spent, Decimal(0)), day_limit)
        except DayLimit as reached:
            limit = min(run.limit_usd, spent + reached.left)
            continue
        ledger.budget = reckoned.budget
        return _cut_down(run, limit, day_limit)
    raise _refusal(run, reckon(run, price_of), day_limit, Decimal(0))


def _refusal(run: Run, reckoned: Estimate, day_limit: Decimal, left: Decimal) -> Refused:
    costs = f"one answer of every member with judge{' and synthesis' if run.kind == 'ask' else ''} may cost"
    most = f"preset '{run.preset.name}': {costs} ${_usd(reckoned.least_usd)}"
    if left < run.limit_usd and reckoned.least_usd <= run.limit_usd:
        return Refused(
            "budget_exceeded",
            f"{most}, and ${_usd(left)} is left of today's ${_usd(day_limit)} (limits.max_cost_usd_per_day in "
            "config.toml; days are UTC). Nothing was spent. Ask again tomorrow, choose a cheaper preset, or have the "
            "person raise the limit.",
        )
    return Refused(
        "budget_exceeded",
        f"{most}, more than the limit of ${_usd(run.limit_usd)} that holds for this run (max_cost_usd of the call or "
        "the preset, or limits.max_cost_usd_per_run). Nothing was spent. Choose a cheaper preset, or raise that limit.",
    )


def _cut_down(run: Run, limit: Decimal, day_limit: Decimal) -> list[str]:
    if limit >= run.limit_usd:
        return []
    return [f"Of today's ${_usd(day_limit)} only ${_usd(limit)} was left for this run, less than its own limit."]


def _usd(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.0001')).normalize():f}" if amount >= Decimal("0.0001") else f"{amount:.2g}"
