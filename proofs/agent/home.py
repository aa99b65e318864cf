"""A person's home in which an agent is logged in to a scripted service, and has fusion-mcp among its MCP servers."""

import base64
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from agent.programs import Program

_NAMES = re.compile(r"\{(service|fusion|other|touched|command|args|url|token|text|picture)\}")
_STARTED = 'echo >> "$0"; exec "$@"'
"""A shell's program: it leaves a file, then becomes what it is told to start."""
_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_SECRETS = ("iVBORw0KGgo", "canary-of-a-file-9c41e0")
"""How the picture begins in base64, and what stands in the text."""


class AgentHome:
    """The files of one trial in the person's home, and what has been started since."""

    def __init__(self, program: Program, user: Path, touched: Path) -> None:
        self._program = program
        self._user = user
        self._touched = touched
        self._written: frozenset[str] = frozenset()
        self._secrets = {"text": user / "secret.txt", "picture": user / "secret.png"}
        touched.mkdir()

    @property
    def touched(self) -> list[str]:
        """Who has left a file: MCP servers, hooks, tools."""
        return sorted(file.name for file in self._touched.iterdir())

    @property
    def secret(self) -> Path:
        """A file of the person's that no model may be told of."""
        return self._secrets["text"]

    def stdio(self, environ: Mapping[str, str], *, scrubs: bool) -> str:
        """Say how fusion-mcp is started, with these variables besides the agent's, or with these alone."""
        variables = [f"{name}={value}" for name, value in environ.items()]
        wrapped = ["env", *(["-i"] if scrubs else []), *variables, sys.executable, "-m", "fusion_mcp"]
        return self._server("fusion", *wrapped)

    def http(self, url: str, token: str) -> str:
        """Say where a fusion-mcp is that runs already."""
        return _filled(self._program.http, {"url": f"{url}/mcp", "token": token})

    def write(self, service: str, fusion: str) -> None:
        """Write the home's files; `fusion` is what `stdio` or `http` gave."""
        words = {"service": service, "fusion": fusion, "other": self._server("other", "true")}
        for name, text in self._program.home.items():
            file = self._user / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_filled(text, words | {"touched": str(self._touched)}), encoding="utf-8")
        self._secrets["text"].write_text(_SECRETS[1], encoding="utf-8")
        self._secrets["picture"].write_bytes(_PICTURE)
        self._written = frozenset(self._files())

    def environ(self, service: str) -> dict[str, str]:
        """Give the variables that the person has set for the agent."""
        return {name: _filled(value, {"service": service}) for name, value in self._program.environ.items()}

    def tricks(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Give the tools that a model tries, and with what arguments."""
        for name, arguments in self._program.tricks.items():
            words = {"touched": self._touched, **self._secrets}
            text = _filled(json.dumps(arguments), {name: str(path) for name, path in words.items()})
            yield name, json.loads(text)

    @staticmethod
    def told(requests: Sequence[str]) -> bool:
        """Whether requests tell what is in a file of the home."""
        return any(secret in request for secret in _SECRETS for request in requests)

    def left(self) -> list[str]:
        """Name the files that are in the home now and were not written by us."""
        return sorted(set(self._files()) - self._written)

    def with_word(self, word: str) -> list[str]:
        """Name those of them that contain a word."""
        return [name for name in self.left() if word.encode() in (self._user / name).read_bytes()]

    def _server(self, name: str, *command: str) -> str:
        args = ["-c", _STARTED, str(self._touched / name), *command]
        return _filled(self._program.stdio, {"args": json.dumps(args), "command": json.dumps(["/bin/sh", *args])})

    def _files(self) -> list[str]:
        return [str(file.relative_to(self._user)) for file in self._user.rglob("*") if file.is_file()]


def _filled(text: str, words: Mapping[str, str]) -> str:
    return _NAMES.sub(lambda found: words.get(found[1], found[0]), text)
