"""Run as a program: a process that has a child read, says on stdout which one it is, and waits to be killed."""

import sys
from pathlib import Path

import anyio
import anyio.lowlevel

from fusion_mcp.tools.reading.reader import Reader

URL = "https://site.example/"
PAGE = b"<title>Tea</title><p>Steep it for three minutes."
DEEP = b"<li><dd>" * 40_000
DEEP_WITHIN_S = 0.7


def computed(pid: int) -> int:
    """How many ticks of the clock a process has computed so far."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


async def main(what: str) -> None:
    async with Reader(environ={}) as reader, anyio.create_task_group() as readers:
        await reader.read(PAGE, "text/html", URL, within=20)
        (child,) = reader.pids
        if what == "busy":
            before = computed(child)
            readers.start_soon(lambda: reader.read(DEEP, "text/html", URL, within=DEEP_WITHIN_S))
            while computed(child) < before + 5:
                await anyio.lowlevel.checkpoint()
        print(child, flush=True)  # noqa: T201  # how a test listens
        await anyio.sleep_forever()


if __name__ == "__main__":
    anyio.run(main, sys.argv[1])
