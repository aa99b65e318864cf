"""What each part of a run costs when every call writes as much as it may. Pure.

How much of it there is money for, and who gets what, is `shares`'.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from functools import cached_property
from itertools import accumulate

from fusion_mcp.codes import Stage
from fusion_mcp.pipeline.costs.offers import PriceOf
from fusion_mcp.pipeline.run import Run
from fusion_mcp.pipeline.standing_in import stand_ins
from fusion_mcp.presets.schema import PanelMember, Role
from fusion_mcp.types import ModelRef, Usage
from fusion_mcp.values import value

_NOTHING = Decimal(0)
_READ_AGAIN = 2
"""How many tokens are counted for one that a model wrote when another reads it: text has some four bytes a token."""
_RESULT_TOKENS = 6_000
"""What one tool call adds to a conversation: a piece of a page, at the size in which members are given them."""
_LAST_TURNS = 2
"""The calls without tools that end a seat's conversation: one that answers, and one where the model had called on."""
_EXCERPT_TOKENS = 12_000
"""What a verifier reads of the retrieved pages."""


@value
class Cost:
    """What a part of a run costs, in USD.

    `usual`: done at once, by the dearest model that the preset names for it; of a seat that is one answer. `most`: when
    nobody but the last who may do it does it well, and that one only when asked again; of a seat with all its research.
    """

    usual: Decimal
    most: Decimal


@value
class RunCosts:
    """The costs of one run's parts, in USD, for so many `tokens` of output where the preset does not say.

    `asked` are the tokens of what the person wrote: every call reads them.
    """

    run: Run
    price_of: PriceOf
    asked: int
    tokens: int
    _priced: dict[tuple[ModelRef, int, int], Decimal] = field(default_factory=dict, init=False)
    """What a model's call costs that reads and writes so many tokens: parts have calls in common."""

    @cached_property
    def seats(self) -> Sequence[Cost]:
        """Each seat."""
        return [self._seat(member) for member in self.run.preset.panel]

    @cached_property
    def _work(self) -> Mapping[Stage, Sequence[Cost]]:
        """What the stages behind the panel do."""
        return {stage: self._parts(stage) for stage in self.run.stages[1:]}

    @cached_property
    def least(self) -> Decimal:
        """One answer of every member, judge and synthesis as they usually go, and no verification."""
        return total(seat.usual for seat in self.seats) + total(self.aside.values())

    def most(self) -> Decimal:
        """Everything that the run may come to: all research, and every model that may fill a role, each in vain."""
        return total(cost.most for part in (self.seats, *self._work.values()) for cost in part)

    @cached_property
    def aside(self) -> Mapping[Stage, Decimal]:
        """What judge and synthesis need to be kept for them."""
        work = self._work.items()
        return {stage: total(part.usual for part in parts) for stage, parts in work if stage != "verification"}

    def verification(self) -> list[Decimal]:
        """What verifying costs, by how much of it is done: a check; a second judge, too; a revision and its check."""
        return list(accumulate(part.usual for part in self._work["verification"]))

    def unpriced(self) -> Iterator[ModelRef]:
        """The models whose price nobody knows."""
        sample = Usage(input_tokens=1, output_tokens=1)
        return (model for model in self.run.preset.models if self.price_of(model, sample) is None)

    def _seat(self, member: PanelMember) -> Cost:
        """A seat's research, by the dearest of its models, and the last turns of each of them."""
        turns = self.run.preset.max_tool_calls if self._searches(member) else 0
        more = _RESULT_TOKENS + (member.max_output_tokens or self.tokens)
        calls = [self._calls(member, member.models, turn * more) for turn in range(turns + _LAST_TURNS)]
        return Cost(usual=max(calls[0]), most=total(map(max, calls[:turns])) + total(map(total, calls[turns:])))

    def _parts(self, stage: Stage) -> list[Cost]:
        preset = self.run.preset
        if stage == "judge":
            return [self._by(preset.judge, self._answers)]
        if stage == "synthesis":
            return [self._by(preset.synthesizer, self._judged(), is_mended=False)]
        return [_together(part) for part in (self._check(), self._second_opinion(), self._second_round())]

    def _by(self, role: Role, reads: int, *, is_mended: bool = True) -> Cost:
        """Something that the judge or the synthesizer does, or who stands in for it."""
        return self._part(role, reads, stand_ins(self.run.preset, role, self.run.preset.seatable), is_mended=is_mended)

    def _check(self) -> list[Cost]:
        """The draft's claims and their check; the draft against the best answer, in both orders."""
        preset = self.run.preset
        compared = preset.gate and preset.aggregate == "synthesize"
        # Two texts, neither of which is longer than the longest draft.
        gates = [self._part(preset.verifier or preset.judge, 2 * self._draft())] * 2 if compared else []
        return gates if preset.verifier is None else [*self._look(preset.verifier), *gates]

    def _look(self, verifier: Role) -> list[Cost]:
        claims = self._part(verifier, self._draft())
        return [claims, self._part(verifier, self._looked_up(verifier))]

    def _second_opinion(self) -> list[Cost]:
        verifier, second = self.run.preset.verifier, self.run.preset.second_judge
        if verifier is None or second is None:
            return []
        return [self._part(second, self._looked_up(verifier))]

    def _second_round(self) -> list[Cost]:
        """The one revision, which is used only where it can be checked; a member's own answer is never revised."""
        preset = self.run.preset
        if preset.verifier is None or preset.aggregate == "select":
            return []
        # The draft is read, and what was found against it, which is counted as much again.
        revision = self._by(preset.synthesizer, self._judged() + 2 * self._draft(), is_mended=False)
        return [revision, *self._look(preset.verifier), *self._second_opinion()]

    def _part(self, role: Role, reads: int, others: Sequence[ModelRef] = (), *, is_mended: bool = True) -> Cost:
        """One thing that a role does, which reads so many tokens besides the question.

        One of `others` may have to do it instead. `is_mended`: a reply that cannot be read goes back to its model once.
        """
        models, named = (*role.models, *others), len(role.models)
        first = self._calls(role, models, reads)
        again = self._calls(role, models, reads + self._written(role)) if is_mended else [_NOTHING] * len(models)
        tried = [once + twice for once, twice in zip(first, again, strict=True)]
        most = total(tried[:named]) + max(tried[named:], default=_NOTHING)
        return Cost(usual=max(first[:named]), most=most)

    def _calls(self, role: Role, models: Iterable[ModelRef], more: int) -> list[Decimal]:
        """What a call to each of these models costs that reads so many tokens besides the question."""
        written = role.max_output_tokens or self.tokens
        return [self._call(model, more, written) for model in models]

    def _call(self, model: ModelRef, more: int, written: int) -> Decimal:
        known = self._priced.get((model, more, written))
        if known is None:
            cost = self.price_of(model, Usage(input_tokens=self.asked + more, output_tokens=written, calls=1))
            known = self._priced[model, more, written] = self.run.assumed_usd if cost is None else cost
        return known

    def _searches(self, member: PanelMember) -> bool:
        return bool(self.run.tools_of(member))

    @cached_property
    def _answers(self) -> int:
        """What a judge reads."""
        return sum([self._written(member) for member in self.run.preset.panel])

    def _judged(self) -> int:
        """What a synthesizer reads: the answers and the analysis."""
        return self._answers + self._written(self.run.preset.judge)

    def _draft(self) -> int:
        """What reading the answer comes to, whoever wrote it."""
        return max(self._written(role) for role in (self.run.preset.synthesizer, *self.run.preset.panel))

    def _looked_up(self, verifier: Role) -> int:
        """What somebody reads who checks claims: the answers, the claims, and pages where there may be any."""
        pages = _EXCERPT_TOKENS if any(map(self._searches, self.run.preset.panel)) else 0
        return self._answers + self._written(verifier) + pages

    def _written(self, role: Role) -> int:
        """What reading one reply of a role comes to."""
        return _READ_AGAIN * (role.max_output_tokens or self.tokens)


def total(costs: Iterable[Decimal]) -> Decimal:
    """Add up costs; none come to 0."""
    return sum(costs, start=_NOTHING)


def _together(parts: Sequence[Cost]) -> Cost:
    return Cost(usual=total(part.usual for part in parts), most=total(part.most for part in parts))
