"""Serving over HTTP: who is let in, what is open to everybody, and how calls and the server end."""

import json
import signal
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest

from fusion_mcp import __version__
from scripted import Home, ScriptedProvider
from server.running import COMMAND, Heard, HttpServer, Way, all_stall, http_client

QUESTION = {"question": "What is six times seven?"}
PATHS = [("POST", "/mcp"), ("GET", "/mcp"), ("DELETE", "/mcp"), ("GET", "/sse"), ("POST", "/messages/"), ("GET", "/")]
ACCEPT = {"Accept": "application/json, text/event-stream"}
HTTP_WAYS = [Way("http", "auto"), Way("http", "legacy"), Way("sse", "legacy")]


@asynccontextmanager
async def raw(server: HttpServer, **headers: str) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=server.url, headers=headers, trust_env=False, timeout=10) as client:
        yield client


async def status_of(client: httpx2.AsyncClient, method: str, path: str) -> httpx2.Response:
    """Ask, and leave a stream of events at its head."""
    async with client.stream(method, path, headers=ACCEPT) as response:
        return response


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_without_the_token_nothing_is_answered(server: HttpServer, method: str, path: str) -> None:
    for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {server.token}"}):
        async with raw(server, **given) as client:
            response = await client.request(method, path)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        assert server.token not in response.text
        assert "Authorization: Bearer TOKEN" in response.json()["error"]["message"]


async def test_health_is_told_to_everybody_who_calls_the_server_by_its_name(server: HttpServer) -> None:
    async with raw(server) as client:
        assert (await client.get("/healthz")).json() == {"status": "ok", "version": __version__}
        assert (await client.get("/healthz", headers={"Host": "evil.example"})).status_code == 421
        assert (await client.get("/healthz", headers={"Origin": "http://evil.example"})).status_code == 403


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_another_host_is_misdirected_and_a_foreign_page_forbidden(
    server: HttpServer, method: str, path: str
) -> None:
    port = server.url.rpartition(":")[2]
    async with raw(server, **server.headers) as client:
        for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", ""):
            assert (await client.request(method, path, headers={"Host": host})).status_code == 421
        for origin in ("http://evil.example", "null", f"http://localhost.evil.example:{port}"):
            assert (await client.request(method, path, headers={"Origin": origin})).status_code == 403


async def test_the_servers_own_names_are_let_in(server: HttpServer) -> None:
    port = server.url.rpartition(":")[2]
    async with raw(server, **server.headers) as client:
        for host in (f"localhost:{port}", f"[::1]:{port}", "127.0.0.1"):
            message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
            headers = {"Host": host, "Origin": f"http://{host}", **ACCEPT}
            assert (await client.post("/mcp", json=message, headers=headers)).status_code == 200


async def test_a_session_needs_the_token_on_every_request(server: HttpServer) -> None:
    async with raw(server, **server.headers, **ACCEPT) as client:
        session = await _open_session(client)
    async with raw(server, **ACCEPT, **session) as client:
        listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        assert (await client.post("/mcp", json=listing)).status_code == 401
        assert (await client.delete("/mcp")).status_code == 401


INITIALIZE = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


async def _open_session(client: httpx2.AsyncClient) -> dict[str, str]:
    opened = await client.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE})
    session = {"Mcp-Session-Id": opened.headers["mcp-session-id"], "MCP-Protocol-Version": "2025-11-25"}
    await client.post("/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"}, headers=session)
    return session


async def test_malformed_requests_are_refused_without_a_traceback(server: HttpServer) -> None:
    async with raw(server, **server.headers, **ACCEPT) as client:
        for body in (b"", b"{", b"[]", b'{"jsonrpc": "2.0"}', b"\xff\xfe", b"[" * 100_000):
            for path in ("/mcp", "/messages/", "/messages/?session_id=00000000000000000000000000000000"):
                sent = await client.post(path, content=body, headers={"Content-Type": "application/json"})
                assert 400 <= sent.status_code < 500
        assert (await client.post("/sse")).status_code == 405
        assert (await client.put("/healthz")).status_code == 405
        assert (await client.post("/mcp", content=b"x" * 6_000_000)).status_code in (400, 413, 415)
    async with raw(server, **server.headers) as client, client.stream("GET", "/sse") as events:
        told = _data(events)
        address = await anext(told)
        posted = await client.post(address, content=b"{", headers={"Content-Type": "application/json"})
        assert posted.status_code == 400
    async with http_client(server, Way("http", "auto")) as client:
        assert len((await client.list_tools()).tools) == 3


async def _data(events: httpx2.Response) -> AsyncGenerator[str]:
    async for line in events.aiter_lines():
        if line.startswith("data: "):
            yield line.removeprefix("data: ")


async def test_without_authentication_the_names_still_count(environ: dict[str, str]) -> None:
    with HttpServer(environ, "--no-auth") as server:
        assert server.token == ""
        assert "Bearer" not in server.stderr
        async with http_client(server, Way("http", "auto")) as client:
            assert not (await client.call_tool("fusion_ask", QUESTION)).is_error
        async with raw(server) as client:
            assert (await client.post("/mcp", headers={"Host": "evil.example"})).status_code == 421
            assert (await client.post("/mcp", headers={"Origin": "http://evil.example"})).status_code == 403


async def test_a_fixed_token_and_a_further_name_are_taken(environ: dict[str, str]) -> None:
    fixed = "a-token-of-the-person-s-own"
    with HttpServer({**environ, "FUSION_MCP_TOKEN": fixed}, "--allowed-host", "fusion.example") as server:
        assert server.token == fixed
        async with raw(server, Authorization=f"bearer {fixed}", **ACCEPT) as client:
            message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
            for host, expected in (("fusion.example:443", 200), ("other.example", 421)):
                answered = await client.post("/mcp", json=message, headers={"Host": host})
                assert answered.status_code == expected


def test_a_token_is_long_and_new_at_each_start(environ: dict[str, str]) -> None:
    with HttpServer(environ) as first, HttpServer(environ) as second:
        assert first.token is not None
        assert second.token is not None
        assert len(first.token) >= 20
        assert first.token != second.token


async def test_a_server_on_every_address_answers_to_the_machines_own_names_only(environ: dict[str, str]) -> None:
    with HttpServer(environ, "--host", "0.0.0.0") as server:
        port = server.url.rpartition(":")[2]
        async with raw(server, **server.headers) as client:
            for host, expected in ((f"localhost:{port}", 200), ("evil.example", 421), ("8.8.8.8", 421)):
                answered = await client.get("/healthz", headers={"Host": host})
                assert answered.status_code == expected


def test_a_port_in_use_is_said_in_one_line(server: HttpServer, environ: dict[str, str]) -> None:
    port = server.url.rpartition(":")[2]
    command = [*COMMAND, "serve", "--http", "--port", port]
    refused = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=20, check=False)
    assert refused.returncode == 2
    assert port in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


async def test_a_client_that_goes_away_stops_its_run(home: Home, provider: ScriptedProvider) -> None:
    """In the current era closing the response is how a call is cancelled; no other word is sent."""
    home.trio(provider)
    all_stall(provider)
    call = {"name": "fusion_ask", "arguments": QUESTION, "_meta": {**ENVELOPE, "progressToken": "t"}}
    routing = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "fusion_ask"}
    with HttpServer(home.environ()) as server:
        async with raw(server, **server.headers, **ACCEPT, **routing) as client:
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
            async with client.stream("POST", "/mcp", json=body) as events:
                told = _data(events)
                assert await anext(told)
                await provider.until(lambda seen: seen.in_flight == 3)
            await provider.until(lambda seen: all(each.closed_by_client for each in seen.calls), within=2)


ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
}


async def test_blanks_around_a_headers_value_are_no_part_of_it(server: HttpServer) -> None:
    """Sent by hand, since clients take them off."""
    address = server.url.removeprefix("http://")
    call = {"name": "fusion_result", "arguments": {"run_id": "none"}, "_meta": ENVELOPE}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call})
    headers = {"Host": address, "Origin": server.url, **server.headers, **ACCEPT, "Content-Type": "application/json"}
    headers |= {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "fusion_result"}
    lines = ["POST /mcp HTTP/1.1", *(f"{name}: \t {value} \t " for name, value in headers.items())]
    lines += [f"Content-Length: {len(body)}", "Connection: close", "", body]
    host, port = address.split(":")
    async with await anyio.connect_tcp(host, int(port)) as wire:
        await wire.send("\r\n".join(lines).encode())
        answered = b"".join([piece async for piece in wire]).decode()
    assert answered.startswith("HTTP/1.1 200"), answered
    assert "isError" in answered


async def test_a_client_of_the_older_era_that_goes_away_stops_its_run_and_may_come_back(
    home: Home, provider: ScriptedProvider
) -> None:
    home.trio(provider)
    all_stall(provider)
    with HttpServer(home.environ()) as server:
        async with raw(server, **server.headers, **ACCEPT) as client:
            session = await _open_session(client)
            call = {"name": "fusion_ask", "arguments": QUESTION, "_meta": {"progressToken": "t"}}
            body = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}
            async with client.stream("POST", "/mcp", json=body, headers=session):
                await provider.until(lambda seen: seen.in_flight == 3)
            await provider.until(lambda seen: all(each.closed_by_client for each in seen.calls), within=2)
            listing = {"jsonrpc": "2.0", "id": 3, "method": "tools/list"}
            assert "fusion_compare" in (await client.post("/mcp", json=listing, headers=session)).text
        assert "Traceback" not in server.stderr
        assert "ERROR" not in server.stderr


async def test_the_end_of_a_session_stops_its_runs(home: Home, provider: ScriptedProvider) -> None:
    home.trio(provider)
    all_stall(provider)
    with HttpServer(home.environ()) as server:
        async with raw(server, **server.headers, **ACCEPT) as client:
            session = await _open_session(client)
            call = {"name": "fusion_ask", "arguments": QUESTION}
            body = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}
            async with client.stream("POST", "/mcp", json=body, headers=session):
                await provider.until(lambda seen: seen.in_flight == 3)
                assert (await client.delete("/mcp", headers=session)).status_code == 200
                await provider.until(lambda seen: all(each.closed_by_client for each in seen.calls), within=2)
        assert "Traceback" not in server.stderr


async def test_a_closed_sse_stream_stops_its_runs(home: Home, provider: ScriptedProvider) -> None:
    home.trio(provider)
    all_stall(provider)
    with HttpServer(home.environ()) as server:
        async with raw(server, **server.headers) as client:
            async with client.stream("GET", "/sse") as events:
                told = _data(events)
                address = await anext(told)
                await client.post(
                    address, json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
                )
                await client.post(address, json={"jsonrpc": "2.0", "method": "notifications/initialized"})
                call = {"name": "fusion_ask", "arguments": QUESTION}
                await client.post(address, json={"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call})
                await provider.until(lambda seen: seen.in_flight == 3)
            await provider.until(lambda seen: all(each.closed_by_client for each in seen.calls), within=2)
        assert "Traceback" not in server.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
@pytest.mark.parametrize("way", HTTP_WAYS, ids="-".join)
async def test_a_signal_ends_the_server_and_its_runs_though_streams_are_open(
    way: Way, number: signal.Signals, home: Home, provider: ScriptedProvider
) -> None:
    home.trio(provider)
    all_stall(provider)
    heard = Heard()
    with HttpServer(home.environ()) as server:
        async with http_client(server, way) as client, anyio.create_task_group() as tasks:

            async def call() -> None:
                with pytest.raises(Exception, match=r"closed|ended|connect"):
                    await client.call_tool("fusion_ask", QUESTION, progress_callback=heard)

            tasks.start_soon(call)
            await heard.until("asking work:gamma")
            await provider.until(lambda seen: seen.in_flight == 3)
            assert await anyio.to_thread.run_sync(server.stop, number) < 3
        await provider.until(lambda seen: all(each.closed_by_client for each in seen.calls), within=1)
        assert "Traceback" not in server.stderr
        assert "ERROR" not in server.stderr
