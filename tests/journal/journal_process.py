"""Run as a program: a process that uses the journal, says on stdout how that went, and waits on stdin to be killed."""

import sys
from decimal import Decimal
from pathlib import Path

import anyio
import anyio.to_thread

from fusion_mcp.journal.journal import Journal
from fusion_mcp.ledger import Line
from fusion_mcp.records import NewRun
from fusion_mcp.types import ModelRef


def say(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201  # how a test listens


def run_of(name: str, key: str) -> NewRun:
    return NewRun(id=name, key=key, kind="ask", preset="duo", question="Why?", plan="{}")


async def calling(path: Path) -> None:
    """Be in the middle of a call."""
    async with Journal(path) as journal:
        claim = await journal.claim(run_of("theirs", "q"))
        await journal.reserve("theirs", Decimal(15), Decimal(20))
        line = Line(stage="panel", seat="a", model=ModelRef("work", "alpha"), id=1, reserved_usd=Decimal(2))
        await journal.open_calls("theirs", [line])
        await journal.keep("theirs", {"panel/before": "said"})
        say(claim.how)
        await anyio.to_thread.run_sync(sys.stdin.read)


async def claiming(path: Path) -> None:
    """Claim the same run sixteen times at once, as soon as told to."""
    async with Journal(path) as journal:
        say("ready")
        await anyio.to_thread.run_sync(sys.stdin.readline)

        async def claim(number: int) -> None:
            say((await journal.claim(run_of(f"{journal.presence.me}-{number}", "q"))).how)

        async with anyio.create_task_group() as tasks:
            for number in range(16):
                tasks.start_soon(claim, number)
        await anyio.to_thread.run_sync(sys.stdin.readline)


async def without_room(path: Path) -> None:
    """Have a disk that takes nothing."""
    import resource  # noqa: PLC0415  # Windows has none

    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
    async with Journal(path) as journal:
        say((await journal.claim(run_of("ours", "q"))).how)
        await journal.keep("ours", {"panel/a": "x" * 100_000})
        await journal.finish("ours", status="finished", result="{}", result_status="ok")
        say((await journal.claim(run_of("again", "q"))).how)
        say("in-memory" if journal.trouble else "in-file")


if __name__ == "__main__":
    anyio.run({"calling": calling, "claiming": claiming, "without-room": without_room}[sys.argv[2]], Path(sys.argv[1]))
