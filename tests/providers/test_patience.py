"""How long a response is waited for: over a connection of ours, and through a proxy, which httpx2 speaks to."""

import asyncio
import ssl
import time

import anyio
import pytest

from fusion_mcp.clock import now
from fusion_mcp.providers.connections.patience import Patience, PatienceOver
from fusion_mcp.providers.connections.response import Response, pieces
from fusion_mcp.providers.connections.transport import Transport
from providers import odd
from providers.asking import asking
from providers.talking import OK, TWO, Peer, Serving, request, talking
from scripted import ScriptedProvider

REQUEST = b"POST /v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
STREAMS = OK + b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunked(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def says_and_stalls(*said: bytes) -> Serving:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        for each in said:
            writer.write(each)
        await reader.read()

    return play


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ((), "Work had not begun to answer after 0.3 s."),
        ((STREAMS,), "Work had not begun to answer after 0.3 s."),
        ((STREAMS, chunked(odd.says("Two"))), "Work fell silent for 0.2 s in the middle of its reply."),
    ],
    ids=["no head", "no words", "no end"],
)
async def test_a_model_behind_a_proxy_is_waited_for_as_long_as_any_other(
    monkeypatch: pytest.MonkeyPatch, said: tuple[bytes, ...], told: str
) -> None:
    for variable in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(variable, raising=False)
    async with talking(says_and_stalls(*said)) as (peer, _):
        monkeypatch.setenv("HTTP_PROXY", peer.url)
        monkeypatch.setenv("http_proxy", peer.url)
        async with asking("http://models.example/v1", silence_s=(0.3, 0.2)) as caller:
            failure = await caller.failure()
            await peer.gone.wait()
    assert failure.message == told


async def test_a_stream_that_only_says_that_it_is_there_is_not_read_for_ever(provider: ScriptedProvider) -> None:
    provider.script("alpha", odd.ticks(then=b": here\n\n" * 4000, gap_s=0))
    async with asking(provider, silence_s=(0.3, 5.0)) as caller:
        start = time.monotonic()
        failure = await caller.failure()
        await provider.until(lambda p: p.calls[0].closed_by_client, within=1)
    assert failure.message == "Work had not begun to answer after 0.3 s."
    assert time.monotonic() - start < 2


async def sent(peer: Peer, patience: Patience, transport: Transport | None = None) -> Response:
    """Send a request, over a transport of its own unless there is one."""
    origin = ("http", "127.0.0.1", int(peer.url.rpartition(":")[2].partition("/")[0]))
    transport = transport or Transport(ssl.create_default_context())
    return await transport.send(origin, REQUEST, connect_within=5.0, patience=patience)


async def test_patience_that_grows_lets_what_comes_later_come() -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(OK + b"Content-Length: 4\r\n\r\nTw")
        await asyncio.sleep(0.3)
        writer.write(b"o.")

    async with talking(play) as (peer, _):
        patience = Patience(now() + 0.2)
        response = await sent(peer, patience)
        patience.until = now() + 5.0
        assert b"".join([piece async for piece in pieces(response.body)]) == b"Two."


async def test_patience_that_shrinks_ends_the_next_wait_sooner() -> None:
    async with talking(says_and_stalls(OK + b"Content-Length: 4\r\n\r\nTw")) as (peer, _):
        patience = Patience(now() + 60)
        response = await sent(peer, patience)
        assert await response.body.piece() == b"Tw"
        patience.until = now() + 0.1
        with pytest.raises(PatienceOver), anyio.fail_after(5):
            await response.body.piece()
        await response.body.aclose()
        await peer.gone.wait()


@pytest.mark.parametrize(("first_s", "then_s"), [(0.1, 5.0), (60.0, 0.5)], ids=["longer", "shorter"])
async def test_the_next_request_over_a_connection_is_waited_for_as_long_as_it_says_itself(
    first_s: float, then_s: float
) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(TWO)
        await request(reader)
        await asyncio.sleep(0.3)
        writer.write(OK + b"Content-Length: 4\r\n\r\nTw")
        await reader.read()

    async with talking(play) as (peer, _):
        transport = Transport(ssl.create_default_context())
        response = await sent(peer, Patience(now() + first_s), transport)
        assert [piece async for piece in pieces(response.body)] == [b"Two."]
        await response.body.aclose()
        patience = Patience(now() + then_s)
        response = await sent(peer, patience, transport)
        assert await response.body.piece() == b"Tw"
        patience.until = min(patience.until, now() + 0.3)
        with pytest.raises(PatienceOver), anyio.fail_after(5):
            await response.body.piece()
        assert peer.connections == 1


async def test_what_has_come_is_handed_out_however_late_that_is_looked_at() -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(TWO)
        time.sleep(0.4)  # noqa: ASYNC251 the loop stands still, as it may where many ask at once

    async with talking(play) as (peer, _):
        response = await sent(peer, Patience(now() + 0.2))
        assert [piece async for piece in pieces(response.body)] == [b"Two."]


async def test_an_error_that_has_come_in_time_is_told_however_late_that_is_looked_at() -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(STREAMS + chunked(odd.fails("too dear", 402)))
        time.sleep(0.4)  # noqa: ASYNC251 as above
        await reader.read()

    async with talking(play) as (peer, _), asking(peer.url, silence_s=(0.2, 0.2)) as caller:
        failure = await caller.failure()
    assert failure.status_code == 402
