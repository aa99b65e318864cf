"""Calls to the scripted provider that are held, left and broken off: who ended which is recorded."""

import asyncio
import json
import socket

import httpx2
import pytest

from scripted import (
    Behaviour,
    ScriptedProvider,
    answers,
    cuts_after,
    drips,
    floods,
    held,
    resets,
    stalls,
    stalls_after,
    stalls_after_headers,
)
from scripted.chatting import STREAM, body, url


@pytest.mark.parametrize("behaviour", [stalls(), stalls_after_headers(), stalls_after("Pa")], ids=lambda b: b.name)
async def test_a_client_that_leaves_a_stalled_call_is_noticed(
    provider: ScriptedProvider, caller: httpx2.AsyncClient, behaviour: Behaviour
) -> None:
    provider.script("alpha", behaviour)
    asking = asyncio.create_task(caller.post(url(provider), json=body(**STREAM)))
    await provider.until(lambda p: p.in_flight == 1)
    asking.cancel()
    await provider.until(lambda p: p.in_flight == 0)
    [call] = provider.calls
    assert (call.closed_by_client, call.completed) == (True, False)


async def test_a_client_that_leaves_in_mid_stream_is_noticed(
    provider: ScriptedProvider, caller: httpx2.AsyncClient
) -> None:
    provider.script("alpha", drips("one two three", provider.gate("words")))
    async with caller.stream("POST", url(provider), json=body(**STREAM)) as reply:
        assert "one" in await anext(reply.aiter_lines())
    await provider.until(lambda p: p.calls[0].closed_by_client)


def test_leaving_after_the_end_is_no_hanging_up(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", answers("Paris."))
    with client.stream("POST", url(provider), json=body(**STREAM)) as reply:
        assert any(line == "data: [DONE]" for line in reply.iter_lines())
    assert [(call.completed, call.closed_by_client) for call in provider.calls] == [(True, False)]


@pytest.mark.parametrize(
    ("behaviour", "heard", "error"),
    [(cuts_after("Pa"), 1, httpx2.RemoteProtocolError), (resets(), 0, httpx2.ReadError)],
    ids=["cut", "reset"],
)
def test_a_connection_breaks_off_by_script(
    provider: ScriptedProvider, client: httpx2.Client, behaviour: Behaviour, heard: int, error: type[Exception]
) -> None:
    provider.script("alpha", behaviour)
    lines: list[str] = []
    with pytest.raises(error), client.stream("POST", url(provider), json=body(**STREAM)) as reply:
        lines.extend(line for line in reply.iter_lines() if "Pa" in line)
    provider.wait_until(lambda p: p.in_flight == 0)
    assert len(lines) == heard
    assert [(call.completed, call.closed_by_client) for call in provider.calls] == [(False, False)]


async def test_a_flood_stops_when_the_client_leaves(provider: ScriptedProvider, caller: httpx2.AsyncClient) -> None:
    provider.script("alpha", floods(1000))
    async with caller.stream("POST", url(provider), json=body(**STREAM)) as reply:
        await anext(reply.aiter_raw())
    await provider.until(lambda p: p.calls[0].closed_by_client)


async def test_a_gate_holds_calls_until_it_is_opened(provider: ScriptedProvider, caller: httpx2.AsyncClient) -> None:
    gate = provider.gate("panel")
    assert provider.gate("panel") is gate
    provider.script("alpha", held(gate, then=answers("Paris.")))
    asking = [asyncio.create_task(caller.post(url(provider), json=body())) for _ in range(3)]
    await provider.until(lambda p: p.in_flight == 3)
    gate.let_through()
    await provider.until(lambda p: p.in_flight == 2)
    gate.open()
    assert [reply.status_code for reply in await asyncio.gather(*asking)] == [200] * 3
    assert (provider.in_flight, provider.max_in_flight) == (0, 3)


async def test_words_drip_as_the_gate_lets_them(provider: ScriptedProvider, caller: httpx2.AsyncClient) -> None:
    gate = provider.gate("words")
    provider.script("alpha", drips("one two three", gate))
    async with caller.stream("POST", url(provider), json=body(**STREAM)) as reply:
        lines = reply.aiter_lines()
        assert '"one"' in await anext(lines)
        gate.let_through()
        assert await anext(lines) == ""
        assert '" two"' in await anext(lines)
        gate.open()
        assert '" three"' in "".join([line async for line in lines])


def test_a_provider_closes_at_once_although_calls_hang() -> None:
    with socket.socket() as raw, ScriptedProvider() as provider:
        provider.script("alpha", stalls())
        data = json.dumps(body()).encode()
        raw.connect(("127.0.0.1", provider.port))
        raw.sendall(b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: %d\r\n\r\n%s" % (len(data), data))
        provider.wait_until(lambda p: p.in_flight == 1)
    [call] = provider.calls
    assert (call.ended is not None, call.closed_by_client) == (True, False)
