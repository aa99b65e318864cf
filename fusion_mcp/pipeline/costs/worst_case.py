"""What each part of a run costs when every call writes as much as it may. Pure.

How much of it there is money for, and who gets what, is `shares`'.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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

_READ_AGAIN = 2
"""How many tokens are counted for one that a model wrote when another reads it: text has some four bytes a token."""
_RESULT_TOKENS = 6_000
"""What one tool call adds to a conversation: a piece of a page, at the size in which members are given them."""
_LAST_TURNS = 2
"""The calls without tools that end a seat's conversation: one that answers, and one where the model had called on."""
_EXCERPT_TOKENS = 12_000
"""What a verifier reads of the retrieved pages."""


@value
class _Part:
    """One thing that a role does: `reads` tokens besides the question; one of `stand_ins` may have to do it instead.

    `is_mended`: a reply that cannot be read goes back to its model once.
    """

    role: Role
    reads: int
    stand_ins: Sequence[ModelRef] = ()
    is_mended: bool = True


@value
class RunCosts:
    """The costs of one run's parts, in USD, for so many `tokens` of output where the preset does not say.

    `asked` are the tokens of what the person wrote: every call reads them.
    """

    run: Run
    price_of: PriceOf
    asked: int
    tokens: int

    @cached_property
    def _work(self) -> Mapping[Stage, Sequence[_Part]]:
        """What the stages behind the panel do."""
        return {stage: self._parts(stage) for stage in self.run.stages[1:]}

    @cached_property
    def least(self) -> Decimal:
        """One answer of every member, judge and synthesis as they usually go, and no verification."""
        return total(self.answers) + total(self.aside.values())

    def most(self) -> Decimal:
        """Everything that the run may come to: all research, and every model that may fill a role, each in vain."""
        return total(self.seats) + total(self._worst(part) for parts in self._work.values() for part in parts)

    @cached_property
    def answers(self) -> Sequence[Decimal]:
        """One answer of each member, by the dearest of its models."""
        return [self._dearest(member, 0) for member in self.run.preset.panel]

    @cached_property
    def seats(self) -> Sequence[Decimal]:
        """Each seat with all its research."""
        return [self._seat(member) for member in self.run.preset.panel]

    def _seat(self, member: PanelMember) -> Decimal:
        """A seat's research, by the dearest of its models, and the last turns of each of them."""
        turns = self.run.preset.max_tool_calls if self._searches(member) else 0
        written = member.max_output_tokens or self.tokens
        reads = [turn * (_RESULT_TOKENS + written) for turn in range(turns + _LAST_TURNS)]
        research = total(self._dearest(member, read) for read in reads[:turns])
        last = total(self._call(model, member, read) for model in member.models for read in reads[turns:])
        return research + last

    @cached_property
    def aside(self) -> Mapping[Stage, Decimal]:
        """What judge and synthesis need to be kept for them."""
        return {stage: self._usual(parts) for stage, parts in self._work.items() if stage != "verification"}

    def verification(self) -> list[Decimal]:
        """What verifying costs, by how much of it is done: a check; a second judge, too; a revision and its check."""
        parts = (self._check(), self._second_opinion(), self._second_round())
        return list(accumulate(self._usual(part) for part in parts))

    def unpriced(self) -> Iterator[ModelRef]:
        """The models whose price nobody knows."""
        sample = Usage(input_tokens=1, output_tokens=1)
        return (model for model in self.run.preset.models if self.price_of(model, sample) is None)

    def _parts(self, stage: Stage) -> list[_Part]:
        if stage == "judge":
            return [self._by(self.run.preset.judge, self._answers())]
        if stage == "synthesis":
            return [self._by(self.run.preset.synthesizer, self._judged(), is_mended=False)]
        return [*self._check(), *self._second_opinion(), *self._second_round()]

    def _by(self, role: Role, reads: int, *, is_mended: bool = True) -> _Part:
        """Something that the judge or the synthesizer does, or who stands in for it."""
        others = stand_ins(self.run.preset, role, self.run.preset.seatable)
        return _Part(role=role, reads=reads, stand_ins=others, is_mended=is_mended)

    def _check(self) -> list[_Part]:
        """The draft's claims and their check; the draft against the best answer, in both orders."""
        preset = self.run.preset
        compared = preset.gate and preset.aggregate == "synthesize"
        # Two texts, neither of which is longer than the longest draft.
        gate = _Part(role=preset.verifier or preset.judge, reads=2 * self._draft())
        gates = [gate] * (2 if compared else 0)
        return gates if preset.verifier is None else [*self._look(preset.verifier), *gates]

    def _look(self, verifier: Role) -> list[_Part]:
        claims = _Part(role=verifier, reads=self._draft())
        return [claims, _Part(role=verifier, reads=self._looked_up(verifier))]

    def _second_opinion(self) -> list[_Part]:
        verifier, second = self.run.preset.verifier, self.run.preset.second_judge
        if verifier is None or second is None:
            return []
        return [_Part(role=second, reads=self._looked_up(verifier))]

    def _second_round(self) -> list[_Part]:
        """The one revision, which is used only where it can be checked; a member's own answer is never revised."""
        preset = self.run.preset
        if preset.verifier is None or preset.aggregate == "select":
            return []
        # The draft is read, and what was found against it, which is counted as much again.
        revision = self._by(preset.synthesizer, self._judged() + 2 * self._draft(), is_mended=False)
        return [revision, *self._look(preset.verifier), *self._second_opinion()]

    def _searches(self, member: PanelMember) -> bool:
        return bool(self.run.tools_of(member))

    def _answers(self) -> int:
        """What a judge reads."""
        return sum(self._written(member) for member in self.run.preset.panel)

    def _judged(self) -> int:
        """What a synthesizer reads: the answers and the analysis."""
        return self._answers() + self._written(self.run.preset.judge)

    def _draft(self) -> int:
        """What reading the answer comes to, whoever wrote it."""
        return max(self._written(role) for role in (self.run.preset.synthesizer, *self.run.preset.panel))

    def _looked_up(self, verifier: Role) -> int:
        """What somebody reads who checks claims: the answers, the claims, and pages where there may be any."""
        pages = _EXCERPT_TOKENS if any(map(self._searches, self.run.preset.panel)) else 0
        return self._answers() + self._written(verifier) + pages

    def _written(self, role: Role) -> int:
        """What reading one reply of a role comes to."""
        return _READ_AGAIN * (role.max_output_tokens or self.tokens)

    def _usual(self, parts: Iterable[_Part]) -> Decimal:
        """What every part costs that is done at once, by the dearest model that the preset names for it."""
        return total(self._dearest(part.role, part.reads) for part in parts)

    def _worst(self, part: _Part) -> Decimal:
        """What a part costs when nobody but the last who may do it does it well, and that one only when asked again."""
        role = part.role
        reads = [part.reads, part.reads + self._written(role)][: 1 + part.is_mended]

        def tried(model: ModelRef) -> Decimal:
            return total(self._call(model, role, read) for read in reads)

        named = total(map(tried, role.models))
        return named + max(map(tried, part.stand_ins), default=Decimal(0))

    def _dearest(self, role: Role, more: int) -> Decimal:
        return max(self._call(model, role, more) for model in role.models)

    def _call(self, model: ModelRef, role: Role, more: int) -> Decimal:
        written = role.max_output_tokens or self.tokens
        known = self._priced.get((model, more, written))
        if known is not None:
            return known
        cost = self.price_of(model, Usage(input_tokens=self.asked + more, output_tokens=written, calls=1))
        self._priced[model, more, written] = priced = self.run.assumed_usd if cost is None else cost
        return priced

    @cached_property
    def _priced(self) -> dict[tuple[ModelRef, int, int], Decimal]:
        """What a model's call costs that reads and writes so many tokens: many parts are made of the same calls."""
        return {}


def total(costs: Iterable[Decimal]) -> Decimal:
    """Add up costs; none come to 0."""
    return sum(costs, start=Decimal(0))
