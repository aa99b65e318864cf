"""Pages that are too large, packed too tightly or mostly wrapping: given up soon, and no page that fits."""

import zlib
from dataclasses import replace

import pytest

from scripted.web import PageBehaviour, ScriptedWeb, endless, gzip_bomb, lies_about_length, page
from scripted.web.visit import Visit
from tools.fetching import QUICK, fault_of_page, reading

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def deflated_bomb() -> PageBehaviour:
    return page(zlib.compress(bytes(900_000)), headers={"content-encoding": "deflate"})


def floods(head: bytes, piece: bytes) -> PageBehaviour:
    """Send `piece` again and again, as fast as the client reads."""

    async def play(visit: Visit) -> None:
        await visit.write(head)
        while True:
            await visit.write(piece)

    return PageBehaviour("floods", play)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 1_000),
        (CHUNKED, b"1\r\nx\r\n" * 1_000),
        (CHUNKED, b"1;" + b"x" * 60_000 + b"\r\nx\r\n"),
    ],
    ids=["interim answers", "crumbs", "chunk extensions"],
)
async def test_a_page_that_is_mostly_wrapping_is_given_up(head: bytes, piece: bytes) -> None:
    fault = await fault_of_page(floods(head, piece))
    assert fault.reason == "too_large"


@pytest.mark.parametrize(
    "behaviour",
    [
        endless(),
        gzip_bomb(50_000_000),
        deflated_bomb(),
        page(b"x" * 200_001),
        lies_about_length("x", says=200_001),
        lies_about_length("x", says=99_999_999_999_999_999),
        page(b"x" * 400_001, gzip=True),
    ],
    ids=lambda behaviour: behaviour.name,
)
async def test_a_page_too_large_is_given_up(behaviour: PageBehaviour) -> None:
    fault = await fault_of_page(behaviour)
    assert fault.reason == "too_large"


async def test_a_page_that_says_it_is_too_large_is_not_read() -> None:
    async def play(visit: Visit) -> None:
        await visit.write(b"HTTP/1.1 200 OK\r\nContent-Length: 200001\r\n\r\n")
        await visit.stall()

    assert (await fault_of_page(PageBehaviour("says", play))).reason == "too_large"


async def test_pages_up_to_the_limits_are_read() -> None:
    limits = replace(QUICK, ratio=10_000)
    with ScriptedWeb() as web:
        web.serve("/plain", page(b"x" * 200_000))
        web.serve("/packed", page(b"x" * 400_000, gzip=True))
        assert len((await reading(web, limits).get(web.url("/plain"), within=5)).body) == 200_000
        assert len((await reading(web, limits).get(web.url("/packed"), within=5)).body) == 400_000


async def test_a_short_page_may_be_packed_as_tightly_as_it_likes() -> None:
    with ScriptedWeb() as web:
        url = web.serve("/page", page(b"x" * 60_000, gzip=True))
        assert len((await reading(web).get(url, within=5)).body) == 60_000


async def test_a_page_packed_more_tightly_than_any_text_is_given_up() -> None:
    assert (await fault_of_page(page(b"x" * 100_000, gzip=True))).reason == "too_large"
