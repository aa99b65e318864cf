"""One client by one transport: all its scenes, one after the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from client import agents, inspecting, scripts
from client.catalogue import Client, Door
from client.facts import NO, finding, holds, reason, verdict
from client.places import Place
from client.scene import Name

_PLAYS: Mapping[str, Callable[[Client, Place, Door, Name], dict[str, str]]] = {
    "python": scripts.play,
    "node": scripts.play,
    "bridge": scripts.play,
    "inspector": inspecting.play,
    "agent": agents.play,
}
_SCENES: Sequence[Name] = ("session", "outlasting", "cancelling")
_OF_AGENTS: Sequence[Name] = (*_SCENES, "reading")
_FEATURE: Mapping[Name, str] = {
    "session": "connects",
    "outlasting": "outlasts",
    "cancelling": "cancels",
    "reading": "resource",
    "watching": "progress",
}


@dataclass(frozen=True)
class Trial:
    """Who is tried, and how it reaches the server."""

    client: Client
    place: Place
    door: Door


def tried(trial: Trial, *, patiently: bool) -> dict[str, str]:
    """Play every scene and give what was found, by feature."""
    found: dict[str, str] = {}
    for name in _OF_AGENTS if trial.client.runs == "agent" else _SCENES:
        found |= _played(trial, name)
    if trial.client.window:
        found |= _played(trial, "watching")
    return found | (_patient(trial) if patiently else {})


def _played(trial: Trial, name: Name) -> dict[str, str]:
    """Play a scene; what does not hold is tried once more, since a busy machine can be too slow for a client."""
    found = _played_once(trial, name)
    if all(verdict(one) != NO for one in found.values()):
        return found
    return _played_once(trial, name) | {feature: one for feature, one in found.items() if holds(one)}


def _played_once(trial: Trial, name: Name) -> dict[str, str]:
    try:
        return _PLAYS[trial.client.runs](trial.client, trial.place, trial.door, name)
    except Exception as fault:  # noqa: BLE001 - whatever keeps a client from its end is the finding
        return {_FEATURE.get(name, name): finding(NO, f"{type(fault).__name__}: {fault}")}


def _patient(trial: Trial) -> dict[str, str]:
    """Wait long with everything at its default; where that does not hold, with what we advise."""
    found = _played_once(trial, "patient")
    if not trial.client.settings or holds(found["patient"]):
        return found
    advised = scripts.play(trial.client, trial.place, trial.door, "patient", advised=True)
    says = "yes with our advice" if holds(advised["patient"]) else "nor with our advice"
    return {"patient": finding(NO, f"{reason(found['patient'])}; {says}")}
