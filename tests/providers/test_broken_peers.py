"""Peers that break off, talk nonsense, come too early or never, and are read too slowly: errors, and no harm."""

import asyncio

import anyio
import httpx2
import pytest

from providers.talking import OK, TWO, answers, request, talking, text


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


@pytest.mark.parametrize(
    "more", [b"HTTP/1.1 500 Bad\r\nContent-Length: 3\r\n\r\nbad", b"\x00\x01"], ids=["a reply", "noise"]
)
async def test_what_comes_behind_a_whole_reply_takes_nothing_from_it_and_is_nobodys(more: bytes) -> None:
    async with talking(answers(TWO + more), answers(TWO)) as (peer, client):
        first = await client.post(peer.url, content=b"{}")
        assert (first.status_code, first.text) == (200, "Two.")
        assert await text(client, peer) == "Two."
        assert peer.connections == 2


async def test_a_reply_before_the_whole_request_has_gone_out_ends_the_connection() -> None:
    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(TWO)
        await anyio.sleep_forever()

    async with talking(hasty, answers(TWO)) as (peer, client):
        assert (await client.post(peer.url, content=b"x" * 30_000_000)).text == "Two."
        assert await text(client, peer) == "Two."
        assert peer.connections == 2
