"""What a preset is measured against: each of its members alone, and its strongest one several times. Pure.

A panel that does not beat these is not worth its price (Self-MoA, arXiv:2502.00674), so they run unless somebody asks
for less. What things cost is told from outside.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, get_args

from fusion_mcp.errors import FusionError
from fusion_mcp.evaluation.records import Configuration, Role
from fusion_mcp.presets.schema import MAX_MEMBERS, PROSE, PanelMember, Preset, default_quorum
from fusion_mcp.types import ModelRef

ROLES: tuple[Role, ...] = get_args(Role)

CostOf = Callable[[Preset], Decimal | None]
"""What a question may cost with a preset, in USD; None where a price in it is not known."""
PriceOf = Callable[[ModelRef], Decimal | None]
"""What a model costs beside others, whatever the unit; None where that is not known."""

_FEWEST = 2


class NoSuchMember(FusionError):
    """The strongest member was named, and is in no preset."""


def configurations(
    presets: Sequence[Preset],
    *,
    cost_of: CostOf,
    price_of: PriceOf,
    strongest: ModelRef | None = None,
    only: Collection[Role] = ROLES,
) -> tuple[Configuration, ...]:
    """Make all that is asked: each preset, its different members alone, and its strongest member several times.

    What two presets have in common is there once. Raises NoSuchMember where `strongest` is in none of them.
    """
    if strongest is not None and all(strongest != member.model for each in presets for member in each.panel):
        names = ", ".join(dict.fromkeys(str(member.model) for each in presets for member in each.panel))
        raise NoSuchMember(f"--strongest: {strongest} is no member; the members are {names}")
    made: list[Configuration] = []
    for preset in presets:
        wanted = _made_from(preset, _strongest_of(preset, strongest, price_of), cost_of)
        made += [each for each in wanted if each.role in only and not _is_among(each, made)]
    return _named_apart(made)


def _made_from(preset: Preset, strongest: tuple[PanelMember, str], cost_of: CostOf) -> Iterator[Configuration]:
    if len(preset.panel) > 1:
        yield Configuration(name=preset.name, role="fusion", preset_of=preset.name, preset=preset)
    for member in dict.fromkeys(preset.panel):
        alone = solo(preset, member)
        yield Configuration(name=alone.name, role="solo", preset_of=preset.name, preset=alone)
    member, why = strongest
    count = most_times(preset, member, cost_of)
    times = repeated(preset, member, count)
    if times.panel != preset.panel:
        dearer = "; even this may cost more than the preset" if _is_dearer(times, preset, cost_of) else ""
        note = f"{member.model} {count} times, {why}{dearer}"
        yield Configuration(name=times.name, role="self", preset_of=preset.name, preset=times, note=note)


def solo(preset: Preset, member: PanelMember) -> Preset:
    """Ask one member alone, as it sits in the preset: no judge, no synthesis, no check."""
    alone = {"triage": "off", "aggregate": "synthesize", "gate": False, "verifier": None, "second_judge": None}
    seated = {"name": f"solo {member.model}", "title": "", "description": "", "aliases": ()}
    return preset.model_copy(update={"panel": (member,), "quorum": 1, **alone, **seated})


def repeated(preset: Preset, member: PanelMember, count: int) -> Preset:
    """Seat one member `count` times, and leave all that follows the panel as it is."""
    seated = {"name": f"self {member.model} x{count}", "title": "", "description": "", "aliases": ()}
    return preset.model_copy(update={"panel": (member,) * count, "quorum": default_quorum(count), **seated})


def most_times(preset: Preset, member: PanelMember, cost_of: CostOf) -> int:
    """Say how often a member may be asked for the preset's money: 2 to 8 times.

    Where nothing is billed, or a price is not known, as often as the preset has seats.
    """
    budget = cost_of(preset)
    counts = range(_FEWEST, MAX_MEMBERS + 1)
    costs = {count: cost_of(repeated(preset, member, count)) for count in counts}
    if not budget or any(not cost for cost in costs.values()):
        return max(_FEWEST, len(preset.panel))
    return max((count for count in counts if (costs[count] or 0) <= budget), default=_FEWEST)


def _is_dearer(one: Preset, other: Preset, cost_of: CostOf) -> bool:
    costs = cost_of(one), cost_of(other)
    return None not in costs and (costs[0] or 0) > (costs[1] or 0)


def _strongest_of(preset: Preset, named: ModelRef | None, price_of: PriceOf) -> tuple[PanelMember, str]:
    """Pick a preset's strongest member, and say why it is taken for that."""
    for member in preset.panel:
        if member.model == named:
            return member, "as you said"
    prices = {member: price_of(member.model) for member in preset.panel}
    known = {member: price for member, price in prices.items() if price}
    if not known or len(set(prices.values())) == 1:
        return preset.panel[0], "the first of members whose prices do not tell them apart (--strongest names another)"
    return max(known, key=lambda member: known[member]), "its dearest member (--strongest names another)"


def _is_among(one: Configuration, made: Iterable[Configuration]) -> bool:
    return any(_bare(one.preset) == _bare(each.preset) for each in made)


def _bare(preset: Preset) -> dict[str, Any]:
    """Give what of a preset decides its answers; nobody judges or writes behind a single seat."""
    behind = {"judge", "synthesizer"} if len(preset.panel) == 1 else set[str]()
    return preset.model_dump(exclude={"name", *PROSE, *behind})


def _named_apart(made: Sequence[Configuration]) -> tuple[Configuration, ...]:
    """Number what has one name and is not the same, such as a model under two lenses."""
    seen: Counter[str] = Counter()
    apart: list[Configuration] = []
    for each in made:
        seen[each.name] += 1
        name = each.name if seen[each.name] == 1 else f"{each.name} #{seen[each.name]}"
        apart.append(each.model_copy(update={"name": name, "preset": each.preset.model_copy(update={"name": name})}))
    return tuple(apart)
