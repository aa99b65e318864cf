"""Many simulated runs: every cell of the tables in the same worlds, on as many processes as there are cores."""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import anyio

from simulated.cases import Mechanism, Scene
from simulated.rules import violations
from simulated.run import Played, Score, play

_AT_ONCE = 25
"""Worlds that a process plays before it takes up other work."""
_APART = 100_000


@dataclass(frozen=True)
class Cell:
    """A scene with a mechanism."""

    scene: Scene
    mechanism: Mechanism

    def __str__(self) -> str:
        return f"{self.scene.name}, {self.mechanism.name}"


@dataclass(frozen=True, kw_only=True)
class Row:
    """What is kept of one run: its score, those of the members' own answers, its calls, and the laws that it broke."""

    score: Score
    members: tuple[Score, ...]
    calls: int
    is_members: bool
    marks: Mapping[tuple[str, bool], int]
    violations: tuple[str, ...] = ()


Rows = dict[Cell, list[Row]]
"""The rows of each cell, in the order of the worlds: those of two cells are pairs."""


def play_all(cells: Iterable[Cell], seeds: Sequence[int], processes: int = 0) -> Rows:
    """Play every cell in every world. `processes` 0: one for each core; 1: in this process."""
    cells = list(dict.fromkeys(cells))
    jobs = [(cell, part) for cell in cells for part in _parts(_worlds(cell, seeds))]
    processes = processes or os.cpu_count() or 1
    if processes == 1:
        played = [_play(*job) for job in jobs]
    else:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            played = list(pool.map(_play, *zip(*jobs, strict=True)))
    found: Rows = {cell: [] for cell in cells}
    for (cell, _), rows in zip(jobs, played, strict=True):
        found[cell].extend(rows)
    return found


def _worlds(cell: Cell, seeds: Sequence[int]) -> list[int]:
    """Take more worlds where each has fewer facts."""
    return [seed + time * _APART for seed in seeds for time in range(cell.scene.times)]


def _parts(seeds: Sequence[int]) -> list[Sequence[int]]:
    return [seeds[at : at + _AT_ONCE] for at in range(0, len(seeds), _AT_ONCE)]


def _play(cell: Cell, seeds: Sequence[int]) -> list[Row]:
    async def rows() -> list[Row]:
        return [_row(await play(cell.scene, cell.mechanism, seed)) for seed in seeds]

    return anyio.run(rows)


def _row(played: Played) -> Row:
    return Row(
        score=played.score,
        members=played.members,
        calls=played.result.usage.calls,
        marks=played.marks,
        is_members=played.result.answered_by != "synthesizer",
        violations=tuple(violations(played)),
    )
