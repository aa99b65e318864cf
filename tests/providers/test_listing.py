"""Which models a provider says it has: a short question with a short wait, and no trouble makes it an exception."""

import socket
import time
from collections.abc import AsyncIterator

import httpx2
import pytest

from fusion_mcp.codes import Reason
from fusion_mcp.providers.chat.listing import list_models
from fusion_mcp.types import CallFailure
from providers.asking import asking
from scripted import CANARY, ScriptedProvider, answers

URL = "http://127.0.0.1:1/v1"


async def listed(response: httpx2.Response, *, key: str | None = CANARY) -> tuple[str, ...] | CallFailure:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: response)) as http:
        return await list_models(http, URL, key, within_s=5)


async def test_a_provider_names_its_models(provider: ScriptedProvider) -> None:
    provider.script("alpha", answers("Two."))
    provider.script("beta:8b", answers("Two."))
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
    assert await listed(httpx2.Response(200, text=body)) == names


@pytest.mark.parametrize(
    ("response", "reason", "says"),
    [
        (httpx2.Response(200, text="<html>Welcome</html>"), "upstream_error", "not JSON; check base_url"),
        (httpx2.Response(200, text="[" * 100_000), "upstream_error", "not JSON; check base_url"),
        (httpx2.Response(200, text="x" * 5_000_000), "upstream_error", "absurdly long"),
        (httpx2.Response(401, text=f"bad key {CANARY}"), "unauthorized", "bad key [key]"),
        (httpx2.Response(401, text=f"{'x' * 290} {CANARY}"), "unauthorized", "xxx"),
        (httpx2.Response(403), "unauthorized", "403"),
        (httpx2.Response(404, text="404 page not found"), "upstream_error", "404 page not found"),
        (httpx2.Response(500, json={"error": {"message": "down"}}), "upstream_error", "it answered 500: down"),
        (httpx2.Response(302, headers={"location": "http://127.0.0.1:2/"}), "upstream_error", "302"),
        (httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=httpx2.ByteStream(b"no gzip")),
         "upstream_error", "cannot be reached"),
    ],
)  # fmt: skip
async def test_trouble_with_a_list_is_a_failure_with_a_sentence(
    response: httpx2.Response, reason: Reason, says: str
) -> None:
    failure = await listed(response)
    assert isinstance(failure, CallFailure)
    assert failure.reason == reason
    assert says in failure.message
    assert CANARY[:8] not in failure.message
    assert len(failure.message) < 500


async def test_a_list_without_end_is_not_read_to_its_end() -> None:
    sent = 0

    async def flood() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 100_000
            yield b"x" * 100_000

    failure = await listed(httpx2.Response(200, content=flood()))
    assert isinstance(failure, CallFailure)
    assert sent < 10_000_000


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
