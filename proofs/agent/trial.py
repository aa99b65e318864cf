"""One trial of a real agent program: a question on the command line, the agent on its panel, and what came of it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.cases import Case
from agent.home import AgentHome
from agent.programs import Program
from agent.services import DIALECTS, Dialect, Service, stalls
from processes import Below, Processes
from scripted import Home, ScriptedProvider, answers, judges
from scripted.home import BOTH
from scripted.vendor import Asked
from server.running import HttpServer

TOPIC = "Zanzibar"
"""A word of the question that no file in the person's home may have afterwards."""
QUESTION = f"What is the tallest tower of {TOPIC}?"
ANSWER = "The tallest tower has no name, says the agent."
WITHIN_S = 120.0
ASKED_WITHIN_S = 60.0
_POLL_S = 0.05


@dataclass(kw_only=True)
class Finding:
    """What a trial brought.

    `asked` came to the agent's service, which has `turns` in its script, `calls` went to all other models. `touched`:
    who left a file as it was started; `tells_files`: a request had what is in a file of the home. `gone_s` is how long
    processes were there after the end, `files` are new in the home, of which `telling` have the question in them, and
    `temporary` is what lies in the folder for temporary files.
    """

    program: Program
    case: Case
    seconds: float = 0.0
    status: int | None = None
    result: dict[str, Any] = field(default_factory=dict[str, Any])
    turns: int = 0
    asked: Sequence[Asked] = ()
    calls: int = 0
    offered: Sequence[str] = ()
    touched: Sequence[str] = ()
    processes: int = 0
    left: Sequence[str] = ()
    gone_s: float = 0.0
    files: Sequence[str] = ()
    telling: Sequence[str] = ()
    tells_files: bool = False
    temporary: Sequence[str] = ()
    said: str = ""
    crash: str = ""


@dataclass(kw_only=True)
class _Stage:
    """All that stands around one trial."""

    finding: Finding
    home: Home
    agent: AgentHome
    provider: ScriptedProvider
    service: Service
    dialect: Dialect
    temporary: Path
    path: str


def try_it(program: Program, path: str, case: Case, processes: Processes) -> Finding:
    """Carry one trial out; `path` is the program's folder. Whatever goes wrong is part of the finding."""
    finding = Finding(program=program, case=case)
    start = time.monotonic()
    try:
        with _stage(finding, path) as stage:
            _ask(stage, processes)
            _look_around(stage)
    except Exception as fault:  # noqa: BLE001 - whatever keeps the trial from its end is the finding
        finding.crash = repr(fault)
    finding.seconds = time.monotonic() - start
    return finding


@contextmanager
def _stage(finding: Finding, path: str) -> Generator[_Stage]:
    program, case = finding.program, finding.case
    dialect = DIALECTS[program.speaks]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        provider = stack.enter_context(ScriptedProvider())
        service = stack.enter_context(dialect.service())
        home = Home(folder)
        (folder / "tmp").mkdir()
        agent = AgentHome(program, home.user, folder / "touched")
        stage = _Stage(
            finding=finding,
            home=home,
            agent=agent,
            provider=provider,
            service=service,
            dialect=dialect,
            temporary=folder / "tmp",
            path=path,
        )
        _seat(home, provider, program, case)
        agent.write(service.url, _fusion(stage, stack, folder))
        _script(stage)
        yield stage


def _seat(home: Home, provider: ScriptedProvider, program: Program, case: Case) -> None:
    """Seat the agent beside one scripted model."""
    provider.script("beta", answers("It has no name, says beta."))
    provider.script("judge", judges())
    provider.script("writer", answers("The tallest tower has no name."))
    name, table = ("mine", program.own) if case.is_own else (program.name, program.provider)
    home.trio(
        provider,
        panel=[f"{name}:{program.model}", "beta"],
        grace_s=100,
        deadline_s=110,
        config=f"[providers.{name}]\n{table}",
        tools=BOTH if case.web else [],
        web="native",
    )


def _fusion(stage: _Stage, stack: ExitStack, folder: Path) -> str:
    """Say where the agent finds fusion-mcp, and start that where it is a server that runs already."""
    case, home = stage.finding.case, stage.home
    if case.door.startswith("http"):
        if case.door == "http, other home":
            (folder / "other").mkdir()
            home = Home(folder / "other")
            home.trio(stage.provider, panel=["beta", "beta"])
        server = stack.enter_context(HttpServer(home.environ()))
        return stage.agent.http(server.url, server.token)
    environ = home.environ()
    return stage.agent.stdio(environ, scrubs=case.door == "stdio, scrubbed")


def _script(stage: _Stage) -> None:
    """Say what the agent's model does: it asks fusion-mcp, tries what there is, and answers."""
    case, dialect = stage.finding.case, stage.dialect
    asks = [dialect.calls_offered("fusion_ask", {"question": QUESTION})] if case.tries or case.is_own else []
    tricks = [dialect.calls(name, arguments) for name, arguments in stage.agent.tricks()] if case.tries else []
    turns = [stalls()] if case.end != "answer" else [*asks, *tricks, dialect.says(ANSWER)]
    stage.finding.turns = len(turns)
    stage.service.script(*turns)


def _ask(stage: _Stage, processes: Processes) -> None:
    """Ask on the command line, and end the question where the trial wants that."""
    finding, usual = stage.finding, stage.home.environ().get("PATH", os.defpath)
    environ = stage.home.environ(
        PATH=f"{stage.path}{os.pathsep}{usual}",
        TMPDIR=str(stage.temporary),
        **stage.agent.environ(stage.service.url),
    )
    # Some programs read the files that a question names so; this one must come to nothing with our isolation.
    naming = "" if finding.case.is_own else f" Compare @~/secret.txt and\n@{stage.agent.secret}"
    command = [sys.executable, "-m", "fusion_mcp", "ask", "--json", "--yes", f"{QUESTION}{naming}"]
    asking = subprocess.Popen(  # noqa: S603 - our own command
        command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    below = processes.watch(asking.pid)
    try:
        if finding.case.end != "answer":
            _until_busy(stage, asking)
            asking.send_signal(signal.SIGINT if finding.case.end == "cancelled" else signal.SIGKILL)
        said, finding.said = asking.communicate(timeout=WITHIN_S)
        finding.status = asking.returncode
        finding.result = json.loads(said) if said.strip() else {}
    finally:
        asking.kill()
        asking.communicate()
        _settle(finding, below)
        processes.leave(below)


def _until_busy(stage: _Stage, asking: "subprocess.Popen[str]") -> None:
    """Wait until the agent waits for its model, and its fusion-mcp for the agent where it has one."""
    case = stage.finding.case
    _until(lambda: asking.poll() is not None or (bool(stage.service.asked) and stage.service.in_flight > 0))
    if case.is_own:
        _until(lambda: asking.poll() is not None or "fusion" in stage.agent.touched)


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + ASKED_WITHIN_S
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"nothing to end within {ASKED_WITHIN_S:.0f} s")
        time.sleep(_POLL_S)


def _settle(finding: Finding, below: Below) -> None:
    start = time.monotonic()
    finding.left = below.left()
    finding.gone_s = time.monotonic() - start
    finding.processes = below.most


def _look_around(stage: _Stage) -> None:
    finding, agent = stage.finding, stage.agent
    finding.asked = tuple(stage.service.asked)
    finding.calls = len(stage.provider.calls)
    finding.offered = sorted({name for asked in finding.asked for name in stage.dialect.tools(asked)})
    finding.touched = agent.touched
    finding.files = agent.left()
    finding.telling = agent.with_word(TOPIC)
    finding.tells_files = agent.told([asked.text for asked in finding.asked])
    finding.temporary = sorted(str(file.relative_to(stage.temporary)) for file in stage.temporary.rglob("*"))
