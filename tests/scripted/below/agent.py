"""Run as a program: an agent that is a client of fusion-mcp itself, and asks it what it was asked.

The one argument is a file with its plan: which door, what it strips on the way, how it leaves its parents. Each reply
is noted beside it for whoever looks; the answer on stdout is made of it.
"""

import fcntl
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from doors import Reply, by_command, by_http, by_sse, by_stdio, is_up, message
from words import WAYS

KEPT = ("PATH", "HOME")


def main(file: Path) -> None:
    """Ask, and answer with whatever came back."""
    plan: Mapping[str, Any] = json.loads(file.read_text())
    asked = sys.stdin.read()
    number = _begun(file)
    if number > plan["most"]:
        _say("The proof's own brake: nothing else had stopped it.")
        return
    if plan["leaves"] == "session":
        _go_on_in_a_session_of_its_own()
    ask = partial(_ask, plan, asked, number)
    reply = _as_daemon(ask) if plan["leaves"] == "daemon" else ask()
    with file.with_suffix(".replies").open("a") as notes:
        fcntl.flock(notes, fcntl.LOCK_EX)
        notes.write(json.dumps({"number": number, **reply.as_json()}) + "\n")
    _say(f"It is 42, I say. I had asked the tool, which said: {reply.text}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _begun(file: Path) -> int:
    """Count how many of us there have been."""
    with file.with_suffix(".begun").open("a") as begun:
        fcntl.flock(begun, fcntl.LOCK_EX)
        begun.write(".")
        return begun.tell()


def _ask(plan: Mapping[str, Any], asked: str, number: int) -> Reply:
    arguments = {**WAYS[plan["words"]](asked), **plan["arguments"]}
    if plan["hurries"]:  # each level has less time than the one above it
        arguments["deadline_s"] = max(plan["hurries"] - 2.5 * number, 1.0)
    if plan["tool"] == "fusion_result":
        arguments = {"run_id": _live_run(plan), "wait_s": 0.5}
    call = message(plan["tool"], arguments, plan["meta"])
    if plan["waits"]:
        is_up(plan["url"], within_s=20)
    headers = {"Authorization": f"Bearer {plan['token']}", **plan["headers"]}
    if plan["door"] == "http":
        return by_http(call, plan["url"], headers)
    if plan["door"] == "sse":
        return by_sse(call, plan["url"], headers)
    if plan["door"] == "command":
        return by_command(arguments, _environ(plan))
    return by_stdio(call, _environ(plan))[0]


def _environ(plan: Mapping[str, Any]) -> dict[str, str]:
    """What the server that it starts is given: as its configuration in an agent's home would."""
    own = os.environ  # noqa: TID251 - it is what it was given
    whole = {name: value for name, value in own.items() if name != "FUSION_MCP_HOME"}
    kept = {
        "all": whole,
        "unmarked": {name: value for name, value in whole.items() if name != "FUSION_MCP_DEPTH"},
        "scrubbed": {name: whole[name] for name in KEPT if name in whole},
    }[plan["environ"]]
    return {**kept, "FUSION_MCP_HOME": plan["home"]}


def _live_run(plan: Mapping[str, Any]) -> str:
    """Find its own run in the journal, as only somebody on this machine can."""
    with closing(sqlite3.connect(Path(plan["home"], "data", "runs.db"))) as file:
        return file.execute("SELECT id FROM runs WHERE status = 'running' ORDER BY created_at").fetchone()[0]


def _go_on_in_a_session_of_its_own() -> None:
    """Go on as a child, while the process that was started waits for it."""
    child = os.fork()
    if child:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    os.setsid()


def _as_daemon(ask: Callable[[], Reply]) -> Reply:
    """Do it in an orphan that leads a session of its own, and hear of it by a pipe."""
    heard, said = os.pipe()
    child = os.fork()
    if child:
        os.close(said)
        os.waitpid(child, 0)
        with os.fdopen(heard) as pipe:
            told = pipe.read()
        return Reply(**json.loads(told)) if told else Reply(text="the daemon died", result={})
    os.close(heard)
    os.setsid()
    if os.fork():
        os._exit(0)
    with os.fdopen(said, "w") as pipe:
        pipe.write(json.dumps(ask().as_json()))
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
