"""One way around, carried out: a live run on a real server, somebody below it that asks again, and what came of it."""

import re
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.to_thread

from processes import Below, Processes
from recursing.cases import Case
from scripted import Home, ScriptedProvider
from scripted.below import Gateway, Proxy, Scene, Told
from scripted.lives import Life, Outcome, life
from server.running import HttpServer, Way, http_client

GIVEN_UP_S = 60.0
LOOK_AGAIN_S = 0.1
TOPIC = "Zanzibar"
"""A word of every question, which no log may have."""


@dataclass(kw_only=True)
class Finding:
    """What a case brought. `said` is all that servers said on stderr; `crash` is what kept it from its end."""

    case: Case
    seconds: float = 0.0
    outcome: Outcome | None = None
    told: Sequence[Told] = ()
    begun: int = 0
    runs: Sequence[tuple[str, str]] = ()
    calls: int = 0
    nonces: Sequence[str] = ()
    processes: int = 0
    left: Sequence[str] = ()
    said: str = ""
    crash: str = ""


@dataclass(kw_only=True)
class _Stage:
    """The server that carries out the run, and whoever else stands by."""

    outer: Life
    servers: list[HttpServer] = field(default_factory=list[HttpServer])

    @property
    def said(self) -> str:
        outer = self.outer.said.read_text() if self.outer.said.exists() else ""
        return outer + "".join(server.stderr for server in self.servers)


async def try_it(case: Case, processes: Processes) -> Finding:
    """Carry one case out. Whatever goes wrong is part of the finding."""
    finding = Finding(case=case)
    with tempfile.TemporaryDirectory() as folder, ScriptedProvider() as provider:
        start = time.monotonic()
        try:
            with anyio.fail_after(GIVEN_UP_S):
                await _play(case, Path(folder), provider, processes, finding)
        except Exception as fault:  # noqa: BLE001 - whatever keeps the case from its end is the finding
            finding.crash = repr(fault)
        finding.seconds = time.monotonic() - start
        finding.calls = len(provider.calls) - sum(call.model == "gate" for call in provider.calls)
        prompts = " ".join(call.prompt for call in provider.calls)
        finding.nonces = sorted(set(re.findall(r"fusion-run-([0-9a-f]+)", prompts)))
    return finding


async def _play(case: Case, folder: Path, provider: ScriptedProvider, processes: Processes, finding: Finding) -> None:
    gateway = Gateway(case.gateway, keeps_headers=case.keeps_headers) if case.gateway else None
    home = Home(folder)
    scene = Scene(home, provider, limits=case.limits, member="work:gate" if gateway else "mine:agent")
    async with _stage(case, home.environ(), folder) as stage:
        with Proxy() as proxy:
            _furnish(case, folder, provider, scene, stage, proxy, gateway)
            below = processes.watch(stage.outer.pid)
            try:
                await _ask(case, stage, finding)
                await _until_quiet(scene)
                finding.left = await anyio.to_thread.run_sync(below.left)
            finally:
                processes.leave(below)
                _take_down(finding, scene, gateway, below)
    finding.said = stage.said + "".join(told.said for told in finding.told)


async def _ask(case: Case, stage: _Stage, finding: Finding) -> None:
    asked = await stage.outer.ask(f"What is the tallest tower of {TOPIC}, by the way of {_name(case)}?")
    finding.outcome = await stage.outer.settled(asked, GIVEN_UP_S)


async def _until_quiet(scene: Scene) -> None:
    """Wait for what goes on after the answer, as runs do whose id was handed out."""
    while any(status == "running" for status, _ in scene.runs):  # noqa: ASYNC110 - other processes' doing
        await anyio.sleep(LOOK_AGAIN_S)


def _name(case: Case) -> str:
    return re.sub(r"[^a-z ]", "", case.way.lower())


def _take_down(finding: Finding, scene: Scene, gateway: Gateway | None, below: Below) -> None:
    finding.told = sorted(gateway.told if gateway else scene.told, key=lambda told: told.number)
    finding.begun, finding.processes = scene.begun, below.most
    finding.runs = scene.runs


def _furnish(
    case: Case,
    folder: Path,
    provider: ScriptedProvider,
    scene: Scene,
    stage: _Stage,
    proxy: Proxy,
    gateway: Gateway | None,
) -> None:
    """Tell the one below where it finds a server."""
    server = stage.servers[0] if stage.servers else None
    url, token = (server.url, server.token) if server else ("", "")
    if gateway:
        gateway.url, gateway.token = url, token
        provider.script("gate", gateway.behaviour())
        return
    other = None
    if case.has_other_home:
        root = folder / "other"
        root.mkdir()
        other = Home(root)
        Scene(other, provider).plan(case.plan)
    if case.through == "proxy":
        proxy.target, url = url, proxy.url
    scene.plan(case.plan, url=url, token=token, home=other.path if other else None)


@asynccontextmanager
async def _stage(case: Case, environ: Mapping[str, str], folder: Path) -> AsyncGenerator[_Stage]:
    """The servers of a case, in processes of their own."""
    async with AsyncExitStack() as stack:
        servers: list[HttpServer] = []
        if case.asked_at == "http" or case.gateway or case.plan.door in ("http", "sse"):
            servers.append(await stack.enter_async_context(http_server(environ)))
        if case.asked_at == "http":
            client = await stack.enter_async_context(http_client(servers[0], Way("http", "auto")))
            outer = Life(client=client, pid=servers[0].process.pid, said=folder / "said")
        else:
            outer = await stack.enter_async_context(life(environ, folder))
        yield _Stage(outer=outer, servers=servers)


@asynccontextmanager
async def http_server(environ: Mapping[str, str], *arguments: str) -> AsyncGenerator[HttpServer]:
    """A server on HTTP, while nobody else has to wait for its start and end."""
    server = HttpServer(environ, *arguments)
    await anyio.to_thread.run_sync(server.__enter__)
    try:
        yield server
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(server.__exit__)
