"""A disk that has no more room, for files of this process."""

import resource
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def no_file_longer_than(size: int) -> Generator[None]:
    """Let the system refuse, within the block, what would make a file of this process longer than `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
