"""Every door of fusion-mcp, for a client that may strip whatever it likes: raw JSON-RPC, with the standard library.

Agent programs import this as a neighbour, so it knows nothing else of ours.
"""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

GIVEN_UP_S = 45.0
SERVER = (sys.executable, "-m", "fusion_mcp")
INITIALIZE: Mapping[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "below", "version": "1"},
    },
}
INITIALIZED: Mapping[str, Any] = {"jsonrpc": "2.0", "method": "notifications/initialized"}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a call brought. `result` is the structured one, {} for an error; `said` is a started server's stderr."""

    text: str
    result: Mapping[str, Any]
    said: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def message(tool: str, arguments: Mapping[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
    """A tool call as JSON-RPC. Its id is 2."""
    params = {"name": tool, "arguments": dict(arguments), **({"_meta": dict(meta)} if meta else {})}
    return {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params}


def by_stdio(call: Mapping[str, Any], environ: Mapping[str, str], *more: Mapping[str, Any]) -> list[Reply]:
    """Start a server and put one call after the other to it; all ids are 2. The last reply has what it said."""
    pipe = subprocess.PIPE
    with subprocess.Popen(SERVER, env=dict(environ), stdin=pipe, stdout=pipe, stderr=pipe, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        replies: list[Reply] = []
        try:
            _write(server.stdin, INITIALIZE)
            server.stdout.readline()
            _write(server.stdin, INITIALIZED)
            for each in (call, *more):
                _write(server.stdin, each)
                replies.append(_reply(server.stdout))
            server.terminate()  # at the end of stdin it would wait a little for more
            said = server.stderr.read()
            server.wait(GIVEN_UP_S)
        finally:
            server.kill()
    return [*replies[:-1], Reply(text=replies[-1].text, result=replies[-1].result, said=said)]


def by_command(arguments: Mapping[str, Any], environ: Mapping[str, str]) -> Reply:
    """Ask by `fusion-mcp ask`; an error's text is what it says on stderr."""
    options = [
        word
        for name, value in arguments.items()
        if name not in ("question", "context")
        for word in (f"--{name.replace('_', '-')}", str(value))
    ]
    with_context = ["--context", "-"] if "context" in arguments else []
    done = subprocess.run(
        [*SERVER, "ask", str(arguments["question"]), "--json", "--yes", *options, *with_context],
        env=dict(environ),
        input=str(arguments.get("context", "")),
        capture_output=True,
        text=True,
        timeout=GIVEN_UP_S,
        check=False,
    )
    told: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
    error = told.get("error")
    if error or not told:
        return Reply(
            text=f"{error['reason']}: {error['message']}" if error else done.stderr, result={}, said=done.stderr
        )
    return Reply(text=str(told["answer"]), result=told, said=done.stderr)


def by_http(call: Mapping[str, Any], url: str, headers: Mapping[str, str]) -> Reply:
    """Call over Streamable HTTP, each request on a connection of its own with these headers on it."""
    _, opened = _post(f"{url}/mcp", INITIALIZE, headers)
    session = {**headers, "Mcp-Session-Id": opened["mcp-session-id"]}
    _post(f"{url}/mcp", INITIALIZED, session)
    lines, _ = _post(f"{url}/mcp", call, session)
    return _reply(lines)


def by_sse(call: Mapping[str, Any], url: str, headers: Mapping[str, str]) -> Reply:
    """Call over the legacy transport: one stream for replies, one request for each message."""
    parts = urlsplit(url)
    stream = http.client.HTTPConnection(parts.netloc, timeout=GIVEN_UP_S)
    try:
        stream.request("GET", "/sse", headers=dict(headers))
        lines = _lines(stream.getresponse())
        there = url + next(line for line in lines if line.startswith("data: ")).removeprefix("data: ")
        _post(there, INITIALIZE, headers)
        next(line for line in lines if '"result"' in line)
        _post(there, INITIALIZED, headers)
        _post(there, call, headers)
        return _reply(lines)
    finally:
        stream.close()


def is_up(url: str, within_s: float) -> bool:
    """Wait until a server answers at /healthz."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=1)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            time.sleep(0.02)
        finally:
            connection.close()
    return False


def _post(url: str, content: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[Iterable[str], Mapping[str, str]]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=GIVEN_UP_S)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        needed = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        body = json.dumps(content).encode()
        connection.request("POST", path, body, {**needed, "Connection": "close", **headers})
        response = connection.getresponse()
        lines = response.read().decode().splitlines()
        return lines, {name.lower(): value for name, value in response.getheaders()}
    finally:
        connection.close()


def _lines(response: http.client.HTTPResponse) -> Iterator[str]:
    while line := response.readline():
        yield line.decode().rstrip("\r\n")


def _write(stdin: Any, content: Mapping[str, Any]) -> None:
    stdin.write(json.dumps(content) + "\n")
    stdin.flush()


def _reply(lines: Iterable[str]) -> Reply:
    """Find the reply to the tool call among lines of JSON or of a stream of events."""
    seen: Sequence[str] = []
    for line in lines:
        data = line.removeprefix("data: ")
        seen = [*seen[-3:], data]
        told: Any = json.loads(data) if data.startswith("{") else {}
        if told.get("id") == 2 and "result" in told:
            return _read(told["result"])
    return Reply(text="no reply: " + " ".join(seen), result={})


def _read(result: Mapping[str, Any]) -> Reply:
    text = "\n".join(block.get("text", "") for block in result["content"])
    return Reply(text=text, result={} if result.get("isError") else result["structuredContent"])
