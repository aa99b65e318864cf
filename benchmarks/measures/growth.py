"""How cost grows with members, with the length of answers, with history and with presets.

Where more has to cost more, the figure is by how many times, over how many times as much there is: at most 1 is no
worse than linear. Where it must not cost more, it is the cost with more over that with least. Each run goes through all
amounts, so that what it compares happened in the same minutes.
"""

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.beside import provider
from benchmarks.history import multiply
from benchmarks.homes import MEMBERS, environ, home, panel
from benchmarks.load import loaded
from benchmarks.measures.start import started
from benchmarks.processes import output
from benchmarks.rows import Row, Run, Setting, Unit, at_most
from benchmarks.stdio import ANY_ANSWER, connected

_LINEAR = at_most(1)
_INDEPENDENT = at_most(1.25)
"""But for what measuring itself differs by."""

_AT_ONCE = 8
_DELAY_S = 0.05
_JOINED = "What is the capital of France, as was asked before?"
_JOINS = 20

Cost = Run
"""What something cost, with the calls that failed meanwhile; divided by nothing yet."""

Round = Mapping[int, Cost]
"""What each amount cost, in one run through all of them, the least amount first."""

Homes = Mapping[int, Path]
"""A home for each amount."""


async def measure(setting: Setting) -> list[Row]:
    """Rows for each thing that can grow."""
    return [
        *await _members(setting),
        *await _answers(setting),
        *await _history(setting),
        *await _presets(setting),
    ]


async def _members(setting: Setting) -> list[Row]:
    async with provider("--delay", _DELAY_S) as scripted:
        seats = {count: [f"member{number}" for number in range(count)] for count in (1, 2, 4, 8)}
        homes = {n: home(setting.folder / f"members-{n}", scripted.url, members=names) for n, names in seats.items()}
        first, *more = _linear("CPU a question, members", await _cpu_rounds(setting, homes), "ms")
    return [replace(first, goal=None), *more]  # nobody judges or writes where there is one answer


async def _answers(setting: Setting) -> list[Row]:
    async with AsyncExitStack() as providers:
        homes: dict[int, Path] = {}
        for size in (1_000, 10_000, 100_000, 1_000_000):
            scripted = await providers.enter_async_context(provider("--delay", _DELAY_S, "--size", size))
            homes[size] = home(setting.folder / f"answers-{size}", scripted.url)
        rounds = await _cpu_rounds(setting, homes, questions=4)
    return _linear("CPU a question, characters an answer", rounds, "ms")


async def _presets(setting: Setting) -> list[Row]:
    async with provider("--delay", _DELAY_S) as scripted:
        homes = {count: _with_presets(setting, scripted.url, count) for count in (10, 100, 1_000)}
        starts = [{n: await _start(folder) for n, folder in homes.items()} for _ in range(setting.runs)]
        costs = await _cpu_rounds(setting, homes)
    return [
        *_linear("process start to tools/list, presets", starts, "s"),
        *_linear("CPU a question, presets", costs, "ms"),
    ]


def _with_presets(setting: Setting, url: str, count: int) -> Path:
    folder = home(setting.folder / f"presets-{count}", url)
    for number in range(count):
        text = panel(MEMBERS, "judge", "writer")
        (folder / "presets" / f"preset-{number}.toml").write_text(text, encoding="utf-8")
    return folder


async def _history(setting: Setting) -> list[Row]:
    """What a long history must not make dearer. Homes with one are made by asking once and copying that run."""
    async with provider("--delay", _DELAY_S) as scripted:
        amounts = (10, 1_000, 10_000) if setting.quick else (10, 1_000, 10_000, 100_000)
        homes = {count: await _with_history(setting, scripted.url, count) for count in amounts}
        found: defaultdict[tuple[str, Unit], list[Round]] = defaultdict(list)
        for _ in range(setting.runs):
            for what, (job, unit) in _OF_HISTORY.items():
                found[what, unit].append({count: await job(folder) for count, folder in homes.items()})
        found["CPU a question", "ms"] = await _cpu_rounds(setting, homes)
    return [row for (what, unit), rounds in found.items() for row in _flat(f"{what}, runs in history", rounds, unit)]


async def _with_history(setting: Setting, url: str, count: int) -> Path:
    folder = home(setting.folder / f"history-{count}", url)
    async with connected(folder) as client:
        if not await client.ask(_JOINED):
            raise RuntimeError("the run that was to be copied failed")
    multiply(folder / "data" / "runs.db", count)
    return folder


async def _start(folder: Path) -> Cost:
    return Cost(ours=(await started(folder)).seconds)


async def _listed(folder: Path) -> Cost:
    """How long the command takes that lists runs."""
    begun = time.perf_counter()
    await output("-m", "fusion_mcp", "runs", environ=environ(folder))
    return Cost(ours=time.perf_counter() - begun)


async def _joined(folder: Path) -> Cost:
    """How many milliseconds it takes to be given the answer of a run that has finished."""
    took: list[float] = []
    failures = 0
    async with connected(folder) as client:
        for _ in range(_JOINS):
            begun = time.perf_counter()
            is_fine = await client.ask(_JOINED)
            failures += not is_fine
            took.append(time.perf_counter() - begun)
    return Cost(ours=1000 * median(took), failures=failures)


_OF_HISTORY: Mapping[str, tuple[Callable[[Path], Awaitable[Cost]], Unit]] = {
    "process start to tools/list": (_start, "s"),
    "`fusion-mcp runs`": (_listed, "s"),
    "the same question again": (_joined, "ms"),
}


async def _cpu_rounds(setting: Setting, homes: Homes, questions: int = 40) -> list[Round]:
    """CPU a question in each home, by a server that has answered some."""
    asked = questions if setting.quick else 3 * questions
    return [{amount: await _cpu(folder, asked) for amount, folder in homes.items()} for _ in range(setting.runs)]


async def _cpu(folder: Path, questions: int) -> Cost:
    async with connected(folder) as client:
        warm = await loaded(client, _AT_ONCE, _AT_ONCE, fine=ANY_ANSWER)  # of one member alone it is degraded
        load = await loaded(client, _AT_ONCE, questions, fine=ANY_ANSWER)
    return Cost(ours=load.cpu_ms, failures=warm.failures + load.failures)


def _linear(what: str, rounds: Sequence[Round], unit: Unit) -> list[Row]:
    """Hold each amount against the one before it: what costs little by itself cannot hide what grows."""
    return [
        Row(
            measure="growth",
            what=f"{what}: {amount:,} over {before:,}",
            runs=tuple(_over(each[amount], each[before], amount / before) for each in rounds),
            unit=unit,
            goal=_LINEAR,
            against="linear",
        )
        for before, amount in pairwise(rounds[0])
    ]


def _flat(what: str, rounds: Sequence[Round], unit: Unit) -> list[Row]:
    """Hold each amount against the least."""
    least, *more = rounds[0]
    return [
        Row(
            measure="growth",
            what=f"{what}: {amount:,} over {least:,}",
            runs=tuple(_over(each[amount], each[least], 1.0) for each in rounds),
            unit=unit,
            goal=_INDEPENDENT,
            against=f"{least:,}:",
        )
        for amount in more
    ]


def _over(cost: Cost, less: Cost, times: float) -> Run:
    return Run(ours=cost.ours, reference=less.ours * times, failures=cost.failures + less.failures)
