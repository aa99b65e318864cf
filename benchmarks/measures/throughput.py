"""Many questions at once over stdio: how many a second, how late the late ones are, what that costs in CPU and memory.

Each level has a server of its own and is warmed up. References take the same load beside us, run by run.
"""

import asyncio
from collections import defaultdict
from contextlib import suppress

import psutil

from benchmarks.beside import Provider, provider
from benchmarks.homes import home
from benchmarks.load import LIMIT_S, Load, Reference, gathered, loaded
from benchmarks.processes import rss_mb
from benchmarks.rows import OURS, Goal, Row, Run, Setting, at_least, at_most, p95
from benchmarks.stdio import Client, connected

_LEVELS = (16, 64, 256)
_MOST_QUESTIONS = 1024
_REFERENCES: tuple[Reference, ...] = ("aiohttp", "openai")
_RATE_GOALS = {64: at_least(0.88), 256: at_least(0.55)}
_LATE_GOALS = {64: at_most(1.4)}
_CPU_AT = 64
_CPU_GOALS: dict[Reference, Goal] = {"aiohttp": at_most(4), "openai": at_most(0.3)}
_GROWN_AT = 256
_GROWTH_GOAL = at_most(60)
_LOOK_EVERY_S = 0.05


async def measure(setting: Setting) -> list[Row]:
    """Rows for each level, for CPU against both references, and for the growth of memory."""
    rows: list[Row] = []
    async with provider() as scripted:
        for at_once in _LEVELS:
            loads = await _level(setting, scripted, at_once)
            rows += _rate_rows(at_once, loads)
            if at_once == _CPU_AT:
                rows += _cpu_rows(loads)
        rows.append(await _growth(setting, scripted))
    return rows


async def _level(setting: Setting, scripted: Provider, at_once: int) -> dict[str, list[Load]]:
    """Load us and the references in turn, so that each run compares what happened in the same minute."""
    questions = 2 * at_once if setting.quick else min(8 * at_once, _MOST_QUESTIONS)
    loads: defaultdict[str, list[Load]] = defaultdict(list)
    async with connected(home(setting.folder / f"at-once-{at_once}", scripted.url)) as client:
        warm = await loaded(client, at_once, 2 * at_once)
        for _ in range(setting.runs):
            loads[OURS].append(await loaded(client, at_once, questions))
            for name in _REFERENCES:
                loads[f"{name} gather"].append(await gathered(name, scripted, at_once, questions))
    if warm.failures:
        raise RuntimeError(f"{warm.failures} questions failed while warming up")
    return loads


def _rate_rows(at_once: int, loads: dict[str, list[Load]]) -> list[Row]:
    ideal = at_once / LIMIT_S
    rows: list[Row] = []
    for who, runs in loads.items():
        ours = who == OURS
        rates = tuple(Run(ours=run.per_s, reference=ideal, failures=run.failures) for run in runs)
        late = tuple(Run(ours=p95(run.took), reference=LIMIT_S, failures=run.failures) for run in runs)
        rows += [
            Row(
                measure="throughput",
                what=f"questions a second, {at_once} at once",
                of=who,
                runs=rates,
                unit="per s",
                goal=_RATE_GOALS.get(at_once) if ours else None,
                against="ideal",
            ),
            Row(
                measure="throughput",
                what=f"p95, {at_once} at once",
                of=who,
                runs=late,
                unit="s",
                goal=_LATE_GOALS.get(at_once) if ours else None,
                against="limit",
            ),
        ]
    return rows


def _cpu_rows(loads: dict[str, list[Load]]) -> list[Row]:
    return [
        Row(
            measure="throughput",
            what=f"CPU a question, {_CPU_AT} at once",
            runs=tuple(
                Run(ours=run.cpu_ms, reference=other.cpu_ms, failures=run.failures)
                for run, other in zip(loads[OURS], loads[f"{name} gather"], strict=True)
            ),
            unit="ms",
            goal=goal,
            against=f"{name} gather",
        )
        for name, goal in _CPU_GOALS.items()
    ]


async def _growth(setting: Setting, scripted: Provider) -> Row:
    """Memory at most while 256 are asked at once, less what one at a time has taken."""
    runs: list[Run] = []
    for number in range(1 if setting.quick else setting.runs):
        async with connected(home(setting.folder / f"growth-{number}", scripted.url)) as client:
            first = await loaded(client, 1, 5)
            before = rss_mb(client.pid)
            watching = asyncio.create_task(_most(client))
            load = await loaded(client, _GROWN_AT, 3 * _GROWN_AT)
            watching.cancel()
            most = max(rss_mb(client.pid), await watching)
            runs.append(Run(ours=most - before, failures=first.failures + load.failures))
    what = f"memory, from 1 to {_GROWN_AT} at once"
    return Row(measure="throughput", what=what, runs=tuple(runs), unit="MB", goal=_GROWTH_GOAL)


async def _most(client: Client) -> float:
    """Look at the server's memory until cancelled; the most that was seen."""
    most = 0.0
    with suppress(asyncio.CancelledError, psutil.NoSuchProcess):
        while True:
            most = max(most, rss_mb(client.pid))
            await asyncio.sleep(_LOOK_EVERY_S)
    return most
