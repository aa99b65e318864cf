"""The inspector's command line: every call is a process of its own, and so, on stdio, is the server."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

from client.catalogue import Client, Door
from client.facts import ABSENT, NO, YES, finding
from client.places import Place
from client.scene import ANSWER, PLANS, PRESET, QUICKLY, Name, Scene
from server.running import COMMAND

_MOST_FETCHES = 12


class Inspector:
    """Runs it in one scene."""

    def __init__(self, place: Place, stage: Scene) -> None:
        self.stage = stage
        self._place = place
        config = stage.folder / "inspected.json"
        config.write_text(json.dumps({"mcpServers": {"fusion": _server(stage)}}), encoding="utf-8")
        self._command = [str(place.node), str(place.entry), "--cli", "--config", str(config), "--server", "fusion"]
        self.said = ""

    def start(self, method: str, *more: str) -> "subprocess.Popen[str]":
        """Begin one call."""
        home = str(self.stage.home.user)
        outer = os.environ  # noqa: TID251 - a child process needs the machine's PATH
        return subprocess.Popen(  # noqa: S603 - a program of the catalogue
            [*self._command, "--method", method, *more],
            env={"PATH": outer.get("PATH", os.defpath), "HOME": home},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def reply(self, method: str, *more: str) -> Mapping[str, Any]:
        """Make one call and read its reply; nothing where there is none."""
        said, self.said = self.start(method, *more).communicate(timeout=PLANS[self.stage.name].within_s)
        start = said.find("{")
        return json.loads(said[start:]) if start >= 0 else {}

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call a tool."""
        pairs = [f"{name}={json.dumps(value)}" for name, value in arguments.items()]
        return self.reply("tools/call", "--tool-name", tool, "--tool-arg", *pairs)


def play(client: Client, place: Place, door: Door, scene: Name) -> dict[str, str]:
    """Play one scene and give what was found, by feature."""
    del client
    with Scene(scene, door) as stage:
        return _FOUND[scene](Inspector(place, stage))


def _session(inspector: Inspector) -> dict[str, str]:
    listed = json.dumps(inspector.reply("tools/list"))
    if "fusion_ask" not in listed:
        return {"connects": finding(NO, inspector.said[-200:])}
    asked = inspector.call("fusion_ask", {"question": QUICKLY})
    structured = asked.get("structuredContent", {}).get("answer") == ANSWER
    read = json.dumps(inspector.reply("resources/read", "--uri", "fusion://presets/trio"))
    arguments = ("--prompt-name", "fusion_ask", "--prompt-args", f"question={QUICKLY}")
    prompt = json.dumps(inspector.reply("prompts/get", *arguments))
    return {
        "connects": YES,
        "lists": YES if "fusion_compare" in listed and "fusion_result" in listed else NO,
        "asks": YES if ANSWER in json.dumps(asked) else finding(NO, inspector.said[-200:]),
        "structured": YES if structured else NO,
        "progress": finding(ABSENT, "it asks for none"),
        "resource": YES if PRESET in read else finding(NO, inspector.said[-200:]),
        "prompt": YES if QUICKLY in prompt else finding(NO, inspector.said[-200:]),
    }


def _outlasting(inspector: Inspector) -> dict[str, str]:
    stage = inspector.stage
    feature = "patient" if stage.name == "patient" else "outlasts"
    reply = inspector.call("fusion_ask", {"question": PLANS[stage.name].question})
    run_id = reply.get("structuredContent", {}).get("run_id")
    for _ in range(_MOST_FETCHES):
        if ANSWER in json.dumps(reply) or not run_id or reply.get("isError"):
            break
        reply = inspector.call("fusion_result", {"run_id": run_id, "wait_s": PLANS[stage.name].fetch_s})
    if ANSWER not in json.dumps(reply):
        said = " ".join(block["text"] for block in reply.get("content", []))
        return {feature: finding(NO, said or inspector.said[-200:])}
    if (calls := stage.calls_of_panel()) != stage.members:
        return {feature: finding(NO, f"{calls} calls for a panel of {stage.members}")}
    return {feature: YES}


def _cancelling(inspector: Inspector) -> dict[str, str]:
    stage = inspector.stage
    running = inspector.start(
        "tools/call", "--tool-name", "fusion_ask", "--tool-arg", f"question={PLANS[stage.name].question}"
    )
    try:
        if not stage.until_asked(lambda: running.poll() is not None):
            return {"cancels": finding(NO, "the panel was never asked")}
        running.send_signal(signal.SIGINT)
        return {"cancels": YES if stage.until_closed() else finding(NO, "the run goes on to its end")}
    finally:
        running.kill()
        running.communicate()


_FOUND: dict[Name, Callable[[Inspector], dict[str, str]]] = {
    "session": _session,
    "outlasting": _outlasting,
    "patient": _outlasting,
    "cancelling": _cancelling,
}


def _server(stage: Scene) -> Mapping[str, Any]:
    if stage.door == "http":
        return {"type": "http", "url": stage.url, "headers": dict(stage.headers)}
    return {"type": "stdio", "command": COMMAND[0], "args": list(COMMAND[1:]), "env": stage.home.environ()}
