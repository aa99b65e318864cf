"""The bundle as a client installs it: unpacked, its fields filled in, and its server started by uv."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from bundled.programs import Programs
from scripted import Home

_WITHIN_S = 60.0
_INSTALLED_WITHIN_S = 600.0
# The client's own part, done by the format's library: defaults, what the person typed, and the placeholders.
_FILL_IN = """
import { readFileSync } from "node:fs";
import { getMcpConfigForManifest } from "@anthropic-ai/mcpb";
const [extensionPath, userConfig] = [process.argv[2], JSON.parse(process.argv[3])];
const manifest = JSON.parse(readFileSync(extensionPath + "/manifest.json", "utf8"));
const filled = await getMcpConfigForManifest({
  manifest, extensionPath, userConfig, systemDirs: {}, pathSeparator: "/",
});
console.log(JSON.stringify(filled));
"""


def told(*command: object) -> subprocess.CompletedProcess[str]:
    """Run a program of the format's, and give what it says."""
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=_WITHIN_S)  # noqa: S603


def filled_in(found: Programs, extension: Path, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Give the command, arguments and environment that a client starts it with, after a person has typed this."""
    script = found.node / "fill_in.mjs"
    script.write_text(_FILL_IN, encoding="utf-8")
    said = told("node", script, extension, json.dumps(typed))
    if said.returncode:
        raise RuntimeError(said.stderr)
    return json.loads(said.stdout)


def installed(found: Programs, extension: Path) -> subprocess.CompletedProcess[str]:
    """Have uv fetch what the bundle asks for, as it does by itself at a client's first start."""
    outer = os.environ  # noqa: TID251  # uv reaches the index as this machine does
    command = (str(found.uv / "uv"), "sync", "--directory", str(extension))
    return subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, timeout=_INSTALLED_WITHIN_S, env={**outer, **_own(found)}
    )


@asynccontextmanager
async def started(
    found: Programs, home: Home, config: Mapping[str, Any], env: Mapping[str, str]
) -> AsyncGenerator[Client]:
    """Start it in a home, with `env` in place of what the client would set, and connect."""
    outer = home.environ()
    del outer["WORK_API_KEY"]
    path = f"{found.uv}{os.pathsep}{outer['PATH']}"
    every = {**outer, **_own(found), "UV_OFFLINE": "1", "PATH": path, **env}
    server = StdioServerParameters(command=str(found.uv / config["command"]), args=list(config["args"]), env=every)
    with (home.user / "stderr").open("w") as said:
        async with Client(stdio_client(server, errlog=said)) as client:
            yield client


def _own(found: Programs) -> Mapping[str, str]:
    return {
        "UV_CACHE_DIR": str(found.uv.parent / "cache"),
        "UV_FIND_LINKS": str(found.wheel),
        "UV_LINK_MODE": "copy",
        "UV_PYTHON": sys.executable,
        "UV_REFRESH_PACKAGE": "fusion-mcp-server",  # the same version is another wheel after each change
    }
