"""One process at a time: waiting for an advisory lock on a file, which is free again when its holder dies."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from fusion_mcp import locks

_LOOK_AGAIN_S = 0.2


@contextmanager
def locked(path: Path, *, on_wait: Callable[[], None], within_s: float) -> Generator[None]:
    """Hold the lock, telling `on_wait` now and then while another holds it. Raises TimeoutError after `within_s`."""
    deadline = time.monotonic() + within_s
    with path.open("a+b") as file:
        while not locks.take(file):
            if time.monotonic() > deadline:
                raise TimeoutError
            on_wait()
            time.sleep(_LOOK_AGAIN_S)
        try:
            yield
        finally:
            locks.drop(file)
