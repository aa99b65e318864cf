"""One home with scripted models, in which a framework is run, and what came of it."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from framework.programs import ROOT, Programs
from scripted import Behaviour, Home, ScriptedProvider, answers, depends, judges
from scripted.calls import Call

CAPITALS = {"Australia": "Canberra", "Kazakhstan": "Astana", "Bolivia": "La Paz"}
MEMBERS = ("alpha", "beta", "gamma")
SOLO = "deepseek/deepseek-v4-pro"
"""The model alone of the example's configuration, which is asked at the scripted provider here."""
ENDS_WITHIN_S = 120.0
WRITTEN_WITHIN_S = 0.5
_PRICE = (1.0, 2.0)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a program ended: its status, what it printed, the calls that it caused, and how long it took."""

    status: int
    printed: str
    calls: int
    seconds: float


class Scene:
    """A home whose presets `budget` and `quality` are three scripted members that know the examples' capitals.

    A context manager; each scene has a journal of its own.
    """

    def __init__(self, found: Programs) -> None:
        self._programs = found
        self._folder = tempfile.TemporaryDirectory(prefix="frameworks-")
        self.place = Path(self._folder.name)
        self.provider = ScriptedProvider()

    def __enter__(self) -> Self:
        self.provider.__enter__()
        home = Home(self.place)
        prices: dict[str, tuple[float, float]] = dict.fromkeys((*MEMBERS, "judge", "writer"), _PRICE)
        for preset in ("quality", "budget"):
            home.trio(self.provider, name=preset, prices=prices, max_cost_usd=0.5)
        for model in (*MEMBERS, "writer"):
            self.provider.script(model, knows())
        self.provider.script("judge", judges())
        self.provider.script(SOLO, knows(but="Bolivia"))
        self._environ = {**home.environ(**_quiet(self.place)), "PROMPTFOO_PYTHON": str(self._programs.python)}
        self._environ["PATH"] = f"{self._programs.scripts}:{self._environ['PATH']}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.provider.__exit__(kind, error, trace)
        self._folder.cleanup()

    def inspect(self, *arguments: str, task: str = "examples/inspect/capitals.py", stop: bool = False) -> Ran:
        """Run `inspect eval` on a task, as the README has it."""
        shown = ("--model", "fusion/budget", "--display", "plain")
        return self._run(("inspect", "eval", task, *shown, *arguments), ROOT, stop=stop)

    def log(self) -> Mapping[str, Any]:
        """Read the last log that inspect wrote."""
        last = max((self.place / "logs").glob("*.eval"), key=lambda file: file.stat().st_mtime)
        command = ("inspect", "log", "dump", str(last))
        program = str(self._programs.scripts / command[0])
        dumped = subprocess.run((program, *command[1:]), env=self._environ, capture_output=True, check=True, timeout=60)  # noqa: S603
        return json.loads(dumped.stdout)

    def promptfoo(self, *arguments: str, config: str = "promptfooconfig.yaml", stop: bool = False) -> Ran:
        """Run `promptfoo eval` on an example's configuration, with the model alone asked here instead of its vendor."""
        folder = self.place / "promptfoo"
        if not folder.exists():
            shutil.copytree(ROOT / "examples" / "promptfoo", folder)
            file, label = folder / "promptfooconfig.yaml", "    label: one model alone\n"
            here = f"{label}    config: {{ apiBaseUrl: '{self.provider.base_url}' }}\n"
            file.write_text(file.read_text(encoding="utf-8").replace(label, here), encoding="utf-8")
        shown = ("--no-progress-bar", "--output", str(self.place / "out.json"))
        command = (str(self._programs.promptfoo), "eval", "-c", str(folder / config), *shown, *arguments)
        return self._run(command, self.place, stop=stop)

    def output(self) -> Sequence[Mapping[str, Any]]:
        """Read what promptfoo wrote of each case."""
        return json.loads((self.place / "out.json").read_text(encoding="utf-8"))["results"]["results"]

    def _run(self, command: Sequence[str], where: Path, *, stop: bool) -> Ran:
        """Run a program to its end; with `stop`, press Ctrl-C once two members have answered and one is being asked."""
        before, began = len(self.provider.calls), time.monotonic()
        program = shutil.which(command[0], path=self._environ["PATH"]) or command[0]
        with (
            subprocess.Popen(  # noqa: S603
                (program, *command[1:]),
                cwd=where,
                env=self._environ,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as process
        ):
            if stop:
                self.provider.wait_until(_has_finished_some, within=60)
                time.sleep(WRITTEN_WITHIN_S)
                _press_ctrl_c(process.pid)
            try:
                printed, _ = process.communicate(timeout=ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                printed, _ = process.communicate()
        seconds = time.monotonic() - began
        return Ran(status=process.returncode, printed=printed, calls=len(self.provider.calls) - before, seconds=seconds)


def knows(but: str = "") -> Behaviour:
    """Answer with the capital that is asked for, and wrongly for the country `but`."""

    def choose(call: Call) -> Behaviour:
        text = json.dumps(call.body)
        named = next((country for country in CAPITALS if country in text), "")
        said = f"It is {CAPITALS[named]}." if named and named != but else "I believe it is Atlantis."
        return answers(said, usage=(100, 50))

    return depends(choose)


def until(holds: Callable[[], bool], within: float) -> bool:
    """Wait for something to become true; whether it did."""
    end = time.monotonic() + within
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


def _has_finished_some(provider: ScriptedProvider) -> bool:
    return 0 < provider.in_flight == len(provider.calls_to("gamma")) and len(provider.calls_to("alpha")) > 0


def _press_ctrl_c(group: int) -> None:
    """Send what a terminal sends: the signal goes to the program and to all that it has started."""
    os.killpg(group, signal.SIGINT)


def _quiet(place: Path) -> dict[str, str]:
    """Keep both frameworks in this folder and off the network."""
    return {
        "INSPECT_LOG_DIR": str(place / "logs"),
        "OPENROUTER_API_KEY": "sk-nobodys",
        "PROMPTFOO_CONFIG_DIR": str(place / "promptfoo-own"),
        "PROMPTFOO_CACHE_ENABLED": "false",
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PROMPTFOO_DISABLE_UPDATE": "1",
        "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
        "NO_COLOR": "1",
    }
