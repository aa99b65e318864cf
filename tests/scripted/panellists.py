"""An agent program as a person would configure one: a command in config.toml whose behaviour is its model's name."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio

from scripted.home import Home

PROGRAM = r"""
import json, os, pathlib, sys, threading
model, folder = sys.argv[1], pathlib.Path(sys.argv[2])
asked = sys.stdin.buffer.read().decode()
seen = {"model": model, "asked": asked, "environ": dict(os.environ), "files": os.listdir("."), "pid": os.getpid()}
with open(folder / "seen.jsonl", "a") as file:
    file.write(json.dumps(seen) + "\n")

def event(**fields):
    print(json.dumps(fields), flush=True)

if model == "paris":
    print("Paris, says the agent.")
elif model == "echo":
    print(asked)
elif model == "judge":
    empty = {name: [] for name in ("contradictions", "partial_coverage", "unique_insights", "blind_spots")}
    print(json.dumps({"consensus": ["It is Paris."], **empty}))
elif model == "logged-out":
    sys.exit("Not logged in. Please run /login")
elif model == "limited":
    sys.exit("You have hit your usage limit. Try again at 5 pm.")
elif model == "breaks":
    print("half an ans")
    sys.exit(3)
elif model == "throws":
    sys.exit("Error: no such folder\n    at async main (file:///x/agent.js:17571:5)\n    at node:internal/x:95:5")
elif model == "leaks":
    sys.exit("cannot use the token " + os.environ["AGENT_TOKEN"])
elif model == "silent":
    pass
elif model == "floods":
    while True:
        print("x" * 1000)
elif model == "hangs":
    (folder / "hangs").touch()
    threading.Event().wait()
elif model == "researches":
    use = {"type": "tool_use", "id": "1", "name": "WebSearch", "input": {"query": "capital of France"}}
    event(type="assistant", message={"content": [use]})
    event(type="result", subtype="success", is_error=False, result="Paris, as I read.",
          usage={"output_tokens": 7}, total_cost_usd=0.5)
"""


class Panellists:
    """The program in a home, and what it has seen."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._program = home.user / "agent.py"
        self._program.write_text(PROGRAM, encoding="utf-8")

    def config(self, name: str, keys: Mapping[str, object]) -> str:
        """The provider's table for config.toml."""
        command = [sys.executable, "-I", "-S", str(self._program), "{model}", str(self._home.user)]
        table = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
        return f"[providers.{name}]\ncommand = {json.dumps(command)}\n{table}"

    @property
    def seen(self) -> list[Mapping[str, Any]]:
        """What each run of the program was given, in order."""
        file = Path(self._home.user, "seen.jsonl")
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    async def until_one_hangs(self) -> None:
        """Wait until one of them hangs; whoever calls this has a deadline."""
        while not Path(self._home.user, "hangs").exists():  # noqa: ASYNC110, ASYNC240 another process makes it
            await anyio.sleep(0.01)
