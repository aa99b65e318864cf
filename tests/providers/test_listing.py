"""Which models a provider says it has: a short question with a short wait, and no trouble makes it an exception."""

import asyncio
import socket
import time

import pytest

from fusion_mcp.codes import Reason
from fusion_mcp.providers.chat.listing import list_models
from fusion_mcp.types import CallFailure
from providers.asking import asking
from providers.talking import OK, Serving, answers, request, talking
from scripted import CANARY, ScriptedProvider
from scripted import answers as words


async def listed(*scripts: Serving) -> tuple[str, ...] | CallFailure:
    async with talking(*scripts) as (peer, client):
        return await list_models(client, peer.url, CANARY, within_s=5)


def says(status: int, said: str = "", headers: str = "") -> Serving:
    return answers(f"HTTP/1.1 {status} It\r\nContent-Length: {len(said)}\r\n{headers}\r\n{said}".encode())


async def test_a_provider_names_its_models(provider: ScriptedProvider) -> None:
    provider.script("alpha", words("Two."))
    provider.script("beta:8b", words("Two."))
    async with asking(provider) as caller:
        assert await caller.models.list_models("work", within_s=5) == ("alpha", "beta:8b")
    assert provider.requests == ["GET /v1/models"]


async def test_the_key_goes_along_and_is_not_shown_when_it_is_wrong() -> None:
    with ScriptedProvider(api_key="another") as provider:
        async with asking(provider) as caller:
            failure = await caller.models.list_models("work", within_s=5)
    assert isinstance(failure, CallFailure)
    assert (failure.reason, failure.status_code) == ("unauthorized", 401)
    assert CANARY[:12] not in failure.message


async def test_the_embedded_model_has_nothing_to_list(provider: ScriptedProvider) -> None:
    async with asking(provider) as caller:
        assert await caller.models.list_models("local", within_s=5) == ()


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ('{"data": [{"id": "a"}, {"id": "b"}]}', ("a", "b")),
        ('{"data": [{"id": ""}, {"id": null}, {}, null, 7, {"id": "c"}]}', ("c",)),
        ('{"data": []}', ()),
        ('{"data": null}', ()),
        ('{"models": []}', ()),
        ("[]", ()),
        ("null", ()),
    ],
)
async def test_a_list_is_read_for_what_makes_sense_in_it(body: str, names: tuple[str, ...]) -> None:
    assert await listed(says(200, body)) == names


@pytest.mark.parametrize(
    ("script", "reason", "told"),
    [
        (says(200, "<html>Welcome</html>"), "upstream_error", "not JSON; check base_url"),
        (says(200, "[" * 100_000), "upstream_error", "not JSON; check base_url"),
        (says(200, "x" * 5_000_000), "upstream_error", "absurdly long"),
        (says(401, f"bad key {CANARY}"), "unauthorized", "bad key [key]"),
        (says(401, f"{'x' * 290} {CANARY}"), "unauthorized", "xxx"),
        (says(403), "unauthorized", "403"),
        (says(404, "404 page not found"), "upstream_error", "404 page not found"),
        (says(500, '{"error": {"message": "down"}}'), "upstream_error", "it answered 500: down"),
        (says(302, headers="Location: http://127.0.0.1:2/\r\n"), "upstream_error", "302"),
        (says(200, "no gzip", "Content-Encoding: gzip\r\n"), "upstream_error", "cannot be reached"),
    ],
)
async def test_trouble_with_a_list_is_a_failure_with_a_sentence(script: Serving, reason: Reason, told: str) -> None:
    failure = await listed(script)
    assert isinstance(failure, CallFailure)
    assert failure.reason == reason
    assert told in failure.message
    assert CANARY[:8] not in failure.message
    assert len(failure.message) < 500


async def test_a_list_without_end_is_not_read_to_its_end() -> None:
    sent = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await request(reader)
        writer.write(OK + b"\r\n")
        while True:
            sent += 100_000
            writer.write(b"x" * 100_000)
            await writer.drain()

    failure = await listed(flood)
    assert isinstance(failure, CallFailure)
    assert "absurdly long" in failure.message
    assert sent < 20_000_000


async def test_a_server_that_is_not_there_is_told(nowhere: str) -> None:
    async with asking(nowhere) as caller:
        failure = await caller.models.list_models("work", within_s=5)
    assert isinstance(failure, CallFailure)
    assert f"{nowhere} cannot be reached" in failure.message


async def test_a_server_that_says_nothing_is_waited_for_no_longer_than_asked() -> None:

    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        async with asking(f"http://127.0.0.1:{silent.getsockname()[1]}/v1") as caller:
            failure = await caller.models.list_models("work", within_s=0.2)
    assert isinstance(failure, CallFailure)
    assert failure.reason == "timed_out"
    assert time.monotonic() - start < 2
