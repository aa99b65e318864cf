"""What the inspector makes of the product: its strict look at the tools' schemas, the other lists, and one call."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any

from conforming.programs import Programs
from fusion_mcp.server.shapes import SHAPES
from fusion_mcp.server.tools import ASK, COMPARE

ERAS = ("legacy", "modern")
STRICT = "--strict"
AT_ONCE = 2
WITHIN_S = 60.0
_LONGEST = 300

Told = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Look:
    """One command of the inspector's: what it is asked, and what must be in the reply."""

    method: str
    arguments: Sequence[str] = ()
    holds: Callable[[Told], bool]

    @property
    def is_strict(self) -> bool:
        """Whether it is to find nothing at all, warnings included."""
        return STRICT in self.arguments


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What came of a look: the inspector's last words, and the violation if there is one."""

    door: str
    asked: str
    said: str
    violation: str | None
    seconds: float


LOOKS = (
    Look(method="tools/list", arguments=(STRICT,), holds=lambda told: _names(told["tools"]) == [*SHAPES]),
    Look(method="prompts/list", holds=lambda told: _names(told["prompts"]) == [ASK, COMPARE]),
    Look(
        method="prompts/get",
        arguments=("--prompt-name", ASK, "--prompt-args", "question=Why?"),
        holds=lambda told: "Why?" in told["messages"][0]["content"]["text"],
    ),
    Look(method="resources/list", holds=lambda told: bool(told["resources"])),
    Look(method="resources/templates/list", holds=lambda told: bool(told["resourceTemplates"])),
    Look(
        method="resources/read",
        arguments=("--uri", "fusion://presets"),
        holds=lambda told: bool(json.loads(told["contents"][0]["text"])),
    ),
    Look(
        method="tools/call",
        arguments=("--tool-name", ASK, "--tool-arg", "question=Why?"),
        holds=lambda told: told["structuredContent"]["status"] == "ok",
    ),
)


@dataclass(frozen=True, kw_only=True)
class _Door:
    name: str
    target: Sequence[str]
    era: str


def inspected(programs: Programs, url: str, environ: Mapping[str, str]) -> Iterator[Seen]:
    """Look at the product at `url`, and at one that the inspector starts itself."""
    variables = (word for name, value in environ.items() for word in ("-e", f"{name}={value}"))
    targets = {"stdio": (sys.executable, "-m", "fusion_mcp", *variables), "HTTP": (f"{url}/mcp", "--transport", "http")}
    doors = [_Door(name=name, target=target, era=era) for (name, target), era in product(targets.items(), ERAS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [pool.submit(_looked, programs, door, look, environ) for door, look in product(doors, LOOKS)]
        yield from (job.result() for job in jobs)


def _looked(programs: Programs, door: _Door, look: Look, environ: Mapping[str, str]) -> Seen:
    start = time.monotonic()
    asked = ("--protocol-era", door.era, "--method", look.method, *look.arguments)
    command = [*programs.inspector, "--cli", *door.target, *asked]
    try:
        ran = subprocess.run(  # noqa: S603
            command, env=programs.environ(environ), capture_output=True, text=True, check=False, timeout=WITHIN_S
        )
        last, violation = _last(ran.stderr), _violation(look, ran)
    except subprocess.TimeoutExpired:
        last, violation = "", f"did not end within {WITHIN_S:.0f} s"
    return Seen(
        door=f"{door.name}, {door.era}",
        asked=f"{look.method} {STRICT}" if look.is_strict else look.method,
        said=last,
        violation=violation,
        seconds=time.monotonic() - start,
    )


def _violation(look: Look, ran: subprocess.CompletedProcess[str]) -> str | None:
    if ran.returncode:
        return f"ended with status {ran.returncode}: {_last(ran.stderr)}"
    if look.is_strict and "Warning:" in ran.stderr:
        return f"warned: {ran.stderr[:_LONGEST]}"
    return None if _holds(look, ran.stdout) else f"replied {ran.stdout[:_LONGEST]}"


def _holds(look: Look, printed: str) -> bool:
    try:
        return look.holds(json.loads(printed))
    except (ValueError, LookupError, TypeError):
        return False


def _last(said: str) -> str:
    return next((line for line in reversed(said.splitlines()) if line.strip()), "")[:_LONGEST]


def _names(listed: Sequence[Told]) -> list[str]:
    return [str(each["name"]) for each in listed]
