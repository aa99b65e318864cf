"""`serve`: how it starts, what it says, and how it ends. What it serves is tests/server's."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx2
import pytest

from cli.command_line import WITHIN, CommandLine, is_one_complaint
from scripted import ScriptedProvider

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}
posix = pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is sent to a process as POSIX has it")


@contextmanager
def serving(
    cli: CommandLine, *argv: str, **environ: str
) -> "Generator[tuple[subprocess.Popen[bytes], str, list[str]]]":
    """Start an HTTP server; give its process, its base URL and the lines that it said up to the token."""
    process = cli.start("serve", "--http", "--port", "0", *argv, **environ)
    try:
        assert process.stderr is not None
        lines = [process.stderr.readline().decode().rstrip()]
        if "--no-auth" not in argv:
            lines.append(process.stderr.readline().decode().rstrip())
        found = re.search(r"(http://\S+)/mcp", lines[0])
        assert found, lines
        yield process, found[1], lines
    finally:
        process.kill()
        process.communicate(timeout=WITHIN)


def post(base: str, token: str | None = None) -> int:
    headers = {"Accept": "application/json, text/event-stream"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with httpx2.Client(trust_env=False, timeout=WITHIN) as client:
        return client.post(f"{base}/mcp", json=INITIALIZE, headers=headers).status_code


def test_http_says_its_address_and_a_fresh_token_on_stderr(cli: CommandLine, trio: ScriptedProvider) -> None:
    tokens: set[str] = set()
    for _ in range(2):
        with serving(cli) as (_, base, lines):
            scheme, token = lines[1].removeprefix("Authorization: ").split(" ")
            assert scheme == "Bearer"
            assert len(token) >= 20
            assert base.startswith("http://127.0.0.1:")
            assert post(base) == 401
            assert post(base, token) == 200
            tokens.add(token)
    assert len(tokens) == 2
    assert trio.calls == []


def test_a_fixed_token_comes_from_the_environment(cli: CommandLine, trio: ScriptedProvider) -> None:
    fixed = "a-token-of-my-own-choice"
    with serving(cli, FUSION_MCP_TOKEN=fixed) as (_, base, lines):
        assert lines[1] == f"Authorization: Bearer {fixed}"
        assert post(base, fixed) == 200
        assert post(base, "a-token-of-my-own-choicf") == 401
    assert trio.calls == []


@pytest.mark.parametrize("token", ["short", "with spaces in the middle of it", "ümlaut-ümlaut-ümlaut-ümlaut"])
def test_a_weak_token_is_a_usage_error(cli: CommandLine, token: str) -> None:
    done = cli("serve", "--http", "--port", "0", FUSION_MCP_TOKEN=token)
    assert done.status == 2
    assert is_one_complaint(done)
    assert "at least 20" in done.err
    assert token not in done.err


def test_no_auth_on_loopback_asks_for_no_token(cli: CommandLine, trio: ScriptedProvider) -> None:
    with serving(cli, "--no-auth") as (_, base, lines):
        assert post(base) == 200
        assert "Bearer" not in "".join(lines)
    assert trio.calls == []


def test_a_port_in_use_is_one_clear_line(cli: CommandLine) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = cli("serve", "--http", "--port", str(taken.getsockname()[1]))
    assert done.status == 2
    assert is_one_complaint(done), done.err
    assert "this port is in use by " in done.err
    assert f"process {os.getpid()}; stop that, or choose another with --port" in done.err


def test_a_port_that_another_server_of_ours_has_names_that(cli: CommandLine, trio: ScriptedProvider) -> None:
    with serving(cli) as (process, base, _):
        done = cli("serve", "--http", "--port", base.rpartition(":")[2])
        assert f"this port is in use by fusion-mcp, process {process.pid}; stop that" in done.err
    assert done.status == 2
    assert trio.calls == []


def test_an_address_that_is_not_this_machines_is_one_clear_line(cli: CommandLine) -> None:
    done = cli("serve", "--http", "--port", "0", "--host", "192.0.2.7")
    assert done.status == 2
    assert is_one_complaint(done), done.err
    assert "--host" in done.err


@posix
def test_ctrl_c_ends_an_http_server_with_130(cli: CommandLine, trio: ScriptedProvider) -> None:
    with serving(cli) as (process, _, _):
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=WITHIN)
        assert process.returncode == 130
        assert b"Traceback" not in err
    assert trio.calls == []


@pytest.mark.parametrize("argv", [[], ["serve"]])
def test_stdio_speaks_only_protocol_on_stdout_and_ends_with_its_client(
    cli: CommandLine, trio: ScriptedProvider, argv: list[str]
) -> None:
    process = cli.start(*argv)
    stdin, stdout = pipes(process)
    stdin.write(json.dumps(INITIALIZE).encode() + b"\n")
    stdin.flush()
    answer = json.loads(stdout.readline())
    assert answer["result"]["serverInfo"]["name"]
    out, err = process.communicate(timeout=WITHIN)
    assert process.returncode == 0
    assert out == b""
    assert b"Traceback" not in err
    assert trio.calls == []


@posix
def test_ctrl_c_ends_a_stdio_server_with_130(cli: CommandLine, trio: ScriptedProvider) -> None:
    process = cli.start()
    stdin, stdout = pipes(process)
    stdin.write(json.dumps(INITIALIZE).encode() + b"\n")
    stdin.flush()
    assert stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(WITHIN) == 130
    _, err = process.communicate()
    assert b"Traceback" not in err
    assert trio.calls == []


def test_a_broken_configuration_is_one_clear_line_and_the_status_of_its_server(cli: CommandLine) -> None:
    cli.home.config("nonsense = 1\n")
    for argv in ([], ["serve", "--http", "--port", "0"]):
        done = cli(*argv)
        assert done.status == 2
        assert is_one_complaint(done)
        assert "config.toml" in done.err


@posix
@pytest.mark.parametrize(
    ("lead", "said", "status"),
    [
        ("<&-", "stdin is closed, over which a client is served; have an MCP client start this", 2),
        (">&-", "stdout is closed, over which a client is served; have an MCP client start this", 2),
        (">/dev/full", "stdout cannot be written: No space left on device; have an MCP client start this", 1),
    ],
)
def test_a_stream_on_which_no_client_can_be_served_is_one_clear_line(
    cli: CommandLine, lead: str, said: str, status: int
) -> None:
    if lead.endswith("/dev/full") and not Path("/dev/full").exists():
        pytest.skip("no such device here")
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {lead}', "sh", sys.executable, "-m", "fusion_mcp", "serve"],
        input=json.dumps(INITIALIZE) + "\n",
        capture_output=True,
        text=True,
        env=cli.home.environ(),
        timeout=WITHIN,
        check=False,
    )
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith(f"fusion-mcp: {said}")
    assert len(done.stderr.splitlines()) == 1


def pipes(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout
