"""What a quorum of 2 and 150 ms of grace are worth where one call in twenty of members takes ten times as long."""

from benchmarks.beside import provider
from benchmarks.homes import home
from benchmarks.load import loaded
from benchmarks.rows import Row, Run, Setting, at_most, p95
from benchmarks.stdio import ANY_ANSWER, connected

_AT_ONCE = 16


async def measure(setting: Setting) -> list[Row]:
    """p95 of whole questions with quorum 2 and 150 ms of grace, over waiting for all three."""
    questions = _AT_ONCE * (4 if setting.quick else 12)
    runs: list[Run] = []
    async with provider("--slow-every", 20) as scripted:
        eager = home(setting.folder / "eager", scripted.url, preset="quorum = 2\ngrace_s = 0.15")
        patient = home(setting.folder / "patient", scripted.url, preset="quorum = 3")
        async with connected(eager) as ours, connected(patient) as reference:
            for _ in range(setting.runs):
                one = await loaded(ours, _AT_ONCE, questions, fine=ANY_ANSWER)  # from two of three is degraded
                other = await loaded(reference, _AT_ONCE, questions)
                failures = one.failures + other.failures
                runs.append(Run(ours=p95(one.took), reference=p95(other.took), failures=failures))
    what = "p95 with quorum and grace, 5 % of calls slow"
    return [Row(measure="tail", what=what, runs=tuple(runs), unit="s", goal=at_most(0.4), against="waiting for all")]
