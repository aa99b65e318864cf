"""Which calls each part of a run comes to, and which at its worst. Pure.

Neither the question nor a price is looked at, so this is worked out once for each preset. What the calls cost, each
writing as much as it may, is `reckoning`'s; how much of it there is money for, and who gets what, `shares`'.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from fusion_mcp.codes import Stage
from fusion_mcp.pipeline.standing_in import stand_ins
from fusion_mcp.presets.schema import PanelMember, Preset, Role
from fusion_mcp.types import ModelRef
from fusion_mcp.values import value

_READ_AGAIN = 2
"""How many tokens are counted for one that a model wrote when another reads it: text has some four bytes a token."""
_RESULT_TOKENS = 6_000
"""What one tool call adds to a conversation: a piece of a page, at the size in which members are given them."""
_LAST_TURNS = 2
"""The calls without tools that end a seat's conversation: one that answers, and one where the model had called on."""
_EXCERPT_TOKENS = 12_000
"""What a verifier reads of the retrieved pages."""

Numbers = tuple[int, ...]
"""Calls, by where they stand in `WorstCase.calls`; one may be made more than once."""


@value
class Size:
    """What a call reads besides the question, and what it may write, in tokens."""

    more: int
    written: int


@value
class Calls:
    """Calls that are made: all of `each`, and out of each one of `either` those that are the dearest together."""

    each: Numbers = ()
    either: tuple[tuple[Numbers, ...], ...] = ()

    def __add__(self, other: "Calls") -> "Calls":
        """Make these and those."""
        return Calls(each=self.each + other.each, either=self.either + other.either)


@value
class Part:
    """What a part of a run comes to.

    `usual`: done at once, by the dearest model that the preset names for it; of a seat that is one answer. `most`: when
    nobody but the last who may do it does it well, and that one only when asked again; of a seat with all its research.
    """

    usual: Calls = Calls()
    most: Calls = Calls()

    def __add__(self, other: "Part") -> "Part":
        """Do this and that."""
        return Part(usual=self.usual + other.usual, most=self.most + other.most)


@value
class WorstCase:
    """What a run comes to: its seats, and what the stages behind the panel usually do.

    `verification` is by how much of it is done: a check; a second judge, too; a revision and its check. `most` is all
    that the run may come to. `calls` are a model and where its size stands in `sizes`: parts have calls in common, and
    these have few sizes.
    """

    calls: Sequence[tuple[ModelRef, int]]
    sizes: Sequence[Size]
    seats: Sequence[Part]
    aside: Mapping[Stage, Calls]
    verification: Sequence[Calls]
    most: Calls


@lru_cache(maxsize=128)
def worst_case(preset: Preset, stages: tuple[Stage, ...], tokens: int, *, web: bool) -> WorstCase:
    """Say which calls a preset comes to that goes through these stages, the panel first, and may go to the web or not.

    `tokens` may be written in each where the preset does not say.
    """
    return _Calling(preset, tokens, web=web).worst_case(stages)


class _Calling:
    """Numbers the calls as it comes to them."""

    def __init__(self, preset: Preset, tokens: int, *, web: bool) -> None:
        self._preset = preset
        self._tokens = tokens
        self._web = web
        self._answers = sum([self._written(member) for member in preset.panel])  # what a judge reads
        self._calls: dict[tuple[ModelRef, int], int] = {}
        self._sizes: dict[Size, int] = {}

    def worst_case(self, stages: Sequence[Stage]) -> WorstCase:
        preset = self._preset
        seats = [self._seat(member) for member in preset.panel]
        aside: dict[Stage, Part] = {}
        if "judge" in stages:
            aside["judge"] = self._by(preset.judge, self._answers)
        if "synthesis" in stages:
            aside["synthesis"] = self._by(preset.synthesizer, self._judged(), is_mended=False)
        steps = (self._check(), self._second_opinion(), self._second_round()) if "verification" in stages else ()
        checks = [sum(step, start=Part()) for step in steps]
        return WorstCase(
            calls=tuple(self._calls),
            sizes=tuple(self._sizes),
            seats=seats,
            aside={stage: part.usual for stage, part in aside.items()},
            verification=[check.usual for check in checks],
            most=sum((part.most for part in (*seats, *aside.values(), *checks)), start=Calls()),
        )

    def _seat(self, member: PanelMember) -> Part:
        """A seat's research, by the dearest of its models, and the last turns of each of them."""
        turns = self._preset.max_tool_calls if self._searches(member) else 0
        more = _RESULT_TOKENS + (member.max_output_tokens or self._tokens)
        calls = [self._numbers(member, member.models, turn * more) for turn in range(turns + _LAST_TURNS)]
        most = [_dearest((number,) for number in turn) for turn in calls[:turns]]
        last = Calls(each=tuple(number for turn in calls[turns:] for number in turn))
        return Part(usual=_dearest((number,) for number in calls[0]), most=sum(most, start=last))

    def _by(self, role: Role, reads: int, *, is_mended: bool = True) -> Part:
        """Something that the judge or the synthesizer does, or who stands in for it."""
        return self._part(role, reads, stand_ins(self._preset, role, self._preset.seatable), is_mended=is_mended)

    def _check(self) -> list[Part]:
        """The draft's claims and their check; the draft against the best answer, in both orders."""
        preset = self._preset
        compared = preset.gate and preset.aggregate == "synthesize"
        # Two texts, neither of which is longer than the longest draft.
        gates = [self._part(preset.verifier or preset.judge, 2 * self._draft())] * 2 if compared else []
        return gates if preset.verifier is None else [*self._look(preset.verifier), *gates]

    def _look(self, verifier: Role) -> list[Part]:
        claims = self._part(verifier, self._draft())
        return [claims, self._part(verifier, self._looked_up(verifier))]

    def _second_opinion(self) -> list[Part]:
        verifier, second = self._preset.verifier, self._preset.second_judge
        if verifier is None or second is None:
            return []
        return [self._part(second, self._looked_up(verifier))]

    def _second_round(self) -> list[Part]:
        """The one revision, which is used only where it can be checked; a member's own answer is never revised."""
        preset = self._preset
        if preset.verifier is None or preset.aggregate == "select":
            return []
        # The draft is read, and what was found against it, which is counted as much again.
        revision = self._by(preset.synthesizer, self._judged() + 2 * self._draft(), is_mended=False)
        return [revision, *self._look(preset.verifier), *self._second_opinion()]

    def _part(self, role: Role, reads: int, others: Sequence[ModelRef] = (), *, is_mended: bool = True) -> Part:
        """One thing that a role does, which reads so many tokens besides the question.

        One of `others` may have to do it instead. `is_mended`: a reply that cannot be read goes back to its model once.
        """
        models, named = (*role.models, *others), len(role.models)
        first = self._numbers(role, models, reads)
        again = self._numbers(role, models, reads + self._written(role)) if is_mended else ()
        tried = list(zip(first, again, strict=True)) if is_mended else [(number,) for number in first]
        alone = Calls(each=first[:named] + again[:named])
        return Part(usual=_dearest((number,) for number in first[:named]), most=alone + _dearest(tried[named:]))

    def _numbers(self, role: Role, models: Iterable[ModelRef], more: int) -> Numbers:
        """Number a call to each of these models that reads so many tokens besides the question."""
        size = Size(more=more, written=role.max_output_tokens or self._tokens)
        place = self._sizes.setdefault(size, len(self._sizes))
        return tuple(self._calls.setdefault((model, place), len(self._calls)) for model in models)

    def _searches(self, member: PanelMember) -> bool:
        return self._web and bool(self._preset.tools_of(member))

    def _judged(self) -> int:
        """What a synthesizer reads: the answers and the analysis."""
        return self._answers + self._written(self._preset.judge)

    def _draft(self) -> int:
        """What reading the answer comes to, whoever wrote it."""
        return max(self._written(role) for role in (self._preset.synthesizer, *self._preset.panel))

    def _looked_up(self, verifier: Role) -> int:
        """What somebody reads who checks claims: the answers, the claims, and pages where there may be any."""
        return (
            self._answers
            + self._written(verifier)
            + (_EXCERPT_TOKENS if any(map(self._searches, self._preset.panel)) else 0)
        )

    def _written(self, role: Role) -> int:
        """What reading one reply of a role comes to."""
        return _READ_AGAIN * (role.max_output_tokens or self._tokens)


def _dearest(options: Iterable[Numbers]) -> Calls:
    """Make the dearest of these; where there is but one, that is known without a price."""
    all_of_them = tuple(dict.fromkeys(options))
    return Calls(each=all_of_them[0]) if len(all_of_them) == 1 else Calls(either=(all_of_them,) if all_of_them else ())
