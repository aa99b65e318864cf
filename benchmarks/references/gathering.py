"""What the references of a panel share: a question's five calls, so many questions at once, and what that took."""

import asyncio
import json
import resource
import time
from collections.abc import Awaitable, Callable

from benchmarks.homes import MEMBERS

Call = Callable[[str, str], Awaitable[str]]
"""One call: a model's name and a prompt; gives the text."""


async def gather(call: Call, at_once: int, questions: int) -> None:
    """Warm up, then keep `at_once` questions going until all are answered. Prints seconds and CPU seconds as JSON."""
    await asyncio.gather(*(_question(call, -1) for _ in range(at_once)))
    left = iter(range(questions))
    took: list[float] = []

    async def worker() -> None:
        for number in left:
            took.append(await _question(call, number))  # noqa: PERF401 the workers share one iterator

    cpu, begun = _cpu(), time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    print(json.dumps({"wall": time.perf_counter() - begun, "cpu": _cpu() - cpu, "took": took}))


async def _question(call: Call, number: int) -> float:
    begun = time.perf_counter()
    asked = f"What is the capital of France? {number}"
    answers = await asyncio.gather(*(call(member, asked) for member in MEMBERS))
    analysis = await call("judge", f"{asked} {answers}")
    await call("writer", f"{asked} {answers} {analysis}")
    return time.perf_counter() - begun


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
