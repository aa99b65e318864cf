"""An agent program with a scripted model, told to ask the panel, and what came of it."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress

from client.catalogue import Client, Door
from client.facts import ABSENT, NO, YES, finding, holds
from client.places import Place
from client.scene import ANSWER, PRESET, QUICKLY, Name
from client.staging import Stage, end, run, staged, start
from client.windows import shows

TOOLS = ("fusion_ask", "fusion_compare", "fusion_result")
ONLY_STRUCTURED = "cost_vs_single"
"""A field of the structured result of which the text says nothing."""
UNSEEN = finding(YES, "it asks for it; nobody has looked at its windows")
_PROMPT = re.compile(r'Use the tool fusion_ask([^:]*for this question:[\\n"]*(.*?))\\+n')
"""What a prompt says, as it stands in a request: up to the question's end, and the question."""


def play(client: Client, place: Place, door: Door, scene: Name) -> dict[str, str]:
    """Play one scene and give what was found, by feature."""
    with staged(client, place, door, scene) as at:
        return _FOUND[scene](at)


def _session(at: Stage) -> dict[str, str]:
    run(at)
    offered = {name for asked in at.told for name in at.dialect.tools(asked)}
    missing = [
        tool for tool in TOOLS if not any(name.endswith(tool) for name in offered) and f"__{tool}" not in at.heard
    ]
    listed = finding(NO, f"without {', '.join(missing)}") if missing else YES
    if not at.told:
        return {"connects": finding(NO, f"its model was never asked; it said: {at.said[-200:]}")}
    asks = YES if ANSWER in at.heard else finding(NO, "the answer never reached its model")
    reads = YES if ONLY_STRUCTURED in at.heard else finding(ABSENT, "its model reads the text")
    return {
        "connects": YES if len(missing) < len(TOOLS) or holds(asks) else finding(NO, "it offers no tool of ours"),
        "lists": listed,
        "asks": asks,
        "structured": reads,
        "progress": finding(ABSENT, "it asks for none") if at.mind.has_fetched else UNSEEN,
    }


def _outlasting(at: Stage) -> dict[str, str]:
    run(at)
    feature = "patient" if at.scene.name == "patient" else "outlasts"
    if ANSWER not in at.heard:
        return {feature: finding(NO, f"the answer never reached its model; it said: {at.said[-200:]}")}
    if (calls := at.scene.calls_of_panel()) != at.scene.members:
        return {feature: finding(NO, f"{calls} calls for a panel of {at.scene.members}")}
    return {feature: YES}


def _cancelling(at: Stage) -> dict[str, str]:
    running = start(at)
    try:
        return {"cancels": _cancelled(at, running)}
    finally:
        end(running)


def _cancelled(at: Stage, running: "subprocess.Popen[str]") -> str:
    """Press Ctrl-C, as a terminal does: the agent's whole group gets it."""
    if not at.scene.until_asked(lambda: running.poll() is not None):
        return finding(NO, "the panel was never asked")
    for number, when in ((signal.SIGINT, ""), (signal.SIGTERM, "only when it is told to end")):
        with suppress(ProcessLookupError):
            os.killpg(running.pid, number)
        if at.scene.until_closed():
            return finding(YES, when)
    return finding(NO, "the run goes on to its end")


def _reading(at: Stage) -> dict[str, str]:
    run(at)
    found = {"resource": YES if PRESET in at.heard else finding(NO, "its model was not told the preset")}
    return found | {"prompt": _prompted(at) if at.client.prompt else finding(ABSENT)}


def _prompted(at: Stage) -> str:
    """Say whether the prompt came with the whole question."""
    came = _PROMPT.search(at.heard)
    if came is None:
        return finding(NO, "its model was not told the prompt")
    if came[2].startswith(QUICKLY):
        return YES
    return finding(NO, f"it takes each word for an argument, so that the question is ‘{came[2]}’")


_FOUND: dict[Name, Callable[[Stage], dict[str, str]]] = {
    "session": _session,
    "outlasting": _outlasting,
    "patient": _outlasting,
    "cancelling": _cancelling,
    "reading": _reading,
    "watching": lambda at: {"progress": shows(at)},
}
