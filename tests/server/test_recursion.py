"""A call that comes from inside a Fusion run is refused, whatever carries the marker; listing still works."""

from pathlib import Path
from typing import cast

import httpx2
import pytest
from mcp.types import CallToolResult, RequestParamsMeta

from scripted import ScriptedProvider
from server.running import WAYS, HttpServer, Way, connected, http_client, text_of

QUESTION = {"question": "What is six times seven?"}
TOOLS = ["fusion_ask", "fusion_compare", "fusion_result"]
HTTP_WAYS = [Way("http", "auto"), Way("http", "legacy"), Way("sse", "legacy")]


def refused(result: CallToolResult) -> bool:
    if not result.is_error:
        return False
    text = text_of(result)
    if not text.startswith("recursion_refused: "):
        assert text.startswith("invalid_arguments: run_id: there is no run 'none'")
        return False
    assert "Answer the question yourself" in text
    return True


@pytest.mark.parametrize("way", HTTP_WAYS, ids=["-".join(way) for way in HTTP_WAYS])
@pytest.mark.parametrize(
    ("headers", "inside"),
    [
        ({"X-Fusion-Depth": "1"}, True),
        ({"X-Fusion-Depth": "lots"}, True),
        ({"X-Fusion-Depth": "0"}, False),
        ({"CDN-Loop": "other.example; hops=2, fusion-mcp"}, True),
        ({"CDN-Loop": "other.example"}, False),
        ({"baggage": "a=b,fusion.depth=1"}, True),
        ({"baggage": "fusion.depth=0,fusion.depths=1"}, False),
        ({"x-openrouter-fusion-depth": "2"}, True),
        ({}, False),
    ],
)
async def test_http_headers_mark_a_call(
    server: HttpServer, way: Way, headers: dict[str, str], *, inside: bool, shared: ScriptedProvider
) -> None:
    before = len(shared.calls)
    async with http_client(server, way, headers=headers) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == TOOLS
        for tool in "fusion_ask", "fusion_compare":
            assert refused(await client.call_tool(tool, {"question": f"{way} with {headers}?"})) == inside
        assert refused(await client.call_tool("fusion_result", {"run_id": "none"})) == inside
    assert (len(shared.calls) == before) == inside


@pytest.mark.parametrize("way", [Way("stdio", "auto"), Way("stdio", "legacy"), *HTTP_WAYS], ids="-".join)
async def test_mcp_metadata_marks_a_call(environ: dict[str, str], way: Way) -> None:
    markers: list[tuple[RequestParamsMeta, bool]] = [
        ({"fusion-mcp.dev/depth": 1}, True),
        ({"fusion-mcp.dev/depth": "deep"}, True),
        ({"fusion-mcp.dev/depth": [0]}, True),
        ({"fusion-mcp.dev/depth": 0}, False),
        ({"baggage": "fusion.depth=1"}, True),
        ({"baggage": "x=1, fusion.depth = seven"}, True),
        ({"baggage": "xfusion.depth=1"}, False),
    ]
    async with connected(way, environ) as client:
        for meta, inside in markers:
            assert refused(await client.call_tool("fusion_ask", QUESTION, meta=meta)) == inside, meta


@pytest.mark.parametrize("way", [Way("stdio", "auto"), Way("http", "auto")], ids="-".join)
@pytest.mark.parametrize(("depth", "inside"), [("1", True), ("", True), ("x", True), ("0", False)])
async def test_the_servers_own_environment_marks_every_call(
    environ: dict[str, str], way: Way, depth: str, *, inside: bool
) -> None:
    async with connected(way, {**environ, "FUSION_MCP_DEPTH": depth}) as client:
        assert len((await client.list_tools()).tools) == 3
        assert refused(await client.call_tool("fusion_ask", QUESTION)) == inside


async def test_a_marked_call_is_refused_before_its_arguments_are_looked_at(server: HttpServer) -> None:
    async with http_client(server, Way("http", "auto"), headers={"X-Fusion-Depth": "1"}) as client:
        assert refused(await client.call_tool("fusion_ask", {"question": 7}))


async def test_a_header_that_is_sent_twice_keeps_both_its_values(server: HttpServer) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
    headers = [
        *server.headers.items(),
        ("Accept", "application/json, text/event-stream"),
        ("X-Fusion-Depth", "0"),
        ("X-Fusion-Depth", "1"),
    ]
    async with httpx2.AsyncClient(trust_env=False, headers=headers) as raw:
        opened = await raw.post(f"{server.url}/mcp", json=body)
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"]}
        call = {"name": "fusion_ask", "arguments": QUESTION}
        told = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        await raw.post(f"{server.url}/mcp", json=told, headers=session)
        request = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}
        answer = await raw.post(f"{server.url}/mcp", json=request, headers=session)
    assert "recursion_refused" in answer.text


INITIALIZE = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


TRACED = {"OTEL_PYTHON_TRACER_PROVIDER": "default_tracer_provider"}


@pytest.mark.parametrize("way", WAYS, ids="-".join)
@pytest.mark.parametrize("tracing", [{}, TRACED], ids=["untraced", "traced"])
async def test_metadata_that_is_no_text_is_a_marker_or_nothing_and_never_a_protocol_error(
    environ: dict[str, str], way: Way, tmp_path: Path, tracing: dict[str, str]
) -> None:
    environ = environ | tracing
    odd: list[tuple[dict[str, object], bool]] = [
        ({"baggage": 5}, True),
        ({"baggage": True}, True),
        ({"baggage": {"fusion.depth": 1}}, True),
        ({"baggage": ["fusion.depth=1"]}, True),
        ({"baggage": {"other": 1}}, False),
        ({"traceparent": 5, "tracestate": [[]], "baggage": "a=b"}, False),
    ]
    said = tmp_path / "stderr"
    async with connected(way, environ, stderr=said) as client:
        for each, inside in odd:
            meta = cast("RequestParamsMeta", cast("object", each))
            assert refused(await client.call_tool("fusion_ask", QUESTION, meta=meta)) == inside, each
            assert len((await client.list_tools(meta=meta)).tools) == 3
    logged = said.read_text().splitlines() if said.exists() else []
    assert all("WARNING fusion_mcp.recursion: refused fusion_ask: " in line for line in logged)
    assert len(logged) == (4 if way.transport == "stdio" else 0)
