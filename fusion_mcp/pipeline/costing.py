"""What a call may cost at most, and what a whole run may: estimated before any money is spent. Pure.

A token has at least two bytes here: rather too many are counted than too few. What a model is told besides, such as its
tools and its chat template, has a margin of its own. An output is bounded, since every call that costs something goes
out with a limit: the preset's, or as much as its money pays for.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fusion_mcp.ledger import Budget
from fusion_mcp.presets.schema import PanelMember, Preset, Role
from fusion_mcp.types import ChatRequest, Message, ModelRef, Stage, Usage

OUTPUT_TOKENS = 16_000
"""The most that a model may write where its preset does not say, reasoning included: OpenRouter Fusion's figure."""
LEAST_OUTPUT_TOKENS = 1_000
"""What a model must be able to write for a call to be worth making."""

_BYTES_PER_TOKEN = 2
_MARGIN_TOKENS = 1_000
_READ_AGAIN = 2
"""How many tokens are counted for one that a model wrote when another reads it: text has some four bytes a token."""
_RESULT_TOKENS = 6_000
"""What one tool call adds to a conversation: a piece of a page, at the size in which members are given them."""
_LAST_TURNS = 2
"""The calls without tools that end a seat's conversation: one that answers, and one where the model had called on."""

_EXCERPT_TOKENS = 12_000
"""What a verifier reads of the retrieved pages."""
_ROUNDS = 2
"""How often an answer is checked: as it was written first, and as it was revised."""

PriceOf = Callable[[ModelRef, Usage], Decimal | None]
"""USD for so many tokens of a model: 0 where nobody is billed, None where nobody knows."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A request as it can be paid for, and what it may cost. `is_assumed`: nobody knows, and this stands for it."""

    request: ChatRequest
    reserved_usd: Decimal
    is_assumed: bool = False


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a run may cost.

    `least_usd` pays for one call of every seat and for the stages behind the panel; `most_usd` for all that the run is
    expected to do at most, within its limit. `unpriced` are the models whose price nobody knows.
    """

    least_usd: Decimal
    most_usd: Decimal
    budget: Budget
    unpriced: tuple[ModelRef, ...] = ()


def offer(
    price_of: PriceOf,
    model: ModelRef,
    request: ChatRequest,
    room: Decimal | None,
    assumed: Decimal,
    output_tokens: int = OUTPUT_TOKENS,
) -> Offer:
    """Bound a request so that `room` USD pay for it; where even the least does not fit, the offer is above `room`.

    `output_tokens` is the most that a model may write where the request itself does not say.
    """
    read = tokens_in(request.messages)
    written = request.max_output_tokens
    cost = price_of(model, Usage(input_tokens=read, output_tokens=written or output_tokens, calls=1))
    if cost is None:
        return Offer(request=request, reserved_usd=assumed, is_assumed=True)
    if not cost or room is None:
        return Offer(request=request, reserved_usd=cost)
    for tokens in (written,) if written else _halvings(output_tokens):
        cost = price_of(model, Usage(input_tokens=read, output_tokens=tokens, calls=1)) or cost
        if cost <= room:
            return Offer(request=replace(request, max_output_tokens=tokens), reserved_usd=cost)
    return Offer(request=request, reserved_usd=cost)


def tokens_in(messages: Iterable[Message]) -> int:
    """Count tokens, rather too many than too few: what a model said and called, and the thoughts it gets back."""
    return _MARGIN_TOKENS + sum(_tokens(text) for turn in messages for text in _texts(turn))


def estimate(
    preset: Preset,
    seats: Sequence[str],
    asked: str,
    *,
    web: bool,
    stages: Collection[Stage],
    limit: Decimal,
    assumed: Decimal,
    price_of: PriceOf,
) -> Estimate:
    """Work out what a run may cost, and how its money is shared out.

    `seats` name the preset's members in order, `stages` what follows them, `limit` is the lowest of all limits that
    hold. Whatever the seats need for one answer each, and the later stages for theirs, comes first; what is left of the
    limit goes to research, in proportion.
    """
    bill = _Bill(
        preset=preset,
        read=_MARGIN_TOKENS + _tokens(asked),
        web=web,
        stages=[stage for stage in stages if stage != "panel"],
        assumed=assumed,
        price_of=price_of,
    )
    tokens = next((each for each in _halvings() if bill.least(each) <= limit), LEAST_OUTPUT_TOKENS)
    most = min(limit, bill.most(tokens))
    aside = bill.aside(tokens)
    answers = [bill.answer(member, tokens) for member in preset.panel]
    wishes = [bill.seat(member, tokens) - cost for member, cost in zip(preset.panel, answers, strict=True)]
    research = max(limit - _sum(aside.values()) - _sum(answers), Decimal(0))
    shares = [cost + research * _portion(wish, wishes) for cost, wish in zip(answers, wishes, strict=True)]
    return Estimate(
        least_usd=bill.least(tokens),
        most_usd=most,
        budget=Budget(
            limit_usd=limit,
            aside_usd=aside,
            seats_usd=dict(zip(seats, shares, strict=True)),
            output_tokens=tokens,
        ),
        unpriced=tuple(bill.unpriced()),
    )


@dataclass(frozen=True, kw_only=True)
class _Bill:
    """What each part of a run costs, when every call writes as much as it may."""

    preset: Preset
    read: int
    web: bool
    stages: Sequence[Stage]
    assumed: Decimal
    price_of: PriceOf

    def least(self, tokens: int) -> Decimal:
        """One answer of every member, and the later stages as they usually go."""
        answers = _sum(self.answer(member, tokens) for member in self.preset.panel)
        return answers + _sum(self.aside(tokens).values())

    def most(self, tokens: int) -> Decimal:
        """All research, every fallback once more, and a second attempt of a judge whose reply cannot be read."""
        seats = _sum(self.seat(member, tokens) for member in self.preset.panel)
        calls = [call for stage in self.stages for call in self._calls(stage, tokens)]
        if "judge" in self.stages:
            calls.append((self.preset.judge, self._judged(tokens)))
        return seats + _sum(self._all(role, more, tokens) for role, more in calls)

    def answer(self, member: PanelMember, tokens: int) -> Decimal:
        return self._dearest(member, 0, tokens)

    def aside(self, tokens: int) -> dict[Stage, Decimal]:
        """What is kept for each stage behind the panel."""
        return {
            stage: _sum(self._dearest(role, more, tokens) for role, more in self._calls(stage, tokens))
            for stage in self.stages
        }

    def _calls(self, stage: Stage, tokens: int) -> list[tuple[Role, int]]:
        """The calls of a stage: whose they are, and how many tokens they read besides the question."""
        preset = self.preset
        if stage == "judge":
            return [(preset.judge, self._answers(tokens))]
        if stage == "synthesis":
            return [(preset.synthesizer, self._judged(tokens))]
        return [*self._checks(tokens), *self._comparisons(tokens)]

    def _checks(self, tokens: int) -> Iterator[tuple[Role, int]]:
        """Claims and their check, before and after the one revision; a second judge looks at what is contested."""
        preset, written = self.preset, _READ_AGAIN * (self.preset.synthesizer.max_output_tokens or tokens)
        if preset.verifier is None:
            return
        looked_up = self._answers(tokens) + _EXCERPT_TOKENS + written
        for _ in range(_ROUNDS if preset.aggregate == "synthesize" else 1):
            yield preset.verifier, written
            yield preset.verifier, looked_up
            if preset.second_judge is not None:
                yield preset.second_judge, looked_up
        if preset.aggregate == "synthesize":
            yield preset.synthesizer, self._judged(tokens) + 2 * written

    def _comparisons(self, tokens: int) -> Iterator[tuple[Role, int]]:
        """The draft against the best answer, in both orders."""
        if self.preset.gate and self.preset.aggregate == "synthesize":
            for _ in range(2):
                yield self.preset.verifier or self.preset.judge, 2 * _READ_AGAIN * tokens

    def unpriced(self) -> Iterator[ModelRef]:
        models = dict.fromkeys(model for role in self.preset.roles for model in (role.model, *role.fallbacks))
        return (model for model in models if self.price_of(model, Usage(input_tokens=1, output_tokens=1)) is None)

    def seat(self, member: PanelMember, tokens: int) -> Decimal:
        """A seat with all its research, and every fallback once more."""
        turns = self.preset.max_tool_calls if self.web and self.preset.tools_of(member) else 0
        reads = [turn * _RESULT_TOKENS for turn in range(turns + _LAST_TURNS)]
        first = _sum(self._call(member.model, member, read, tokens) for read in reads)
        more = turns * _RESULT_TOKENS
        return first + _sum(self._call(model, member, more, tokens) for model in member.fallbacks)

    def _answers(self, tokens: int) -> int:
        """What a judge reads."""
        return _READ_AGAIN * sum(member.max_output_tokens or tokens for member in self.preset.panel)

    def _judged(self, tokens: int) -> int:
        """What a synthesizer reads, and a judge that mends its reply: the answers and the analysis."""
        return self._answers(tokens) + _READ_AGAIN * (self.preset.judge.max_output_tokens or tokens)

    def _dearest(self, role: Role, more: int, tokens: int) -> Decimal:
        return max(self._call(model, role, more, tokens) for model in (role.model, *role.fallbacks))

    def _all(self, role: Role, more: int, tokens: int) -> Decimal:
        return _sum(self._call(model, role, more, tokens) for model in (role.model, *role.fallbacks))

    def _call(self, model: ModelRef, role: Role, more: int, tokens: int) -> Decimal:
        usage = Usage(input_tokens=self.read + more, output_tokens=role.max_output_tokens or tokens, calls=1)
        cost = self.price_of(model, usage)
        return self.assumed if cost is None else cost


def _sum(costs: Iterable[Decimal]) -> Decimal:
    return sum(costs, start=Decimal(0))


def _portion(cost: Decimal, costs: Sequence[Decimal]) -> Decimal:
    total = _sum(costs)
    return cost / total if total else Decimal(1) / len(costs)


def _texts(turn: Message) -> Iterator[str]:
    yield turn.content
    for call in turn.tool_calls:
        yield from (call.id, call.name, call.arguments, json.dumps(dict(call.extra)))
    if turn.echo:
        yield json.dumps(dict(turn.echo), ensure_ascii=False)


def _halvings(tokens: int = OUTPUT_TOKENS) -> Iterator[int]:
    while tokens >= LEAST_OUTPUT_TOKENS:
        yield tokens
        tokens //= 2


def _tokens(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass")) // _BYTES_PER_TOKEN
