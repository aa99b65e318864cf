"""Proof: thousands of runs in one server process leave nothing behind, though a tenth of all calls fail.

python soak.py [RUNS]: asks a server on stdio that many different questions, some at once, with the SDK's own client.
Between batches, when nothing runs, it looks at the process from outside: memory, open files, threads, children, and
unfinished tasks. Prints a table; exits with 1 when the last quarter needs more than the second did.
"""

import math
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread

from held import Held, look
from scripted import (
    Behaviour,
    Call,
    Home,
    ScriptedProvider,
    cuts_after,
    depends,
    error_in_stream,
    garbage,
    html,
    resets,
    says_nothing,
    status,
)
from scripted.lives import Life, Outcome, life
from scripted.stages import works
from tables import conclude, show
from turns import in_turns

RUNS = 3000
BATCHES = 24
AT_ONCE = 32
FAILING = 0.1
SEED = 4
MAY_GROW = {
    "mb": (1.1, 4.0),
    "files": (1.0, 2.0),
    "sockets": (1.0, AT_ONCE),  # idle connections are kept for the next call; how many, is chance
    "threads": (1.0, 2.0),
    "children": (1.0, 0.0),
    "tasks": (1.0, 0.0),
}
"""By what factor, and by how much besides, the most of a quarter may lie above that of an earlier one."""
SETTLE_S = 0.5
LIMITS = f"""
[limits]
max_concurrent_runs = {AT_ONCE}
confirm_above_usd = 1000
max_cost_usd_per_run = 1000
max_cost_usd_per_day = 1000000
"""
MODELS = ("alpha", "beta", "gamma", "judge", "writer")
HEAD = ("runs", "ok", "degraded", "error", "runs/s", "MB", "files", "sockets", "threads", "children", "tasks")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """How the last batch went, and what the process holds while it is idle."""

    runs: int
    statuses: Counter[str]
    per_s: float
    held: Held


def main() -> None:
    """Soak, then compare quarters."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    with ScriptedProvider() as provider, tempfile.TemporaryDirectory() as folder:
        samples, faults = anyio.run(_soak, provider, Path(folder), runs)
        said = (Path(folder) / "said").read_text()
    if "Traceback" in said:
        faults.append("a traceback on stderr:\n" + said[-2000:])
    show(HEAD, map(_row, samples))
    conclude([*faults, *_grown(samples)], f"{runs} runs")


async def _soak(provider: ScriptedProvider, folder: Path, runs: int) -> tuple[list[Sample], list[str]]:
    home = Home(folder)
    home.trio(provider, prices=dict.fromkeys(MODELS, (1.0, 1.0)), config=LIMITS, max_cost_usd=10, grace_s=2)
    chance = random.Random(SEED)
    for name in MODELS:
        provider.script(name, _mostly(works(name), chance))
    samples: list[Sample] = []
    faults: list[str] = []
    counted = folder / "tasks"
    command = (sys.executable, str(Path(__file__).with_name("soaked.py")), str(counted))
    async with life(home.environ(), folder, command) as server:
        size = math.ceil(runs / BATCHES)
        for first in range(0, runs, size):
            some = range(first, min(runs, first + size))
            start = time.monotonic()
            outcomes = await _batch(server, some)
            per_s = len(some) / (time.monotonic() - start)
            faults += _unexpected(outcomes)
            samples.append(await _sample(server, counted, some.stop, outcomes, per_s))
    return samples, faults


def _mostly(works: Behaviour, chance: random.Random) -> Behaviour:
    """Behave as `works` nine times of ten."""
    faults = [status(500), status(503), status(429), status(400), resets(), cuts_after("It"), garbage(), html()]
    faults += [says_nothing(), error_in_stream("Overloaded.", 503)]

    def choose(_: Call) -> Behaviour:
        return chance.choice(faults) if chance.random() < FAILING else works

    return depends(choose, name="mostly works")


async def _batch(server: Life, numbers: range) -> list[Outcome]:
    async def one(number: int) -> Outcome:
        asked = await server.ask(f"What is the answer to question {number}?", deadline_s=60)
        return await server.settled(asked, within=120)

    return await in_turns(AT_ONCE, one, numbers)


def _unexpected(outcomes: Sequence[Outcome]) -> list[str]:
    """Errors but that of a panel of which nobody was left."""
    errors = [outcome.error for outcome in outcomes if outcome.status == "error"]
    return [f"no answer: {error[:200]}" for error in errors if "all_panels_failed" not in error]


async def _sample(server: Life, counted: Path, runs: int, outcomes: Sequence[Outcome], per_s: float) -> Sample:
    await anyio.sleep(SETTLE_S)  # what ends after a run has ended: streams, cancelled calls
    return await anyio.to_thread.run_sync(_look, server.pid, counted, runs, outcomes, per_s)


def _look(pid: int, counted: Path, runs: int, outcomes: Sequence[Outcome], per_s: float) -> Sample:
    statuses = Counter(outcome.status for outcome in outcomes)
    return Sample(runs=runs, statuses=statuses, per_s=per_s, held=look(pid, counted))


def _grown(samples: Sequence[Sample]) -> list[str]:
    """Compare the most that the second quarter needed with the most that the last did."""
    quarter = max(1, len(samples) // 4)
    second, last = samples[quarter : 2 * quarter], samples[-quarter:]
    if not second:
        return ["too few runs to compare anything"]
    grown: list[str] = []
    for what, (factor, slack) in MAY_GROW.items():
        before, after = (max(float(getattr(each.held, what)) for each in some) for some in (second, last))
        if after > before * factor + slack:
            grown.append(f"{what} grew from {before:g} to {after:g}")
    return grown


def _row(sample: Sample) -> Sequence[object]:
    held = sample.held
    counts = [sample.statuses[each] for each in ("ok", "degraded", "error")]
    seen = (f"{held.mb:.1f}", held.files, held.sockets, held.threads, held.children, held.tasks)
    return (sample.runs, *counts, f"{sample.per_s:.0f}", *seen)


if __name__ == "__main__":
    main()
