"""Proof: the bundle is valid for the format's own tool, and what it installs is the server that it describes.

Builds it, has @anthropic-ai/mcpb (from npm) validate, unpack and pack it, fills in its fields as a client does, and has
uv (from the package index) install and start it: with no key, with fields that a client handed over as they were, and
with one key. The wheel is this checkout's, and only models are scripted. Prints a table; exits with 1 when something
does not hold, and with 2 when a program cannot be installed. Linux and macOS only.

    python3 scripts/prove.py bundle
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anyio

from bundled.installed import filled_in, installed, started, told
from bundled.programs import MCPB, ROOT, UV, Programs, programs
from distribution.bundle import contents, packed
from distribution.project import read_project
from scripted import Home, ScriptedProvider
from scripted.trio import trio_answers
from tables import conclude, show

HEAD = ("case", "s", "what came of it", "verdict")
ASKED = "fusion_ask"
QUESTION = {"question": "What is the capital of France?"}
TYPED = "sk-typed-into-the-form"

Seen = tuple[str, bool]


def main() -> None:
    """Try every case and judge it."""
    found = programs()
    rows: list[tuple[object, ...]] = []
    violations: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bundle-") as folder:
        place = Place(Path(folder), found)
        for case, trial in CASES.items():
            print(f"{case} ...", file=sys.stderr, flush=True)
            began = time.monotonic()
            said, holds = trial(place)
            rows.append((case, f"{time.monotonic() - began:.1f}", said, "holds" if holds else "VIOLATED"))
            violations += [] if holds else [f"{case}: {said}"]
    show(HEAD, rows)
    conclude(violations, f"{len(CASES)} cases with mcpb {MCPB} and uv {UV}")


class Place:
    """A folder with the bundle in it, as a file and unpacked, and a home for each start."""

    def __init__(self, folder: Path, found: Programs) -> None:
        """Build the bundle."""
        self.found, self.folder = found, folder
        self.files = contents(read_project(), ROOT)
        self.bundle, self.unpacked = folder / "built.mcpb", folder / "unpacked here"
        self.bundle.write_bytes(packed(self.files))
        self._homes = 0

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the bundle says of itself."""
        return json.loads(self.files["manifest.json"])

    def home(self) -> Home:
        """Make another home."""
        self._homes += 1
        folder = self.folder / f"home {self._homes}"
        folder.mkdir()
        return Home(folder)


def built_again(place: Place) -> Seen:
    """The same tree gives the same bytes."""
    again = packed(contents(read_project(), ROOT))
    return f"{len(again):,} bytes", again == place.bundle.read_bytes()


def unpacked(place: Place) -> Seen:
    """The tool takes the archive apart, and every file is there."""
    said = told(place.found.mcpb, "unpack", place.bundle, place.unpacked)
    files = {name: place.unpacked / name for name in place.files}
    holds = all(file.exists() and file.read_text(encoding="utf-8") == place.files[name] for name, file in files.items())
    return ", ".join(files) if holds else said.stderr or said.stdout, holds


def validated(place: Place) -> Seen:
    """The tool finds nothing wrong with the manifest, and something with one that was spoilt."""
    good = told(place.found.mcpb, "validate", place.unpacked)
    spoilt = place.folder / "spoilt.json"
    spoilt.write_text(json.dumps({**place.manifest, "manifest_version": "0.3"}), encoding="utf-8")
    bad = told(place.found.mcpb, "validate", spoilt)
    return (good.stdout or good.stderr).strip().splitlines()[-1], not good.returncode and bool(bad.returncode)


def packed_by_the_tool(place: Place) -> Seen:
    """The tool packs the same files."""
    said = told(place.found.mcpb, "pack", place.unpacked, place.folder / "packed.mcpb")
    counted = f"total files: {len(place.files)}"
    return counted, not said.returncode and counted in said.stdout


def installed_by_uv(place: Place) -> Seen:
    """What the bundle asks for is to be had, and fits together."""
    said = installed(place.found, place.unpacked)
    lines = [line for line in said.stderr.splitlines() if line.startswith(("Installed", "error"))]
    return " ".join(lines), said.returncode == 0


def without_a_key(place: Place) -> Seen:
    """Nothing is typed: it starts, lists what the manifest says, and a question is told what can be done."""
    config = filled_in(place.found, place.unpacked, {})
    return anyio.run(_asks_for_a_key, place, config, config["env"])


def with_fields_left_as_they_were(place: Place) -> Seen:
    """A client that fills in nothing at all: the placeholders are nobody's keys."""
    config = filled_in(place.found, place.unpacked, {})
    return anyio.run(_asks_for_a_key, place, config, place.manifest["server"]["mcp_config"]["env"])


def with_a_key(place: Place) -> Seen:
    """The key that is typed into the first field reaches the provider."""
    first = next(iter(place.manifest["user_config"]))
    return anyio.run(_answers, place, filled_in(place.found, place.unpacked, {first: TYPED}))


async def _asks_for_a_key(place: Place, config: Mapping[str, Any], env: Mapping[str, str]) -> Seen:
    async with started(place.found, place.home(), config, env) as client:
        listed = [(tool.name, tool.description) for tool in (await client.list_tools()).tools]
        result = await client.call_tool(ASKED, QUESTION)
    said = " ".join(getattr(part, "text", "") for part in result.content)
    described = [(tool["name"], tool["description"]) for tool in place.manifest["tools"]]
    holds = listed == described and result.is_error is True and "set OPENROUTER_API_KEY" in said
    return f"{len(listed)} tools; {said[:60]} ...", holds


async def _answers(place: Place, config: Mapping[str, Any]) -> Seen:
    home = place.home()
    with ScriptedProvider() as provider:
        trio_answers(provider)
        home.trio(provider)
        variable = next(iter(config["env"]))
        home.config(home.config_file.read_text(encoding="utf-8").replace("WORK_API_KEY", variable))
        async with started(place.found, home, config, config["env"]) as client:
            result = await client.call_tool(ASKED, QUESTION)
        sent = {call.headers.get("authorization") for call in provider.calls}
    content: Mapping[str, Any] = result.structured_content or {}
    answer = content.get("answer")
    return f"{answer} {len(provider.calls)} calls", answer == "It is Paris." and sent == {f"Bearer {TYPED}"}


CASES: Mapping[str, Callable[[Place], Seen]] = {
    "built again": built_again,
    "mcpb unpack": unpacked,
    "mcpb validate": validated,
    "mcpb pack": packed_by_the_tool,
    "uv sync": installed_by_uv,
    "started without a key": without_a_key,
    "started with fields left as they were": with_fields_left_as_they_were,
    "started with a key": with_a_key,
}


if __name__ == "__main__":
    main()
