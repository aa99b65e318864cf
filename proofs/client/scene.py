"""A home with a scripted panel that takes as long as a question says, and the server that a client is to reach."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from client.catalogue import Door
from scripted import Behaviour, Exchange, Home, ScriptedProvider, answers, depends, judges, stalls
from scripted.calls import Call
from server.running import COMMAND, HttpServer

Name = Literal["session", "outlasting", "cancelling", "patient", "reading", "watching"]

ANSWER = "It is forty-two, says the whole panel."
PRESET = "A preset that somebody is to read."
QUICKLY, SLOWLY, LENGTHILY, WATCHED, PATIENTLY, ENDLESSLY = (
    f"What is six times seven, {word}?"
    for word in ("quickly", "slowly", "lengthily", "visibly", "patiently", "endlessly")
)
_SECONDS = {QUICKLY: 0.0, SLOWLY: 2.5, LENGTHILY: 6.0, WATCHED: 9.0, PATIENTLY: 70.0}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a scene is about. `waits`: what a call waits, without and with progress; none: what nobody configured.

    `fetch_s` is how long the client asks `fusion_result` to wait, and `within_s` when it is given up.
    """

    question: str
    waits: tuple[float, float] | None
    fetch_s: float = 2
    within_s: float = 60


PLANS: Mapping[Name, Plan] = {
    "session": Plan(question=SLOWLY, waits=(1, 60), fetch_s=30),
    "outlasting": Plan(question=LENGTHILY, waits=(2, 2)),
    "cancelling": Plan(question=ENDLESSLY, waits=(100, 100)),
    "reading": Plan(question=QUICKLY, waits=(60, 60)),
    "watching": Plan(question=WATCHED, waits=(60, 60), within_s=90),
    "patient": Plan(question=PATIENTLY, waits=None, fetch_s=45, within_s=170),
}
"""In a session one call is enough where the client asks for progress, and only there."""
CLOSED_WITHIN_S = 6.0
STARTED_WITHIN_S = 40.0
_MEMBERS = ("alpha", "beta")
_POLL_S = 0.05


class Scene:
    """All that stands around one client while it plays one scene. A context manager."""

    def __init__(self, name: Name, door: Door) -> None:
        self.name: Name = name
        self.door: Door = door
        self.provider = ScriptedProvider()
        self._stack = ExitStack()
        self.url = ""
        self.headers: Mapping[str, str] = {}

    def __enter__(self) -> Self:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        self._stack.enter_context(self.provider)
        self.home = Home(self.folder)
        waits = PLANS[self.name].waits
        limits = f"[limits]\nwait_s = {waits[0]}\nwait_with_progress_s = {waits[1]}\n" if waits else ""
        self.home.trio(self.provider, panel=_MEMBERS, description=PRESET, config=limits, deadline_s=160, grace_s=100)
        for member in _MEMBERS:
            self.provider.script(member, depends(_as_asked))
        self.provider.script("judge", judges())
        self.provider.script("writer", answers(ANSWER))
        if self.door == "http":
            server = self._stack.enter_context(HttpServer(self.home.environ()))
            self.url, self.headers = f"{server.url}/mcp", server.headers
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def busy(self) -> Path:
        """A file that is there once the panel has been asked."""
        return self.folder / "busy"

    @property
    def over(self) -> Path:
        """A file that is there once the client may go."""
        return self.folder / "over"

    def job(self) -> dict[str, Any]:
        """Describe the scene to a script."""
        return {
            "scene": self.name,
            "door": self.door,
            "command": list(COMMAND),
            "environ": self.home.environ(),
            "url": self.url,
            "headers": dict(self.headers),
            "busy": str(self.busy),
            "over": str(self.over),
            "tools": ["fusion_ask", "fusion_compare", "fusion_result"],
            "quickly": QUICKLY,
            "slowly": SLOWLY,
            "lengthily": PLANS[self.name].question,
            "endlessly": ENDLESSLY,
            "answer": ANSWER,
            "preset": PRESET,
            "resource": "fusion://presets/trio",
            "wait_s": PLANS[self.name].fetch_s,
            "within_s": PLANS[self.name].within_s,
            "may_be_whole": self.name == "patient",
        }

    def calls_of_panel(self) -> int:
        """Count the calls to members so far: a question that is paid twice has more than the panel."""
        return sum(call.model in _MEMBERS for call in self.provider.calls)

    @property
    def members(self) -> int:
        """How many sit on the panel."""
        return len(_MEMBERS)

    def until_asked(self, gone: Callable[[], bool]) -> bool:
        """Wait until the panel has been asked; whether it was before the client had `gone`."""
        until(lambda: gone() or self.provider.in_flight >= len(_MEMBERS), STARTED_WITHIN_S)
        return self.provider.in_flight > 0

    def until_closed(self) -> bool:
        """Wait a while for the end of all calls; whether it came."""
        return until(lambda: self.provider.in_flight == 0, CLOSED_WITHIN_S)


def until(condition: Callable[[], bool], within_s: float) -> bool:
    """Wait for something that other processes do; whether it happened in time."""
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(_POLL_S)
    return True


def _as_asked(call: Call) -> Behaviour:
    """Take the time that the question wants."""
    seconds = next((seconds for question, seconds in _SECONDS.items() if question in call.prompt), None)
    return stalls() if seconds is None else _later(seconds)


def _later(seconds: float) -> Behaviour:
    async def play(exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await answers("It is forty-two.").play(exchange)

    return Behaviour("answers later", play)
