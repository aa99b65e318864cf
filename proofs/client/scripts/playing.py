"""The scenes that every client in Python plays, and what it prints of them. Needs the standard library only.

A client's own script says how it connects, and what its calls are called. It is run in that client's environment.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

POLL_S = 0.05
RUN_ID = re.compile(r"run_id\W{1,9}([\w-]{16,})")
Progress = Callable[[str], None]


class NotOfferedError(Exception):
    """The client has nothing for this."""


class Reply(NamedTuple):
    """What a call of a tool brought: its text, and its structured content as the client gives it."""

    text: str
    structured: dict[str, Any] | None = None


class Peer(Protocol):
    """A connected client."""

    async def tools(self) -> list[str]:
        """Name the tools."""
        ...

    async def call(self, name: str, arguments: dict[str, Any], progress: Progress | None) -> Reply:
        """Call a tool. Raises NotOfferedError where progress is asked for and the client has none."""
        ...

    async def resource(self, uri: str) -> str:
        """Read a resource."""
        ...

    async def prompt(self, name: str, arguments: dict[str, str]) -> str:
        """Get a prompt's text."""
        ...


Connect = Callable[[dict[str, Any]], AbstractAsyncContextManager[Peer]]


def main(connect: Connect) -> None:
    """Play the scene that the first argument describes."""
    asyncio.run(_play(connect, json.loads(sys.argv[1])))


async def _play(connect: Connect, job: dict[str, Any]) -> None:
    scene = SCENES[job["scene"]]
    try:
        async with connect(job) as peer:
            await scene(peer, job)
    except Exception as fault:  # noqa: BLE001 - what kept it from its end is the finding
        _tell("connects", "no", f"{type(fault).__name__}: {fault}")


async def _session(peer: Peer, job: dict[str, Any]) -> None:
    _tell("connects", "yes")
    heard: list[str] = []
    replies: list[Reply] = []

    async def lists() -> str:
        missing = set(job["tools"]) - set(await peer.tools())
        return f"without {', '.join(sorted(missing))}" if missing else ""

    async def asks() -> str:
        replies.append(await peer.call("fusion_ask", {"question": job["quickly"]}, None))
        return "" if job["answer"] in replies[0].text else replies[0].text

    async def gets_structure() -> str:
        structured = replies[0].structured if replies else None
        if structured is None:
            raise NotOfferedError("text only")
        return "" if structured.get("answer") == job["answer"] else "another answer"

    async def progresses() -> str:
        await peer.call("fusion_ask", {"question": job["slowly"]}, heard.append)
        return "" if any(heard) else "none came"

    async def reads() -> str:
        text = await peer.resource(job["resource"])
        return "" if job["preset"] in text else text

    async def prompts() -> str:
        text = await peer.prompt("fusion_ask", {"question": job["quickly"]})
        return "" if job["quickly"] in text else text

    await _try("lists", lists)
    await _try("asks", asks)
    await _try("structured", gets_structure)
    await _try("progress", progresses)
    await _try("resource", reads)
    await _try("prompt", prompts)


async def _outlasting(peer: Peer, job: dict[str, Any]) -> None:
    async def outlasts() -> str:
        reply = await peer.call("fusion_ask", {"question": job["lengthily"]}, None)
        handed, end = 0, time.monotonic() + job["within_s"]
        while job["answer"] not in reply.text and time.monotonic() < end:
            run_id = _run_id(reply)
            if run_id is None:
                return reply.text
            handed += 1
            reply = await peer.call("fusion_result", {"run_id": run_id, "wait_s": job["wait_s"]}, None)
        if job["answer"] not in reply.text:
            return reply.text
        return "" if handed or job["may_be_whole"] else "it was never handed over"

    await _try("outlasts", outlasts)


async def _cancelling(peer: Peer, job: dict[str, Any]) -> None:
    asking = asyncio.ensure_future(peer.call("fusion_ask", {"question": job["endlessly"]}, None))
    await _until(job["busy"], asking)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    _tell("cancelled", "yes")
    await _until(job["over"])


SCENES = {"session": _session, "outlasting": _outlasting, "cancelling": _cancelling, "patient": _outlasting}


def _run_id(reply: Reply) -> str | None:
    if reply.structured:
        return str(reply.structured["run_id"])
    found = RUN_ID.search(reply.text)
    return found[1] if found else None


async def _until(file: str, unless: "asyncio.Future[Any] | None" = None) -> None:
    path = Path(file)
    while not path.exists() and not (unless and unless.done()):  # noqa: ASYNC110, ASYNC240 - another process's doing
        await asyncio.sleep(POLL_S)


async def _try(feature: str, trying: Callable[[], Awaitable[str]]) -> None:
    """Tell what came of one feature; the function gives what is wrong, or nothing."""
    try:
        wrong = await trying()
    except NotOfferedError as absent:
        _tell(feature, "-", str(absent))
    except Exception as fault:  # noqa: BLE001 - that it failed is the finding
        _tell(feature, "no", f"{type(fault).__name__}: {fault}")
    else:
        _tell(feature, "no" if wrong else "yes", wrong)


def _tell(feature: str, verdict: str, why: str = "") -> None:
    print(json.dumps({"feature": feature, "verdict": verdict, "why": why[:500]}), flush=True)
