"""Whether a mechanism earns its cost, panel by panel, and what follows for the shipped presets. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from simulated.batch import Cell, Row, Rows
from simulated.cases import LABELS, MORE, NOTHING, SECOND, VERIFIER, Mechanism, Scene
from simulated.numbers import EARNS, HARMS, LESS, SAME, Difference, Worth, difference, over_member

HEAD = ("what", "compared with", EARNS, LESS, SAME, HARMS, "mean change", "calls", "by default")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What a mechanism changes in one scene, and whether that is worth its calls there."""

    change: Difference
    verdict: str


Verdicts = Mapping[tuple[Mechanism, Scene], Judged]


def verdicts(scenes: Sequence[Scene], mechanisms: Sequence[Mechanism], played: Rows, worth: Worth) -> Verdicts:
    """Hold each mechanism against the panel without it, and against what further members would bring there."""
    found: dict[tuple[Mechanism, Scene], Judged] = {}
    for scene in scenes:
        further = difference(played[Cell(scene, MORE)], played[Cell(scene, LABELS)], worth)
        price = max(0.0, further.per_call or 0.0)
        for mechanism in mechanisms:
            without = Cell(scene, without_it(mechanism))
            change = difference(played[Cell(scene, mechanism)], played[without], worth)
            found[mechanism, scene] = Judged(change=change, verdict=change.verdict(price))
    return found


def without_it(mechanism: Mechanism) -> Mechanism:
    """What a mechanism is compared with: labels with nothing, a second judge with one, everything else with labels."""
    if mechanism == SECOND:
        return VERIFIER
    return NOTHING if mechanism in (LABELS, NOTHING) else LABELS


def strongest(scene: Scene) -> int:
    """The number of the member whom one would have asked alone: the best of which nothing bad is known beforehand."""
    honest = [number for number, member in enumerate(scene.members) if not member.is_bad]
    return max(honest or [0], key=lambda number: scene.members[number].accuracy)


def over_strongest(scene: Scene, rows: Sequence[Row], worth: Worth) -> Difference:
    """Hold a panel's answer against that of its strongest member, asked alone."""
    return over_member(rows, strongest(scene), worth, calls_of_member=scene.calls_of_member)


def summary_rows(
    scenes: Sequence[Scene], mechanisms: Sequence[Mechanism], played: Rows, judged: Verdicts, worth: Worth
) -> Iterator[Sequence[object]]:
    """In how many scenes a mechanism earns its cost; first the panel itself, held against its strongest member."""
    alone = [over_strongest(scene, played[Cell(scene, LABELS)], worth) for scene in scenes]
    yield (
        "the panel",
        "strongest member",
        *_counts([Judged(change=each, verdict=each.verdict(0)) for each in alone]),
        "",
    )
    for mechanism in mechanisms:
        if mechanism != NOTHING:
            found = [judged[mechanism, scene] for scene in scenes]
            advice = "" if mechanism == MORE else by_default(found)
            yield mechanism.name, without_it(mechanism).name, *_counts(found), advice


def by_default(found: Sequence[Judged]) -> str:
    """Say what verdicts mean for the shipped presets.

    On is what harms nowhere and earns its cost in half of the panels, or in any where it takes no call; offered is what
    helps in more of them than it harms.
    """
    counted = Counter(each.verdict for each in found)
    is_free = all(each.change.calls <= 0 for each in found)
    if not counted[HARMS] and counted[EARNS] and (is_free or counted[EARNS] * 2 >= len(found)):
        return "on"
    return "off, offered" if counted[EARNS] + counted[LESS] > counted[HARMS] else "off"


def _counts(found: Sequence[Judged]) -> tuple[object, ...]:
    counted = Counter(each.verdict for each in found)
    points, calls = fmean(each.change.points for each in found), fmean(each.change.calls for each in found)
    return (*(counted[verdict] for verdict in (EARNS, LESS, SAME, HARMS)), f"{points:+.3f}", f"{calls:+.1f}")
