"""A client's own script, played in the environment of that client, and what it tells."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from client.catalogue import HERE, Client, Door
from client.facts import NO, YES, finding
from client.places import Place
from client.scene import PLANS, Name, Scene

BRIDGED = "python_sdk_2.py"
"""Who reaches a server through a bridge: this project's own environment has the Python SDK."""
_ENDS_WITHIN_S = 30.0


def play(client: Client, place: Place, door: Door, scene: Name, *, advised: bool = False) -> dict[str, str]:
    """Play one scene and give what was found, by feature; `advised` is with the settings that we advise."""
    with Scene(scene, "http" if client.runs == "bridge" else door) as stage:
        playing = _start(client, place, stage, client.settings if advised else {})
        cancelled = None
        try:
            if scene == "cancelling":
                cancelled = _cancel(stage, playing)
            said, _ = playing.communicate(timeout=PLANS[scene].within_s + _ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            playing.kill()
            said, _ = playing.communicate()
        finally:
            playing.kill()
        facts = _told(said)
        if scene == "cancelling":
            return facts if "connects" in facts else {"cancels": cancelled or _cancelled_late(stage)}
        return _renamed(facts, scene, stage)


def _start(client: Client, place: Place, stage: Scene, settings: Mapping[str, Any]) -> "subprocess.Popen[str]":
    job = stage.job() | {"settings": dict(settings)}
    if client.runs == "bridge":
        job |= _bridged(place, stage)
    command = [str(place.program), str(HERE / "scripts" / _script(client)), json.dumps(job)]
    environ = _environ(stage.home.user, place)
    return subprocess.Popen(  # noqa: S603 - the script is ours
        command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _script(client: Client) -> str:
    return BRIDGED if client.runs == "bridge" else client.script


def _bridged(place: Place, stage: Scene) -> Mapping[str, Any]:
    """Have the script start the bridge, which reaches the server."""
    headers = [f"{name}: {value}" for name, value in stage.headers.items()]
    words = [word for header in headers for word in ("--header", header)]
    return {
        "door": "stdio",
        "command": [str(place.node), str(place.entry), stage.url, *words],
        "environ": _environ(stage.home.user, place),
    }


def _environ(user: Path, place: Place) -> dict[str, str]:
    outer = os.environ  # noqa: TID251 - a child process needs the machine's PATH
    return {"PATH": outer.get("PATH", os.defpath), "HOME": str(user), "CLIENT_FOLDER": str(place.folder)}


def _cancel(stage: Scene, playing: "subprocess.Popen[str]") -> str | None:
    """Let the script cancel its call; None when the provider's calls go on while the client is still connected."""
    if not stage.until_asked(lambda: playing.poll() is not None):
        return finding(NO, "the panel was never asked")
    stage.busy.touch()
    closed = stage.until_closed()
    stage.over.touch()
    return YES if closed else None


def _cancelled_late(stage: Scene) -> str:
    closed = stage.until_closed()
    return finding(YES, "only when its connection ends") if closed else finding(NO, "the run goes on to its end")


def _told(said: str) -> dict[str, str]:
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    return {line["feature"]: finding(line["verdict"], line["why"]) for line in lines}


def _renamed(facts: dict[str, str], scene: Name, stage: Scene) -> dict[str, str]:
    """Call the end of a run that outlasts its call by the scene's name; one that was paid twice did not hold."""
    if scene == "session":
        return facts or {"connects": finding(NO, "it said nothing")}
    found = facts.get("outlasts") or facts.get("connects") or finding(NO, "it said nothing")
    if found == YES and stage.calls_of_panel() != stage.members:
        found = finding(NO, f"{stage.calls_of_panel()} calls for a panel of {stage.members}")
    return {"patient" if scene == "patient" else "outlasts": found}
