"""Many trials of a proof, so many of them at once."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import anyio

T = TypeVar("T")
R = TypeVar("R")


async def in_turns(at_once: int, trying: Callable[[T], Awaitable[R]], trials: Iterable[T]) -> list[R]:
    """Try all of them, `at_once` at a time, and give what came of each, in their order."""
    turns = anyio.CapacityLimiter(at_once)

    async def one(trial: T) -> R:
        async with turns:
            return await trying(trial)

    return await anyio.amap(one, trials)
