"""One question at a time over stdio: what we add to the 600 ms that its calls take."""

from collections import defaultdict
from statistics import median

from benchmarks.beside import provider
from benchmarks.homes import home
from benchmarks.load import LIMIT_S, Load, Reference, gathered, loaded
from benchmarks.rows import OURS, Row, Run, Setting, at_most
from benchmarks.stdio import connected

_REFERENCES: tuple[Reference, ...] = ("aiohttp", "openai")


async def measure(setting: Setting) -> list[Row]:
    """Wall time of the median question over the limit, ours and the references', in turn."""
    questions = 5 if setting.quick else 20
    found: defaultdict[str, list[Run]] = defaultdict(list)
    async with provider() as scripted, connected(home(setting.folder / "alone", scripted.url)) as client:
        await loaded(client, 1, 3)
        for _ in range(setting.runs):
            found[OURS].append(_run(await loaded(client, 1, questions)))
            for name in _REFERENCES:
                found[f"{name} gather"].append(_run(await gathered(name, scripted, 1, questions)))
    return [
        Row(
            measure="alone",
            what="wall time, one at a time, over stdio",
            of=who,
            runs=tuple(runs),
            unit="s",
            goal=at_most(1.025) if who == OURS else None,
            against="limit",
        )
        for who, runs in found.items()
    ]


def _run(load: Load) -> Run:
    return Run(ours=median(load.took), reference=LIMIT_S, failures=load.failures)
