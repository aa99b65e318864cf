"""Files of JSON Lines that outlive whoever writes them: a line is there whole, or it is not there.

One that was cut off while it was written is dropped by whoever reads, and cut away by whoever writes next (`mend`).
"""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from fusion_mcp.errors import ConfigError
from fusion_mcp.explain import explain

Line = TypeVar("Line", bound=BaseModel)


def read_lines(file: Path, shape: type[Line]) -> list[Line]:
    """Read all lines; none where there is no file. Raises ConfigError, which names a line that is broken."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror or 'refused'})") from None
    whole = content.split(b"\n")[:-1]  # what follows the last newline was cut off while it was written
    return [_read_line(file, number, line, shape) for number, line in enumerate(whole, 1) if line.strip()]


def _read_line(file: Path, number: int, line: bytes, shape: type[Line]) -> Line:
    try:
        return shape.model_validate_json(line)
    except ValidationError as error:
        raise ConfigError(f"{file}, line {number}: {explain(error)[0]}; delete that line to do it again") from None


def append(file: Path, record: BaseModel) -> None:
    """Add one line, or nothing of it: a half would spoil the next one. Raises ConfigError where the disk refuses."""
    # Without a buffer, so that what a full disk refuses is refused here, and not again when the file is closed.
    with written_to(file), file.open("ab", buffering=0) as stream:
        whole = stream.seek(0, os.SEEK_END)
        rest = memoryview(record.model_dump_json().encode() + b"\n")
        try:
            while rest:
                rest = rest[stream.write(rest) :]
            os.fsync(stream.fileno())
        except OSError:
            with suppress(OSError):  # then whoever reads drops the half, and whoever writes next cuts it away
                stream.truncate(whole)
            raise


def mend(file: Path) -> None:
    """Cut away what a process that died has left of its last line. Raises likewise."""
    if not file.exists():
        return
    content = file.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        with written_to(file):
            os.truncate(file, whole)


@contextmanager
def written_to(file: Path) -> Generator[None]:
    """Say in a sentence that the disk has refused what the block writes to `file`: full, read-only, taken away."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be written ({error.strerror or 'refused'}); mend that, and the same command goes on from "
            "what is there"
        ) from None
