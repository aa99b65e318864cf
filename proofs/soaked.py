"""A server on stdio that counts its unfinished tasks when it is asked to: `soak` starts it instead of the program.

python soaked.py FILE; SIGUSR2 has it write the count to FILE.
"""

import asyncio
import gc
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import cast


def _count(file: Path) -> None:
    gc.collect()
    tasks = (cast("asyncio.Task[object]", thing) for thing in gc.get_objects() if isinstance(thing, asyncio.Task))
    fresh = file.with_suffix(".new")
    fresh.write_text(str(sum(not task.done() for task in tasks)))
    fresh.replace(file)


def main() -> None:
    """Serve, and count on demand."""
    file = Path(sys.argv.pop())

    def counting(_number: int, _frame: FrameType | None) -> None:
        _count(file)

    signal.signal(signal.SIGUSR2, counting)
    from fusion_mcp.__main__ import main as serve  # noqa: PLC0415 - the handler comes before anything that takes time

    sys.exit(serve())


if __name__ == "__main__":
    main()
