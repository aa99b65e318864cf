"""So many questions at once: ours over stdio, and the references' gathers, measured alike."""

import asyncio
import json
import time
from dataclasses import dataclass
from itertools import count
from typing import Literal

from benchmarks.beside import Provider
from benchmarks.homes import environ
from benchmarks.processes import cpu_s, output
from benchmarks.stdio import WHOLE, Client

Reference = Literal["aiohttp", "openai"]

LIMIT_S = 0.6
"""What a question takes at least: panel, judge and synthesizer of 0.2 s each."""

_numbers = count()


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a load took: wall and CPU seconds of all, seconds of each question, and how many came to nothing."""

    wall: float
    cpu: float
    took: list[float]
    failures: int = 0

    @property
    def per_s(self) -> float:
        """Questions a second."""
        return len(self.took) / self.wall

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU a question."""
        return 1000 * self.cpu / len(self.took)


async def loaded(client: Client, at_once: int, questions: int, *, fine: tuple[str, ...] = WHOLE) -> Load:
    """Keep `at_once` different questions going until all are answered."""
    left = iter(range(questions))
    took: list[float] = []
    failures = 0

    async def worker() -> None:
        nonlocal failures
        for _ in left:
            begun = time.perf_counter()
            is_fine = await client.ask(f"What is the capital of France? {next(_numbers)}", fine=fine)
            failures += not is_fine  # not in one line: what `+=` adds to is read before the await
            took.append(time.perf_counter() - begun)

    cpu, begun = cpu_s(client.pid), time.perf_counter()
    async with asyncio.TaskGroup() as workers:
        for _ in range(min(at_once, questions)):
            workers.create_task(worker())
    wall = time.perf_counter() - begun
    return Load(wall=wall, cpu=cpu_s(client.pid) - cpu, took=took, failures=failures)


async def gathered(reference: Reference, provider: Provider, at_once: int, questions: int) -> Load:
    """Have a reference do the same; it warms up by itself."""
    module = f"benchmarks.references.{reference}_gather"
    printed = await output("-m", module, provider.url, at_once, questions, environ=environ())
    return Load(**json.loads(printed))
