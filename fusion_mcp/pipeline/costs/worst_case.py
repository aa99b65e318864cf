"""What each part of a run costs when every call writes as much as it may. Pure.

How much of it there is money for, and who gets what, is `costing`'s.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from fusion_mcp.pipeline.standing_in import models_of_panel, stand_ins
from fusion_mcp.presets.schema import PanelMember, Preset, Role
from fusion_mcp.types import ModelRef, Stage, Usage

_READ_AGAIN = 2
"""How many tokens are counted for one that a model wrote when another reads it: text has some four bytes a token."""
_RESULT_TOKENS = 6_000
"""What one tool call adds to a conversation: a piece of a page, at the size in which members are given them."""
_LAST_TURNS = 2
"""The calls without tools that end a seat's conversation: one that answers, and one where the model had called on."""
_EXCERPT_TOKENS = 12_000
"""What a verifier reads of the retrieved pages."""

PriceOf = Callable[[ModelRef, Usage], Decimal | None]
"""USD for so many tokens of a model: 0 where nobody is billed, None where nobody knows."""


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One thing that a role does: `reads` tokens besides the question; one of `stand_ins` may have to do it instead.

    `is_mended`: a reply that cannot be read goes back to its model once.
    """

    role: Role
    reads: int
    stand_ins: Sequence[ModelRef] = ()
    is_mended: bool = True


@dataclass(frozen=True, kw_only=True)
class RunCosts:
    """The costs of one run's parts, in USD, for so many `tokens` of output where the preset does not say.

    `read` are the tokens of the question, `stages` those behind the panel; `assumed` is a call's price where nobody
    knows it.
    """

    preset: Preset
    read: int
    web: bool
    stages: Sequence[Stage]
    assumed: Decimal
    price_of: PriceOf

    def least(self, tokens: int) -> Decimal:
        """One answer of every member, judge and synthesis as they usually go, and no verification."""
        answers = total(self.answer(member, tokens) for member in self.preset.panel)
        return answers + total(self.aside(tokens).values())

    def most(self, tokens: int) -> Decimal:
        """Everything that the run may come to: all research, and every model that may fill a role, each in vain."""
        seats = total(self.seat(member, tokens) for member in self.preset.panel)
        return seats + total(self._worst(part, tokens) for stage in self.stages for part in self._parts(stage, tokens))

    def answer(self, member: PanelMember, tokens: int) -> Decimal:
        """One answer of a member, by the dearest of its models."""
        return self._dearest(member, 0, tokens)

    def seat(self, member: PanelMember, tokens: int) -> Decimal:
        """A seat with all its research, by the dearest of its models, and the last turns of each of them."""
        turns = self.preset.max_tool_calls if self._searches(member) else 0
        written = member.max_output_tokens or tokens
        reads = [turn * (_RESULT_TOKENS + written) for turn in range(turns + _LAST_TURNS)]
        research = total(self._dearest(member, read, tokens) for read in reads[:turns])
        models = (member.model, *member.fallbacks)
        last = total(self._call(model, member, read, tokens) for model in models for read in reads[turns:])
        return research + last

    def aside(self, tokens: int) -> dict[Stage, Decimal]:
        """What judge and synthesis need to be kept for them."""
        return {
            stage: self._usual(self._parts(stage, tokens), tokens) for stage in self.stages if stage != "verification"
        }

    def verification(self, tokens: int) -> list[Decimal]:
        """What verifying costs, by how much of it is done: a check; a second judge, too; a revision and its check."""
        parts = (self._check(tokens), self._second_opinion(tokens), self._second_round(tokens))
        return list(accumulate(self._usual(part, tokens) for part in parts))

    def unpriced(self) -> Iterator[ModelRef]:
        """The models whose price nobody knows."""
        models = dict.fromkeys(model for role in self.preset.roles for model in (role.model, *role.fallbacks))
        return (model for model in models if self.price_of(model, Usage(input_tokens=1, output_tokens=1)) is None)

    def _parts(self, stage: Stage, tokens: int) -> list[_Part]:
        if stage == "judge":
            return [self._by(self.preset.judge, self._answers(tokens))]
        if stage == "synthesis":
            return [self._by(self.preset.synthesizer, self._judged(tokens), is_mended=False)]
        return [*self._check(tokens), *self._second_opinion(tokens), *self._second_round(tokens)]

    def _by(self, role: Role, reads: int, *, is_mended: bool = True) -> _Part:
        """Something that the judge or the synthesizer does, or who stands in for it."""
        others = stand_ins(self.preset, role, models_of_panel(self.preset))
        return _Part(role=role, reads=reads, stand_ins=others, is_mended=is_mended)

    def _check(self, tokens: int) -> list[_Part]:
        """The draft's claims and their check; the draft against the best answer, in both orders."""
        preset = self.preset
        compared = preset.gate and preset.aggregate == "synthesize"
        gate = _Part(role=preset.verifier or preset.judge, reads=2 * self._draft(tokens))
        gates = [gate] * (2 if compared else 0)
        return gates if preset.verifier is None else [*self._look(preset.verifier, tokens), *gates]

    def _look(self, verifier: Role, tokens: int) -> list[_Part]:
        claims = _Part(role=verifier, reads=self._draft(tokens))
        return [claims, _Part(role=verifier, reads=self._looked_up(verifier, tokens))]

    def _second_opinion(self, tokens: int) -> list[_Part]:
        verifier, second = self.preset.verifier, self.preset.second_judge
        if verifier is None or second is None:
            return []
        return [_Part(role=second, reads=self._looked_up(verifier, tokens))]

    def _second_round(self, tokens: int) -> list[_Part]:
        """The one revision, which is used only where it can be checked; a member's own answer is never revised."""
        preset = self.preset
        if preset.verifier is None or preset.aggregate == "select":
            return []
        revision = self._by(preset.synthesizer, self._judged(tokens) + 2 * self._draft(tokens), is_mended=False)
        return [revision, *self._look(preset.verifier, tokens), *self._second_opinion(tokens)]

    def _searches(self, member: PanelMember) -> bool:
        return self.web and bool(self.preset.tools_of(member))

    def _answers(self, tokens: int) -> int:
        """What a judge reads."""
        return sum(self._written(member, tokens) for member in self.preset.panel)

    def _judged(self, tokens: int) -> int:
        """What a synthesizer reads: the answers and the analysis."""
        return self._answers(tokens) + self._written(self.preset.judge, tokens)

    def _draft(self, tokens: int) -> int:
        """What reading the answer comes to, whoever wrote it."""
        return max(self._written(role, tokens) for role in (self.preset.synthesizer, *self.preset.panel))

    def _looked_up(self, verifier: Role, tokens: int) -> int:
        """What somebody reads who checks claims: the answers, the claims, and pages where there may be any."""
        pages = _EXCERPT_TOKENS if any(map(self._searches, self.preset.panel)) else 0
        return self._answers(tokens) + self._written(verifier, tokens) + pages

    def _written(self, role: Role, tokens: int) -> int:
        """What reading one reply of a role comes to."""
        return _READ_AGAIN * (role.max_output_tokens or tokens)

    def _usual(self, parts: Iterable[_Part], tokens: int) -> Decimal:
        """What every part costs that is done at once, by the dearest model that the preset names for it."""
        return total(self._dearest(part.role, part.reads, tokens) for part in parts)

    def _worst(self, part: _Part, tokens: int) -> Decimal:
        """What a part costs when nobody but the last who may do it does it well, and that one only when asked again."""
        role = part.role
        reads = [part.reads, part.reads + self._written(role, tokens)][: 1 + part.is_mended]

        def tried(model: ModelRef) -> Decimal:
            return total(self._call(model, role, read, tokens) for read in reads)

        named = total(tried(model) for model in (role.model, *role.fallbacks))
        return named + max(map(tried, part.stand_ins), default=Decimal(0))

    def _dearest(self, role: Role, more: int, tokens: int) -> Decimal:
        return max(self._call(model, role, more, tokens) for model in (role.model, *role.fallbacks))

    def _call(self, model: ModelRef, role: Role, more: int, tokens: int) -> Decimal:
        usage = Usage(input_tokens=self.read + more, output_tokens=role.max_output_tokens or tokens, calls=1)
        cost = self.price_of(model, usage)
        return self.assumed if cost is None else cost


def total(costs: Iterable[Decimal]) -> Decimal:
    """Add up costs; none come to 0."""
    return sum(costs, start=Decimal(0))
