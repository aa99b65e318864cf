"""Real servers for these tests: child processes on stdio and HTTP, and the SDK's own client to reach them with."""

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, cast

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.session import ElicitationFnT
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent

from scripted import ScriptedProvider, stalls
from scripted.trio import MEMBERS, trio_answers

COMMAND = (sys.executable, "-m", "fusion_mcp")
START_S = 20.0
END_S = 10.0

_SERVING = re.compile(r"serving MCP at (http://\S+)/mcp")
_TOKEN = re.compile(r"Authorization: Bearer (\S+)")


class Way(NamedTuple):
    """One way to reach a server: a transport, and the protocol's era."""

    transport: Literal["stdio", "http", "sse"]
    mode: Literal["auto", "legacy"]


WAYS = [Way(transport, mode) for transport in ("stdio", "http", "sse") for mode in ("auto", "legacy")]
every_way = pytest.mark.parametrize("way", WAYS, ids=["-".join(way) for way in WAYS])


class HttpServer:
    """`fusion-mcp serve --http` on a free port, in a process of its own."""

    def __init__(self, environ: Mapping[str, str], *arguments: str) -> None:
        command = [*COMMAND, "serve", "--http", "--port", "0", *arguments]
        self._command, self._environ = command, environ
        self._said: list[str] = []
        self._ready = threading.Event()
        self.url = ""
        self.token = ""

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self._command,
            env=dict(self._environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        if not self._ready.wait(START_S) or not self.url:
            self.process.kill()
            raise AssertionError(f"no server came up; it said:\n{self.stderr}")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(END_S)
        self._listener.join(END_S)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    @property
    def stderr(self) -> str:
        return "".join(self._said)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Tell the server to end, and give the seconds that it took."""
        start = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(END_S)
        self._listener.join(END_S)
        return time.monotonic() - start

    def _listen(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self._said.append(line)
            if found := _SERVING.search(line):
                self.url = found[1]
            if found := _TOKEN.search(line):
                self.token = found[1]
            if self.url and (self.token or "--no-auth" in self._command):
                self._ready.set()
        self._ready.set()


@asynccontextmanager
async def connected(
    way: Way,
    environ: Mapping[str, str],
    *,
    headers: Mapping[str, str] | None = None,
    stderr: Path | None = None,
    person: ElicitationFnT | None = None,
) -> AsyncGenerator[Client]:
    """A client of a server of its own, reached in `way`; of a server on stdio, `stderr` takes what it says.

    `person` answers what the server asks the person behind the client.
    """
    if way.transport == "stdio":
        server = StdioServerParameters(command=COMMAND[0], args=list(COMMAND[1:]), env=dict(environ))
        with (stderr or Path("/dev/null")).open("w") as said:
            async with Client(stdio_client(server, errlog=said), mode=way.mode, elicitation_callback=person) as client:
                yield client
        return
    with HttpServer(environ) as running:
        async with http_client(running, way, headers=headers, person=person) as client:
            yield client


@asynccontextmanager
async def http_client(
    server: HttpServer,
    way: Way,
    *,
    headers: Mapping[str, str] | None = None,
    person: ElicitationFnT | None = None,
) -> AsyncGenerator[Client]:
    """A client of a server that runs already."""
    every = {**server.headers, **(headers or {})}
    if way.transport == "sse":
        stream = sse_client(f"{server.url}/sse", headers=every)
        async with Client(stream, mode=way.mode, elicitation_callback=person) as client:
            yield client
        return
    async with (
        httpx2.AsyncClient(headers=every, timeout=30, trust_env=False) as carrier,
        Client(
            streamable_http_client(f"{server.url}/mcp", http_client=carrier),
            mode=way.mode,
            elicitation_callback=person,
        ) as client,
    ):
        yield client


class Heard:
    """Takes the progress of a call down, and lets a test wait for it."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.totals: list[float | None] = []
        self.messages: list[str] = []
        self._news = anyio.Event()

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        self.values.append(progress)
        self.totals.append(total)
        self.messages.append(message or "")
        self._news.set()
        self._news = anyio.Event()

    async def until(self, part: str, within: float = 10.0) -> str:
        """Wait for a message that contains `part`, and give it."""
        with anyio.fail_after(within):
            while True:
                if found := next((message for message in self.messages if part in message), None):
                    return found
                await self._news.wait()


def text_of(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


def structured(result: CallToolResult) -> dict[str, Any]:
    content: object = result.structured_content
    assert isinstance(content, dict)
    return cast("dict[str, Any]", content)


async def refused_text(client: Client, tool: str, arguments: dict[str, object]) -> str:
    """Call a tool that must refuse, and give its reason, short and in words of our own."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert result.structured_content is None
    text = text_of(result)
    assert len(text) <= 1000
    assert "pydantic" not in text
    assert "input" not in text
    return text


def all_answer(provider: ScriptedProvider) -> None:
    """Make the whole of a trio work."""
    trio_answers(provider, "{name} says 42.", "The answer is 42.")


def all_stall(provider: ScriptedProvider) -> None:
    """Script a panel that never says a word."""
    for name in MEMBERS:
        provider.script(name, stalls())


def rpc(method: str, number: int | None = None, **params: Any) -> str:
    """A JSON-RPC message as one line."""
    message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
    return json.dumps(message if number is None else message | {"id": number}) + "\n"


INITIALIZE = rpc(
    "initialize", 1, protocolVersion="2025-11-25", capabilities={}, clientInfo={"name": "test", "version": "1"}
)
INITIALIZED = rpc("notifications/initialized")


def ask(number: int, question: str = "Why?", *, token: str | None = None) -> str:
    """A call of fusion_ask as one line."""
    meta = {} if token is None else {"_meta": {"progressToken": token}}
    return rpc("tools/call", number, name="fusion_ask", arguments={"question": question}, **meta)


def spawn(environ: Mapping[str, str], arguments: Sequence[str] = ()) -> "subprocess.Popen[str]":
    """A server on stdio whose pipes the test itself holds."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        env=dict(environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
