"""What each part of a run costs when every call writes as much as it may. Pure.

How much of it there is money for, and who gets what, is `costing`'s.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

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

_Calls = list[tuple[Role, int]]
"""Whose calls they are, and how many tokens each reads besides the question."""


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
        """All research, every fallback once more, and a second attempt of a judge whose reply cannot be read."""
        seats = total(self.seat(member, tokens) for member in self.preset.panel)
        calls = [call for stage in self.stages for call in self._calls(stage, tokens)]
        if "judge" in self.stages:
            calls.append((self.preset.judge, self._judged(tokens)))
        return seats + total(self._all(role, more, tokens) for role, more in calls)

    def answer(self, member: PanelMember, tokens: int) -> Decimal:
        """One answer of a member, by the dearest of its models."""
        return self._dearest(member, 0, tokens)

    def seat(self, member: PanelMember, tokens: int) -> Decimal:
        """A seat with all its research, and every fallback once more."""
        turns = self.preset.max_tool_calls if self._searches(member) else 0
        reads = [turn * _RESULT_TOKENS for turn in range(turns + _LAST_TURNS)]
        first = total(self._call(member.model, member, read, tokens) for read in reads)
        more = turns * _RESULT_TOKENS
        return first + total(self._call(model, member, more, tokens) for model in member.fallbacks)

    def aside(self, tokens: int) -> dict[Stage, Decimal]:
        """What judge and synthesis need to be kept for them."""
        return {
            stage: self._usual(self._calls(stage, tokens), tokens) for stage in self.stages if stage != "verification"
        }

    def verification(self, tokens: int) -> list[Decimal]:
        """What verifying costs, by how much of it is done: a check; a second judge, too; a revision and its check."""
        parts = (self._check(tokens), self._second_opinion(tokens), self._second_round(tokens))
        return list(accumulate(self._usual(part, tokens) for part in parts))

    def unpriced(self) -> Iterator[ModelRef]:
        """The models whose price nobody knows."""
        models = dict.fromkeys(model for role in self.preset.roles for model in (role.model, *role.fallbacks))
        return (model for model in models if self.price_of(model, Usage(input_tokens=1, output_tokens=1)) is None)

    def _calls(self, stage: Stage, tokens: int) -> _Calls:
        if stage == "judge":
            return [(self.preset.judge, self._answers(tokens))]
        if stage == "synthesis":
            return [(self.preset.synthesizer, self._judged(tokens))]
        return [*self._check(tokens), *self._second_opinion(tokens), *self._second_round(tokens)]

    def _check(self, tokens: int) -> _Calls:
        """The draft's claims and their check; the draft against the best answer, in both orders."""
        preset = self.preset
        compared = preset.gate and preset.aggregate == "synthesize"
        gate = [(preset.verifier or preset.judge, 2 * _READ_AGAIN * tokens)] * (2 if compared else 0)
        return gate if preset.verifier is None else [*self._look(preset.verifier, tokens), *gate]

    def _look(self, verifier: Role, tokens: int) -> _Calls:
        return [(verifier, self._written(tokens)), (verifier, self._looked_up(tokens))]

    def _second_opinion(self, tokens: int) -> _Calls:
        second = self.preset.second_judge
        return [] if second is None else [(second, self._looked_up(tokens))]

    def _second_round(self, tokens: int) -> _Calls:
        """The one revision, which is used only where it can be checked; a member's own answer is never revised."""
        preset = self.preset
        if preset.verifier is None or preset.aggregate == "select":
            return []
        revision = (preset.synthesizer, self._judged(tokens) + 2 * self._written(tokens))
        return [revision, *self._look(preset.verifier, tokens), *self._second_opinion(tokens)]

    def _searches(self, member: PanelMember) -> bool:
        return self.web and bool(self.preset.tools_of(member))

    def _answers(self, tokens: int) -> int:
        """What a judge reads."""
        return _READ_AGAIN * sum(member.max_output_tokens or tokens for member in self.preset.panel)

    def _judged(self, tokens: int) -> int:
        """What a synthesizer reads, and a judge that mends its reply: the answers and the analysis."""
        return self._answers(tokens) + _READ_AGAIN * (self.preset.judge.max_output_tokens or tokens)

    def _written(self, tokens: int) -> int:
        """What reading the answer comes to."""
        return _READ_AGAIN * (self.preset.synthesizer.max_output_tokens or tokens)

    def _looked_up(self, tokens: int) -> int:
        """What somebody reads who checks claims: the answers, the claims, and pages where there may be any."""
        pages = _EXCERPT_TOKENS if any(map(self._searches, self.preset.panel)) else 0
        return self._answers(tokens) + self._written(tokens) + pages

    def _usual(self, calls: _Calls, tokens: int) -> Decimal:
        return total(self._dearest(role, more, tokens) for role, more in calls)

    def _dearest(self, role: Role, more: int, tokens: int) -> Decimal:
        return max(self._each(role, more, tokens))

    def _all(self, role: Role, more: int, tokens: int) -> Decimal:
        return total(self._each(role, more, tokens))

    def _each(self, role: Role, more: int, tokens: int) -> list[Decimal]:
        return [self._call(model, role, more, tokens) for model in (role.model, *role.fallbacks)]

    def _call(self, model: ModelRef, role: Role, more: int, tokens: int) -> Decimal:
        usage = Usage(input_tokens=self.read + more, output_tokens=role.max_output_tokens or tokens, calls=1)
        cost = self.price_of(model, usage)
        return self.assumed if cost is None else cost


def total(costs: Iterable[Decimal]) -> Decimal:
    """Add up costs; none come to 0."""
    return sum(costs, start=Decimal(0))
