"""The money of a run: its worst case is worked out and reserved before it starts, or the run is refused."""

from decimal import Decimal

from fusion_mcp.errors import Refused
from fusion_mcp.ledger import Ledger, LimitReached, Line
from fusion_mcp.money import exact_usd
from fusion_mcp.pipeline.costs.shares import Estimate
from fusion_mcp.pipeline.run import Run
from fusion_mcp.protocols import RunJournal
from fusion_mcp.records import DayLimit

_NOTHING = Decimal(0)
_LATER = "what the run has finished is kept. Ask again tomorrow (UTC), or have the person raise the limit."
_TRIES = 3
"""How often to reckon anew when other runs take from the day's money in between."""


class Fund:
    """What one life of a run holds of the day's money, so that no other run spends it."""

    def __init__(self, reckoned: Estimate, ledger: Ledger, journal: RunJournal, day_limit: Decimal) -> None:
        """Hold nothing yet of what the run may cost as it is `reckoned`."""
        self._reckoned = reckoned
        self._ledger = ledger
        self._journal = journal
        self._day_limit = day_limit
        self._held = Decimal(0)

    async def begin(self, places: int) -> list[str] | None:
        """Take one of the `places` that all processes share, hold what the run may cost, and give its ledger a budget.

        Gives sentences where the day cut it down, and None where all places are taken: then nothing is held. What
        earlier lives have spent, or may have, is part of the run's limit, and no longer of what is held: such a run
        goes on with what there is. Raises Refused(budget_exceeded) where a new one may cost more than is left for one
        answer of every member, judge and synthesis.
        """
        run, spent = self._reckoned.run, self._ledger.committed()
        limit = run.limit_usd
        for _ in range(_TRIES):
            reckoned = self._reckoned.within(limit)
            if not reckoned.fits and not spent:
                raise _refusal(run, reckoned, self._day_limit, limit - spent)
            amount = max(reckoned.most_usd - spent, _NOTHING)
            try:
                has_place = await self._journal.enter(
                    run.id, run.nonce, most=places, amount=amount, day_limit=self._day_limit
                )
            except DayLimit as reached:
                limit = min(run.limit_usd, spent + reached.left)
                continue
            if not has_place:
                return None
            self._held = amount
            self._ledger.budget = reckoned.budget
            return _cut_down(run, limit, self._day_limit)
        if spent:
            raise Refused(
                "budget_exceeded", f"nothing is left of today's {exact_usd(self._day_limit)} to go on with; {_LATER}"
            )
        raise _refusal(run, self._reckoned.within(run.limit_usd), self._day_limit, _NOTHING)

    async def cover(self, line: Line) -> None:
        """Hold more where a call that is about to go out, and what others cost, may come to more than is held.

        Raises LimitReached where the day has no more.
        """
        committed = self._ledger.committed_in_this_life()
        if committed <= self._held:
            return
        lines = [each for each in self._ledger.lines if each.life == self._ledger.life]
        recorded = sum([each.committed_usd for each in lines if each.is_recorded], start=_NOTHING)
        kept = self._ledger.budget.kept_from(line.stage) if self._ledger.budget else _NOTHING
        amount = committed - recorded + kept
        try:
            if amount:
                await self._journal.reserve(self._reckoned.run.id, amount, self._day_limit)
        except DayLimit:
            self._ledger.refusals += 1
            raise LimitReached from None
        self._held = recorded + amount


def _refusal(run: Run, reckoned: Estimate, day_limit: Decimal, left: Decimal) -> Refused:
    later = " and ".join(stage for stage in run.stages if stage in ("judge", "synthesis"))
    unverified = ", without the verification," if "verification" in run.stages else ""
    costs = f"one answer of every member{f' with {later}' if later else ''}{unverified} may cost"
    most = f"preset '{run.preset.name}': {costs} {exact_usd(reckoned.least_usd)}"
    if left < run.limit_usd and reckoned.least_usd <= run.limit_usd:
        return Refused(
            "budget_exceeded",
            f"{most}, and {exact_usd(left)} is left of today's {exact_usd(day_limit)} (limits.max_cost_usd_per_day in "
            "config.toml; days are UTC). Nothing was spent. Ask again tomorrow, choose a cheaper preset, or have the "
            "person raise the limit.",
        )
    return Refused(
        "budget_exceeded",
        f"{most}, more than the limit of {exact_usd(run.limit_usd)} that holds for this run: {run.limit_from}. Nothing "
        "was spent. Give less context, choose a cheaper preset, or raise that limit.",
    )


def _cut_down(run: Run, limit: Decimal, day_limit: Decimal) -> list[str]:
    if limit >= run.limit_usd:
        return []
    whole, left = exact_usd(day_limit), exact_usd(limit)
    return [f"Of today's {whole} only {left} was left for this run, less than its own limit."]
