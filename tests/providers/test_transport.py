"""HTTP/1.1 as our transport speaks it: connections that are used again, bodies that end in any way, broken peers."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.lowlevel
import httpx2
import pytest

from fusion_mcp.providers.connections.transport import Transport
from tools.certificates import certificates

Serving = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\n"
TWO = OK + b"Content-Length: 4\r\n\r\nTwo."


class Peer:
    """A server that plays one script for each connection, and counts them."""

    def __init__(self, *scripts: Serving) -> None:
        self.scripts = scripts
        self.connections = 0
        self.gone = anyio.Event()
        self.open = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = self.scripts[min(self.connections, len(self.scripts) - 1)]
        self.connections += 1
        self.open += 1
        try:
            await script(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            self.gone.set()
            writer.close()


@asynccontextmanager
async def talking(
    *scripts: Serving, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[tuple[Peer, httpx2.AsyncClient]]:
    """A client over our transport, and a peer that plays these scripts."""
    peer = Peer(*scripts)
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0, ssl=tls)
    peer.url = f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        with anyio.fail_after(10):
            async with httpx2.AsyncClient(transport=Transport(ssl.create_default_context())) as client:
                yield peer, client
    finally:
        server.close()


def answers(*replies: bytes, then_closes: bool = False) -> Serving:
    """One reply for each request, then silence or the end."""

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for reply in replies:
            await request(reader)
            writer.write(reply)
            await writer.drain()
        if not then_closes:
            await reader.read()

    return play


async def request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    return head + await reader.readexactly(length)


async def text(client: httpx2.AsyncClient, peer: Peer) -> str:
    return (await client.post(peer.url, content=b"{}")).text


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


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200",
        OK + b"Content-Length: 100\r\n\r\nTwo.",
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nTwo.\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"<html>no HTTP</html>",
        b"HTTP/1.1 099 Odd\r\n\r\nTwo.",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nTwo.",
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nTwo.\r\n0\r\n" + b"X: y\r\n" * 50_000,
        OK + b"X: " + b"x" * 200_000 + b"\r\n\r\n",
    ],
    ids=[
        "nothing",
        "half a line",
        "half a body",
        "half of its chunks",
        "no chunk",
        "no HTTP",
        "no status",
        "another protocol",
        "endless trailers",
        "an endless head",
    ],
)
async def test_a_reply_that_breaks_off_or_is_none_is_an_error_of_the_peer(reply: bytes) -> None:
    async with talking(answers(reply, then_closes=True)) as (peer, client):
        with pytest.raises(httpx2.RemoteProtocolError):
            await text(client, peer)


async def test_a_connection_that_is_reset_is_an_error_of_the_network() -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.transport.abort()

    async with talking(play) as (peer, client):
        with pytest.raises((httpx2.ReadError, httpx2.RemoteProtocolError)):
            await text(client, peer)


async def test_who_cannot_be_reached_is_an_error_of_connecting() -> None:
    async with talking(answers(TWO)) as (_, client):
        for url in ("http://127.0.0.1:1/", "http://no..name/", "https://127.0.0.1:1/"):
            with pytest.raises(httpx2.ConnectError):
                await client.get(url)


async def test_a_peer_that_takes_too_long_to_connect_is_given_up() -> None:
    accepted = anyio.Event()

    async def silent(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        accepted.set()
        await anyio.sleep_forever()

    async with talking(silent) as (peer, client):  # it never answers the first words of TLS
        with pytest.raises(httpx2.ConnectTimeout):
            await client.get(peer.url.replace("http:", "https:"), timeout=httpx2.Timeout(None, connect=0.2))


async def test_a_header_that_would_be_more_than_one_is_not_sent() -> None:
    async with talking(answers(TWO)) as (peer, client):
        with pytest.raises(httpx2.LocalProtocolError):
            await client.get(peer.url, headers={"X": "a\r\nX-Fusion-Depth: 0"})
        assert peer.connections == 0


async def test_a_peer_waits_for_a_reader_who_is_slow() -> None:
    sent = 0
    piece = b"x" * 65_536

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await request(reader)
        writer.write(OK + b"Content-Length: 100000000\r\n\r\n")
        while True:
            writer.write(piece)
            await writer.drain()
            sent += len(piece)

    async with talking(play) as (peer, client), client.stream("POST", peer.url, content=b"{}") as response:
        before = -1
        while sent != before:  # until nothing more goes out
            before = sent
            await asyncio.sleep(0.1)
        assert sent < 50_000_000
        read = 0
        async for got in response.aiter_raw():
            read += len(got)
            if read > before:  # reading makes it go on
                break
        assert sent > before


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


@pytest.mark.parametrize(
    "more", [b"HTTP/1.1 500 Bad\r\nContent-Length: 3\r\n\r\nbad", b"\x00\x01"], ids=["a reply", "noise"]
)
async def test_what_comes_behind_a_whole_reply_takes_nothing_from_it_and_is_nobodys(more: bytes) -> None:
    async with talking(answers(TWO + more), answers(TWO)) as (peer, client):
        first = await client.post(peer.url, content=b"{}")
        assert (first.status_code, first.text) == (200, "Two.")
        assert await text(client, peer) == "Two."
        assert peer.connections == 2


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


async def test_a_reply_before_the_whole_request_has_gone_out_ends_the_connection() -> None:
    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(TWO)
        await anyio.sleep_forever()

    async with talking(hasty, answers(TWO)) as (peer, client):
        assert (await client.post(peer.url, content=b"x" * 30_000_000)).text == "Two."
        assert await text(client, peer) == "Two."
        assert peer.connections == 2
