"""Work on texts that may be long: done at once where that is quick, else in a thread beside the event loop."""

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple, Unpack

import anyio.to_thread

T = TypeVar("T")
Args = TypeVarTuple("Args")

_QUICK = 20_000
"""Characters that are gone through in about the time that a thread takes to wake up and answer."""


async def beside(size: int, work: Callable[[Unpack[Args]], T], *args: *Args) -> T:
    """Do `work`, which goes through `size` characters a few times."""
    return work(*args) if size <= _QUICK else await anyio.to_thread.run_sync(work, *args)
