"""A run of eight members who read sixteen large pages each: how much of a core that takes while it lasts."""

import time

from benchmarks.beside import provider, web
from benchmarks.homes import home
from benchmarks.processes import cpu_s
from benchmarks.rows import Row, Run, Setting, at_most
from benchmarks.stdio import Client, connected

_MEMBERS = tuple(f"member{number}" for number in range(1, 9))
_PAGES = 16
_BYTES = 200_000
_PRESET = f'tools = ["web_fetch"]\nmax_tool_calls = {_PAGES}\ndeadline_s = 600'


async def measure(setting: Setting) -> list[Row]:
    """CPU of our processes over the wall time of the run. Each page is read by one member, and by no other."""
    async with web("--size", _BYTES) as internet, provider("--web", internet, "--rounds", _PAGES) as scripted:
        config = f'[web]\nallow_private = ["{internet}"]\n'
        folder = home(setting.folder / "research", scripted.url, members=_MEMBERS, preset=_PRESET, config=config)
        runs: list[Run] = []
        for number in range(1 if setting.quick else setting.runs):
            async with connected(folder) as client:
                runs.append(await _researched(client, _question(number, internet)))
        calls = (await scripted.seen())["calls"]
    expected = len(runs) * (len(_MEMBERS) * (_PAGES + 1) + 2)
    if calls != expected:
        raise RuntimeError(f"the provider was called {calls} times instead of {expected}: members did not read all")
    what = f"CPU, {len(_MEMBERS)} members read {_PAGES} pages of {_BYTES // 1000} kB each"
    return [Row(measure="research", what=what, runs=tuple(runs), unit="s", goal=at_most(0.15), against="wall time")]


def _question(number: int, internet: str) -> str:
    """Name every page: members may read what stands in the question."""
    pages = "\n".join(f"http://{internet}/{member}/{page}" for member in _MEMBERS for page in range(_PAGES))
    return f"What do these pages say? {number}\n{pages}"


async def _researched(client: Client, question: str) -> Run:
    cpu, begun = cpu_s(client.pid), time.perf_counter()
    is_fine = await client.ask(question)
    wall = time.perf_counter() - begun
    return Run(ours=cpu_s(client.pid) - cpu, reference=wall, failures=int(not is_fine))
