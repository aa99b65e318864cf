"""What a run has called, what it cost, and what it may still spend. Pure bookkeeping; disks and providers are others'.

One line per call, entered before the call goes out, settled when its bill is known. A line that is never settled
belongs to a call that was cut off: it may have been billed, and nobody said how much.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from fusion_mcp.budget import Budget
from fusion_mcp.codes import Stage
from fusion_mcp.types import Bill, ModelRef, Usage
from fusion_mcp.values import value

MOST_ATTEMPTS = 2
"""In how many lives of a run a call may be made whose reply never arrived: it may have been billed each time."""

_NOTHING = Decimal(0)
_ONE_CALL = Usage(calls=1)


@dataclass(kw_only=True)
class Line:
    """One call. `cost_usd` None on a settled line is a price that nobody knows.

    `reserved_usd` is the most that an open call may cost, None where even that is not known; `is_assumed`: nobody knows
    the model's price, and it was put in its place. `step` names what the call was made for, `life` how often its run
    had been taken up again by then. `is_recorded`: the bill is where it survives this process. `is_subscription`: the
    call went on a plan that is paid anyway, so that it has no price of its own. `on_settled` is told by how much more
    the line counts with its bill.
    """

    stage: Stage
    seat: str
    model: ModelRef
    id: int = 0
    step: str = ""
    life: int = 0
    usage: Usage = field(default_factory=lambda: Usage(calls=1))
    cost_usd: Decimal | None = None
    reserved_usd: Decimal | None = None
    is_assumed: bool = False
    settled: bool = False
    is_recorded: bool = False
    is_subscription: bool = False
    on_settled: Callable[["Line", Decimal], None] | None = field(default=None, repr=False, compare=False)

    def settle(self, usage: Usage, cost_usd: Decimal | None, *, is_subscription: bool = False) -> None:
        """Enter the bill."""
        before = self.committed_usd
        self.usage, self.cost_usd, self.settled, self.is_recorded = usage, cost_usd, True, False
        self.is_subscription = is_subscription
        if self.on_settled is not None:
            self.on_settled(self, self.committed_usd - before)

    @property
    def committed_usd(self) -> Decimal:
        """What the line counts for against a limit: its cost, or what was reserved while no other figure is known."""
        known = self.cost_usd if self.settled and self.cost_usd is not None else self.reserved_usd
        return known or _NOTHING


class LimitReached(Exception):
    """There is no money left for the call that was about to be made: in its run's budget, or in the day's limit."""


@value
class Charge:
    """What one model cost in one stage."""

    stage: Stage
    model: str
    bill: Bill


class _Tally:
    """What lines count for, kept up to date, since each call asks for it: in all, by seat, and dear ones by model."""

    def __init__(self) -> None:
        self.usd = _NOTHING
        self.by_seat: dict[tuple[Stage, str], Decimal] = {}
        self.dearest: dict[ModelRef, Decimal] = {}

    def add(self, line: Line, more_usd: Decimal) -> None:
        """Count what a line counts for more. A cost that was more than what was reserved for it is remembered."""
        place = line.stage, line.seat
        self.usd += more_usd
        self.by_seat[place] = self.by_seat.get(place, _NOTHING) + more_usd
        cost = line.cost_usd if line.settled else None
        if cost and cost > (line.reserved_usd or _NOTHING):
            self.dearest[line.model] = max(cost, self.dearest.get(line.model, _NOTHING))


class Ledger:
    """Every call of one run."""

    def __init__(self, budget: Budget | None = None, lines: Iterable[Line] = (), life: int = 0) -> None:
        """`budget` None sets no limit. `lines` are those of the run's earlier lives, of which this is number `life`."""
        self.budget = budget
        self.lines: list[Line] = []
        self.life = life
        self.refusals = 0
        self._tally = _Tally()
        for line in lines:
            self._enter(line)
        self._last_id = max((line.id for line in self.lines), default=0)
        self._committed_before = self._tally.usd

    def open(
        self,
        stage: Stage,
        seat: str,
        model: ModelRef,
        *,
        step: str = "",
        reserved_usd: Decimal | None = None,
        is_assumed: bool = False,
        leaving_usd: Decimal = _NOTHING,
        usage: Usage = _ONE_CALL,
    ) -> Line:
        """Enter a call that is about to go out. It is expected to cost no less than its model's dearest one so far.

        Raises LimitReached where the most that it may cost is not there, or would not leave `leaving_usd`.
        """
        needed = self.expected(model, reserved_usd or _NOTHING)
        room = self.room(stage, seat)
        if room is not None and needed and needed + leaving_usd > room:
            self.refusals += 1
            raise LimitReached
        self._last_id += 1
        line = Line(
            id=self._last_id,
            stage=stage,
            seat=seat,
            model=model,
            step=step,
            life=self.life,
            reserved_usd=None if reserved_usd is None else needed,
            is_assumed=is_assumed,
            usage=usage,
        )
        self._enter(line)
        return line

    def room(self, stage: Stage, seat: str) -> Decimal | None:
        """What a seat may still spend in a stage, never below 0; None where there is no limit."""
        if self.budget is None:
            return None
        left = self.budget.limit_usd - self._tally.usd - self.budget.kept_from(stage)
        share = self.budget.seats_usd.get(seat) if stage == "panel" else None
        if share is not None:
            left = min(left, share - self._tally.by_seat.get((stage, seat), _NOTHING))
        return max(left, _NOTHING)

    def expected(self, model: ModelRef, reserved_usd: Decimal) -> Decimal:
        """What a call may cost: what is reserved for it, or as much as its model's dearest one that broke its own."""
        return max(reserved_usd, self._tally.dearest.get(model, _NOTHING))

    def bill(self, stage: Stage | None = None, seat: str | None = None) -> Bill:
        """Add up lines; the cost is None when any of them is unknown."""
        return _sum(self._chosen(stage, seat))

    def committed(self, stage: Stage | None = None, seat: str | None = None) -> Decimal:
        """What counts against the limit, in USD: what was spent, and what may be for calls without a bill."""
        if stage is None and seat is None:
            return self._tally.usd
        places = self._tally.by_seat.items()
        return sum([usd for (at, who), usd in places if stage in (None, at) and seat in (None, who)], start=_NOTHING)

    def committed_in_this_life(self) -> Decimal:
        """What of that came since the run was last taken up."""
        return self._tally.usd - self._committed_before

    def total(self) -> Bill:
        """The run's bill.

        Calls that were cut off are counted as calls, but their unknown price does not hide the rest.
        """
        settled = [line for line in self.lines if line.settled]
        bill = _sum(settled)
        usage = bill.usage if len(settled) == len(self.lines) else _sum(self.lines).usage
        return Bill(usage=usage, cost_usd=bill.cost_usd)

    def was_cut_off_for_good(self, step: str, model: ModelRef) -> bool:
        """Whether earlier lives of the run have called `model` for this step so often in vain that it is not again."""
        if self.life < MOST_ATTEMPTS:
            return False
        lines = (line for line in self.in_doubt() if line.step == step and line.model == model)
        return len({line.life for line in lines if line.life < self.life}) >= MOST_ATTEMPTS

    def in_doubt(self) -> list[Line]:
        """Calls that were cut off, so that their bill is not known."""
        return [line for line in self.lines if not line.settled]

    def has_replies(self) -> bool:
        """Whether a model has written anything that was paid for."""
        return any(line.settled and line.usage.output_tokens for line in self.lines)

    def unrecorded(self) -> list[Line]:
        """Bills that would not survive this process yet."""
        return [line for line in self.lines if line.settled and not line.is_recorded]

    def breakdown(self) -> list[Charge]:
        """Charges by stage and model, in the order in which they first ran up."""
        groups: dict[tuple[Stage, str], list[Line]] = {}
        for line in self.lines:
            groups.setdefault((line.stage, str(line.model)), []).append(line)
        return [Charge(stage=stage, model=model, bill=_sum(lines)) for (stage, model), lines in groups.items()]

    def _enter(self, line: Line) -> None:
        self.lines.append(line)
        line.on_settled = self._tally.add
        self._tally.add(line, line.committed_usd)

    def _chosen(self, stage: Stage | None, seat: str | None) -> list[Line]:
        if stage is None and seat is None:
            return self.lines
        return [line for line in self.lines if stage in (None, line.stage) and seat in (None, line.seat)]


@value
class Account:
    """Opens lines on behalf of one seat in one stage, for one step.

    `reserved_usd` and `is_assumed` are a call's where whoever opens the line names no figure of its own; the seat keeps
    `leaving_usd`. `on_open` is told of each line before its call goes out.
    """

    ledger: Ledger
    stage: Stage
    seat: str
    step: str = ""
    reserved_usd: Decimal | None = None
    is_assumed: bool = False
    leaving_usd: Decimal = _NOTHING
    on_open: Callable[[Line], Awaitable[None]] | None = None

    async def open(self, model: ModelRef, reserved_usd: Decimal | None = None, usage: Usage = _ONE_CALL) -> Line:
        """Enter a call to `model` that is about to go out. Raises LimitReached where there is no money left for it.

        `usage` is what it counts for until its bill is known.
        """
        line = self.ledger.open(
            self.stage,
            self.seat,
            model,
            step=self.step,
            reserved_usd=self.reserved_usd if reserved_usd is None else reserved_usd,
            is_assumed=self.is_assumed and reserved_usd is None,
            leaving_usd=self.leaving_usd,
            usage=usage,
        )
        try:
            if self.on_open is not None:
                await self.on_open(line)
        except BaseException:
            line.settle(Usage(calls=0), _NOTHING)  # it never went out
            raise
        return line


def _sum(lines: Iterable[Line]) -> Bill:
    """Add up bills. What went on a subscription is no money, and where there was nothing else, no cost is known."""
    usage: Usage | None = None
    cost: Decimal | None = _NOTHING
    on_subscription = False
    for line in lines:
        usage = line.usage if usage is None else usage + line.usage
        if line.is_subscription:
            on_subscription = True
        elif cost is not None:
            cost = None if line.cost_usd is None else cost + line.cost_usd
    return Bill(
        usage=usage or Usage(),
        cost_usd=None if on_subscription and not cost else cost,
        on_subscription=on_subscription,
    )
