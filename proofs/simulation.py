"""Proof: what each mechanism of the panel is worth, by simulated models in the real pipeline.

Members, judge, synthesizer and verifier are programs that read the real prompts; how often they are right, err
together, lie or sleep is assumed, and every assumption is printed. It shows how the mechanisms work on such models:
which models are such, no simulation can say. Prints tables; exits with 1 when a law of `simulated.rules` is broken.

    python3 scripts/prove.py simulation [--seed N] [--worlds N] [--liars N] [--lies X] [--error-cost X] [--quick]
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from simulated import verdicts
from simulated.batch import Cell, Rows, play_all
from simulated.cases import ALL, LABELS, LIES, MECHANISMS, Mechanism, Scene, scenes, sizes
from simulated.numbers import Worth
from simulated.tables import (
    MARKS_HEAD,
    OBEDIENCE_HEAD,
    SCENES_HEAD,
    SIZES_HEAD,
    assumptions,
    mark_rows,
    obedience_rows,
    scene_rows,
    size_rows,
)
from tables import conclude, show

_WORLDS, _QUICK = 80, 12
_OBEDIENCE = (0.0, 0.7, 1.0)
_OTHER_WORTHS = (Worth(error=3.0), Worth(hedged=0.0))
_APART = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is played: which scenes with which mechanisms, in which worlds, and what answers are worth."""

    seeds: Sequence[int]
    sizes: Sequence[Scene]
    scenes: Sequence[Scene]
    obedient: Sequence[Mechanism]
    obeyed_in: Sequence[Scene]
    worth: Worth

    @property
    def cells(self) -> list[Cell]:
        """Every cell of every table."""
        sized = [Cell(scene, LABELS) for scene in self.sizes]
        tried = [Cell(scene, mechanism) for scene in self.scenes for mechanism in MECHANISMS]
        return [*sized, *tried, *(Cell(scene, mechanism) for scene in self.obeyed_in for mechanism in self.obedient)]


def main() -> None:
    """Play everything and print what came of it."""
    plan = _plan()
    began = time.monotonic()
    played = play_all(plan.cells, plan.seeds)
    runs = sum(map(len, played.values()))
    print(f"{runs} runs, {len(plan.seeds)} worlds for each panel, {time.monotonic() - began:.0f} s\n")
    _tell(plan, played)
    conclude([sentence for rows in played.values() for row in rows for sentence in row.violations], f"{runs} runs")


def _tell(plan: Plan, played: Rows) -> None:
    print("Assumed, where a panel's name says nothing else:")
    print("\n".join(assumptions()))
    print("\nright, wrong: stated as fact. named: stated as uncertain, or a warning of the result says that it is.")
    print(f"points: {_in_words(plan.worth)}; over all facts.\n")
    show(SIZES_HEAD, size_rows(plan.sizes, played, plan.worth))
    print("\nA mechanism earns its cost where each call brings as much as one for two more members of the same panel.")
    print("It is held against labels alone, labels against prompts without them, a second judge against one.\n")
    judged = verdicts.verdicts(plan.scenes, MECHANISMS, played, plan.worth)
    show(SCENES_HEAD, scene_rows(plan.scenes, MECHANISMS, played, judged, plan.worth))
    print("\nHow far models do as the labels and marks in their prompts say:\n")
    show(OBEDIENCE_HEAD, obedience_rows(plan.obeyed_in, plan.obedient, played, plan.worth))
    print("\nWhat results say, over all panels:\n")
    show(MARKS_HEAD, mark_rows(played))
    for worth in dict.fromkeys((plan.worth, *_OTHER_WORTHS)):
        print(f"\nIn how many panels; {_in_words(worth)}:\n")
        judged = verdicts.verdicts(plan.scenes, MECHANISMS, played, worth)
        rows = verdicts.summary_rows(plan.scenes, MECHANISMS, played, judged, worth)
        show(verdicts.HEAD, rows)


def _in_words(worth: Worth) -> str:
    return f"a fact that is right 1, wrong {-worth.error:g}, right but named as uncertain {worth.hedged:g}"


def _plan() -> Plan:
    reader = argparse.ArgumentParser(prog="prove.py simulation", description="What each mechanism is worth.")
    reader.add_argument("--seed", type=int, default=1, help="which worlds")
    reader.add_argument("--worlds", type=int, help=f"how many worlds each panel answers in (default {_WORLDS})")
    reader.add_argument("--liars", type=int, default=1, choices=range(4), help="liars of three (default 1)")
    reader.add_argument("--lies", type=float, default=LIES, help=f"share of facts they lie about (default {LIES})")
    reader.add_argument("--error-cost", type=float, default=1.0, help="what an error stated as fact costs, in facts")
    reader.add_argument("--hedged-worth", type=float, default=0.5, help="what a fact is worth that is named uncertain")
    reader.add_argument("--quick", action="store_true", help=f"{_QUICK} worlds")
    given = reader.parse_args()
    tried = scenes(given.liars, given.lies)
    degrees = [replace(mechanism, obedience=degree) for mechanism in (LABELS, ALL) for degree in _OBEDIENCE]
    return Plan(
        seeds=[given.seed * _APART + number for number in range(given.worlds or (_QUICK if given.quick else _WORLDS))],
        sizes=sizes(),
        scenes=tried,
        obedient=degrees,
        obeyed_in=[scene for scene in tried if scene.tries_obedience],
        worth=Worth(error=given.error_cost, hedged=given.hedged_worth),
    )


if __name__ == "__main__":
    main()
