"""All that stands around one agent program: its home, its scripted model, and how it is started."""

import os
import signal
import subprocess
import tomllib
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from agent.home import AgentHome
from agent.programs import Program, programs
from agent.services import DIALECTS, Dialect, Service
from client.catalogue import Client, Door
from client.minds import Mind
from client.places import Place
from client.scene import PLANS, QUICKLY, Name, Scene
from scripted.vendor import Asked

ASKS = "Ask the panel, please."
_ENDS_WITHIN_S = 30.0


@dataclass(kw_only=True)
class Stage:
    """One agent in one scene. `said` is what it has printed in the end."""

    client: Client
    place: Place
    program: Program
    scene: Scene
    service: Service
    dialect: Dialect
    agent: AgentHome
    mind: Mind
    said: str = ""

    @property
    def heard(self) -> str:
        """All that the agent's model was told."""
        return "\n".join(asked.text for asked in self.service.asked)

    @property
    def told(self) -> Sequence[Asked]:
        """Every request to the agent's model."""
        return self.service.asked

    def environ(self) -> Mapping[str, str]:
        """What the agent sees of its person's environment."""
        home, temporary = self.scene.home, self.scene.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        path = f"{self.place.program}{os.pathsep}{home.environ().get('PATH', os.defpath)}"
        return home.environ(PATH=path, TMPDIR=str(temporary), **self.agent.environ(self.service.url))

    def words(self, command: Sequence[str]) -> list[str]:
        """A command with the model's name in its place."""
        return [word.replace("{model}", self.program.model) for word in command]


@contextmanager
def staged(client: Client, place: Place, door: Door, name: Name) -> Generator[Stage]:
    """Set everything up for one scene."""
    program = programs()[client.agent].model_copy(update={"version": client.version})
    dialect = DIALECTS[program.speaks]
    with ExitStack() as stack:
        scene = stack.enter_context(Scene(name, door))
        service = stack.enter_context(dialect.service())
        agent = AgentHome(program, scene.home.user, scene.folder / "touched")
        mind = Mind(dialect, name, client)
        service.script(mind.reply())
        agent.write(service.url, _fusion(scene, agent))
        yield Stage(
            client=client,
            place=place,
            program=program,
            scene=scene,
            service=service,
            dialect=dialect,
            agent=agent,
            mind=mind,
        )


def run(at: Stage) -> None:
    """Have the agent answer, to its end."""
    running = start(at)
    with suppress(subprocess.TimeoutExpired):
        running.wait(PLANS[at.scene.name].within_s + _ENDS_WITHIN_S)
    end(running)
    at.said = _output(at).read_text(encoding="utf-8", errors="replace")


def start(at: Stage) -> "subprocess.Popen[str]":
    """Start the agent as its own command has it; what is said to it comes on stdin, or in a prompt's own words."""
    said, more = ASKS, ()
    if at.scene.name == "reading" and at.client.prompt:
        said, *more = (word.replace("{question}", QUICKLY) for word in at.client.prompt)
    question = at.scene.folder / "question"
    question.write_text(said, encoding="utf-8")
    with question.open() as asked, _output(at).open("w") as output:
        return subprocess.Popen(  # noqa: S603 - a program of the catalogue
            [*at.words(tomllib.loads(at.program.own)["command"]), *more],
            env=at.environ(),
            cwd=at.scene.home.user,
            stdin=asked,
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
        )


def end(running: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> None:
    """End the agent, with all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def _output(at: Stage) -> Path:
    return at.scene.folder / "output"


def _fusion(scene: Scene, agent: AgentHome) -> str:
    """Say where the agent finds our server."""
    if scene.door == "stdio":
        return agent.stdio(scene.home.environ(), scrubs=False)
    return agent.http(scene.url.removesuffix("/mcp"), scene.headers["Authorization"].removeprefix("Bearer "))
