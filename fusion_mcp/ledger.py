"""What a run has called and what it cost.

One line per call, entered before the call goes out, settled when its bill is known.

The one mutable thing that the stages of a run share. A line that is never settled belongs to a call that was cut off:
it may have been billed, and nobody said how much.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from fusion_mcp.types import Bill, ModelRef, Stage, Usage


@dataclass(kw_only=True)
class Line:
    """One call. `cost_usd` None on a settled line is a price that nobody knows.

    `reserved_usd` is what an open call is expected to cost, where that is known beforehand.
    """

    stage: Stage
    seat: str
    model: ModelRef
    usage: Usage = field(default_factory=lambda: Usage(calls=1))
    cost_usd: Decimal | None = None
    reserved_usd: Decimal | None = None
    settled: bool = False

    def settle(self, usage: Usage, cost_usd: Decimal | None) -> None:
        """Enter the bill."""
        self.usage, self.cost_usd, self.settled = usage, cost_usd, True


Account = Callable[[ModelRef], Line]
"""Opens a line for a call to a model, on behalf of one seat in one stage. May raise LimitReached instead."""


class LimitReached(Exception):
    """There is no money left for the call that was about to be made."""


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What one model cost in one stage."""

    stage: Stage
    model: str
    bill: Bill


class Ledger:
    """Every call of one run."""

    def __init__(self, limit_usd: Decimal | None = None) -> None:
        """`limit_usd` is the most that the run may spend, None for no limit."""
        self.limit_usd = limit_usd
        self.lines: list[Line] = []

    def account(self, stage: Stage, seat: str) -> Account:
        """Open an account for one seat in one stage."""

        def begin(model: ModelRef) -> Line:
            line = Line(stage=stage, seat=seat, model=model)
            self.lines.append(line)
            return line

        return begin

    def bill(self, stage: Stage | None = None, seat: str | None = None) -> Bill:
        """Add up lines; the cost is None when any of them is unknown."""
        return _sum(self._chosen(stage, seat))

    def known_cost(self, stage: Stage | None = None, seat: str | None = None) -> Decimal:
        """Add up what is known to be spent or reserved, in USD; what nobody knows counts as nothing."""
        return sum((_expected(line) for line in self._chosen(stage, seat)), start=Decimal(0))

    def total(self) -> Bill:
        """The run's bill.

        Calls that were cut off are counted as calls, but their unknown price does not hide the rest.
        """
        settled = _sum([line for line in self.lines if line.settled])
        return Bill(usage=_sum(self.lines).usage, cost_usd=settled.cost_usd)

    def in_doubt(self) -> list[Line]:
        """Calls that were cut off, so that their bill is not known."""
        return [line for line in self.lines if not line.settled]

    def exhausted(self) -> bool:
        """Tell whether what is known to be spent has reached the limit, so that no further call may go out."""
        return self.limit_usd is not None and self.known_cost() >= self.limit_usd

    def breakdown(self) -> list[Charge]:
        """Charges by stage and model, in the order in which they first ran up."""
        groups: dict[tuple[Stage, str], list[Line]] = {}
        for line in self.lines:
            groups.setdefault((line.stage, str(line.model)), []).append(line)
        return [Charge(stage=stage, model=model, bill=_sum(lines)) for (stage, model), lines in groups.items()]

    def _chosen(self, stage: Stage | None, seat: str | None) -> list[Line]:
        return [line for line in self.lines if stage in (None, line.stage) and seat in (None, line.seat)]


def _expected(line: Line) -> Decimal:
    cost = line.cost_usd if line.settled else line.reserved_usd
    return cost or Decimal(0)


def _sum(lines: list[Line]) -> Bill:
    usage, cost = Usage(), Decimal(0)
    unknown = False
    for line in lines:
        usage += line.usage
        unknown = unknown or line.cost_usd is None
        cost += line.cost_usd or 0
    return Bill(usage=usage, cost_usd=None if unknown else cost)
