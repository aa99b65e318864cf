"""A home with a server on HTTP on which people ask, and what they were answered."""

import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import anyio
import anyio.to_thread

from recursing.trial import http_server
from scripted import Home, ScriptedProvider
from scripted.below import Plan, Scene
from scripted.below.doors import Reply, by_http, by_stdio, message
from scripted.below.scene import PROGRAM
from server.running import HttpServer

NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: how many asked, and how many were answered."""

    way: str
    asked: int
    answered: int
    calls: int
    fault: str = ""

    @property
    def holds(self) -> bool:
        """Whether everybody was answered."""
        return self.asked == self.answered > 0 and not self.fault


@dataclass(kw_only=True)
class Ground:
    """The home, its server, and what was answered."""

    scene: Scene
    provider: ScriptedProvider
    server: HttpServer
    replies: list[Reply] = field(default_factory=list[Reply])

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a server of this home."""
        return self.scene.home.environ()

    async def http(
        self,
        question: str,
        headers: Mapping[str, str] = NONE,
        meta: Mapping[str, Any] = NONE,
        *,
        tool: str = "fusion_ask",
        **more: Any,
    ) -> None:
        """Ask over HTTP."""
        call = message(tool, {"question": question, **more}, meta)
        carried = {"Authorization": f"Bearer {self.server.token}", **headers}
        self.replies.append(await anyio.to_thread.run_sync(by_http, call, self.server.url, carried))

    async def stdio(self, *questions: str, environ: Mapping[str, str] = NONE, **more: Any) -> None:
        """Ask one question after the other on stdio, of one server."""
        first, *others = [message("fusion_ask", {"question": question, **more}, {}) for question in questions]
        ask = partial(by_stdio, first, {**self.environ, **environ}, *others)
        self.replies += await anyio.to_thread.run_sync(ask)

    async def program(self, plan: Plan, asked: str, url: str = "") -> None:
        """Have the agent's own program ask, started by a person."""
        self.scene.plan(plan, url=url or self.server.url, token=self.server.token)
        number = self.scene.begun + 1
        command = [sys.executable, "-S", "-E", str(PROGRAM), str(self.scene.plan_file)]
        await anyio.run_process(command, input=asked.encode(), env=self.environ)
        await self.told(number)

    async def told(self, number: int) -> None:
        """Wait for what that agent was told; whoever calls this has a deadline."""
        while not (found := [each for each in self.scene.told if each.number == number]):  # noqa: ASYNC110
            await anyio.sleep(0.02)
        self.replies += [Reply(text=each.text, result=each.result) for each in found]

    def row(self, way: str, crash: str) -> Row:
        """Sum up; somebody who was handed a run's id, since the answer takes its time, was answered, too."""
        unanswered = [reply for reply in self.replies if not _is_answered(reply)]
        fault = crash or "; ".join(reply.text[:300] for reply in unanswered)
        answered = len(self.replies) - len(unanswered)
        return Row(way=way, asked=len(self.replies), answered=answered, calls=len(self.provider.calls), fault=fault)


def _is_answered(reply: Reply) -> bool:
    result = reply.result
    return bool(result) and (bool(result["answer"] or result["responses"]) or result["status"] == "running")


@asynccontextmanager
async def ground(folder: Path) -> AsyncGenerator[Ground]:
    """A home and its server, as long as somebody asks."""
    with ScriptedProvider() as provider:
        scene = Scene(Home(folder), provider, limits={"wait_s": 40})
        scene.plan(Plan())  # who sits on these panels asks back, too
        async with http_server(scene.home.environ()) as server:
            yield Ground(scene=scene, provider=provider, server=server)
