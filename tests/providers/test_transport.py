"""HTTP/1.1 as our transport speaks it: connections that are used again, or not, and bodies that end in any way."""

import asyncio
import ssl
from pathlib import Path

import anyio
import anyio.lowlevel
import httpx2
import pytest

from fusion_mcp.providers.connections.transport import Transport
from providers.talking import OK, TWO, answers, request, talking, text
from tools.certificates import certificates


async def test_the_next_request_goes_over_the_same_connection() -> None:
    async with talking(answers(TWO, TWO, TWO)) as (peer, client):
        assert [await text(client, peer) for _ in range(3)] == ["Two."] * 3
        assert peer.connections == 1


async def test_requests_at_once_have_connections_of_their_own_and_keep_them() -> None:
    async with talking(answers(TWO, TWO, TWO)) as (peer, client):
        for _ in range(2):
            await asyncio.gather(*(text(client, peer) for _ in range(3)))
        assert peer.connections == 3


async def test_a_request_goes_out_whole_with_its_headers_and_its_body() -> None:
    seen: list[bytes] = []

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await request(reader))
        writer.write(TWO)

    async with talking(play) as (peer, client):
        await client.post(f"{peer.url}/chat?x=1", content=b'{"a": 1}', headers={"Authorization": "Bearer key"})
    lines = seen[0].split(b"\r\n")
    assert lines[0] == b"POST /v1/chat?x=1 HTTP/1.1"
    assert b"Authorization: Bearer key" in lines
    assert any(line.lower().startswith(b"host: 127.0.0.1:") for line in lines)
    assert seen[0].endswith(b'\r\n\r\n{"a": 1}')


@pytest.mark.parametrize(
    "reply",
    [
        TWO,
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nTw\r\n2;x=y\r\no.\r\n0\r\nTrailer: t\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + TWO,
    ],
    ids=["by length", "in chunks", "after interim responses"],
)
async def test_a_body_is_read_to_its_end_however_it_is_framed(reply: bytes) -> None:
    async with talking(answers(reply, TWO)) as (peer, client):
        assert [await text(client, peer), await text(client, peer)] == ["Two.", "Two."]
        assert peer.connections == 1


async def test_a_body_without_a_length_ends_with_its_connection() -> None:
    async with talking(answers(OK + b"\r\nTwo.", then_closes=True)) as (peer, client):
        assert [await text(client, peer), await text(client, peer)] == ["Two.", "Two."]
        assert peer.connections == 2


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nTwo.",
        OK + b"Connection: close\r\nContent-Length: 4\r\n\r\nTwo.",
        TWO + b"HTTP/1.1 200 OK\r\n",
    ],
    ids=["HTTP/1.0", "told to close", "more than was asked for"],
)
async def test_a_connection_that_may_not_be_used_again_is_not(reply: bytes) -> None:
    async with talking(answers(reply), answers(TWO)) as (peer, client):
        assert [await text(client, peer), await text(client, peer)] == ["Two.", "Two."]
        assert peer.connections == 2


async def test_a_connection_that_its_peer_has_closed_meanwhile_is_not_used() -> None:
    async with talking(answers(TWO, then_closes=True), answers(TWO)) as (peer, client):
        await text(client, peer)
        await peer.gone.wait()
        async with httpx2.AsyncClient(transport=Transport(ssl.create_default_context())) as other:
            await text(other, peer)  # what has been said before has arrived by then
        assert await text(client, peer) == "Two."
        assert peer.connections == 3


async def test_a_body_that_nobody_reads_to_its_end_takes_its_connection_with_it() -> None:
    async with talking(answers(OK + b"Content-Length: 100\r\n\r\nTwo.")) as (peer, client):
        async with client.stream("POST", peer.url, content=b"{}"):
            pass
        await peer.gone.wait()


async def test_a_cancelled_request_is_gone_from_the_wire_at_once() -> None:
    arrived = anyio.Event()

    async def play(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await request(reader)
        arrived.set()
        await reader.read()

    async with talking(play) as (peer, client), anyio.create_task_group() as tasks:
        tasks.start_soon(text, client, peer)
        await arrived.wait()
        tasks.cancel_scope.cancel()
        with anyio.CancelScope(shield=True), anyio.fail_after(5):
            await peer.gone.wait()


async def test_a_header_that_would_be_more_than_one_is_not_sent() -> None:
    async with talking(answers(TWO)) as (peer, client):
        with pytest.raises(httpx2.LocalProtocolError):
            await client.get(peer.url, headers={"X": "a\r\nX-Fusion-Depth: 0"})
        assert peer.connections == 0


async def test_https_is_spoken_to_who_can_prove_who_they_are_and_to_nobody_else(tmp_path: Path) -> None:
    papers = certificates(tmp_path, ["127.0.0.1"])
    shown = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    shown.load_cert_chain(papers.shown)
    async with talking(answers(TWO, TWO), tls=shown) as (peer, client):
        trusting = Transport(ssl.create_default_context(cafile=str(papers.trusted)))
        async with httpx2.AsyncClient(transport=trusting) as friend:
            assert [await text(friend, peer), await text(friend, peer)] == ["Two.", "Two."]
        with pytest.raises(httpx2.ConnectError):
            await text(client, peer)


async def test_connecting_that_is_given_up_leaves_no_connection_behind() -> None:
    async with talking(answers(TWO)) as (peer, client):
        for ticks in range(40):
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(text, client, peer)
                    for _ in range(ticks % 8):
                        await anyio.lowlevel.checkpoint()
                    scope.cancel()
        await client.aclose()
        with anyio.fail_after(5):
            while peer.open:
                await anyio.lowlevel.checkpoint()
