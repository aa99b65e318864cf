"""Servers that flood, stall, lie and break off: each ends in a fault of its own, soon, and with its connection."""

import gzip
import zlib
from dataclasses import replace

import anyio
import pytest

from fusion_mcp.tools.download import Downloader, Limits
from scripted.web import (
    PageBehaviour,
    ScriptedWeb,
    cuts_after,
    drips,
    endless,
    garbage,
    gzip_bomb,
    hangs_up,
    huge_headers,
    lies_about_length,
    page,
    resets,
    resets_after,
    stalls,
    stalls_after,
    stalls_after_headers,
)
from scripted.web.visit import Visit
from tools.fetching import QUICK, fault_of

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def reading(web: ScriptedWeb, limits: Limits = QUICK) -> Downloader:
    return Downloader(allow_private=[web.host_port], limits=limits)


async def nobody_is_connected(web: ScriptedWeb) -> None:
    await web.until(lambda web: web.in_flight == 0)


def deflated_bomb() -> PageBehaviour:
    return page(zlib.compress(bytes(900_000)), headers={"content-encoding": "deflate"})


def noise_after_chunks() -> PageBehaviour:
    async def play(visit: Visit) -> None:
        await visit.begin("text/html")
        await visit.write(b"no chunk at all\r\n")
        await visit.stall()

    return PageBehaviour("noise_after_chunks", play)


def slow_headers() -> PageBehaviour:
    async def play(visit: Visit) -> None:
        await visit.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            await visit.write(b"x-canary: y\r\n")
            await anyio.sleep(0.01)

    return PageBehaviour("slow_headers", play)


def never_the_answer() -> PageBehaviour:
    async def play(visit: Visit) -> None:
        while True:
            await visit.write(b"HTTP/1.1 102 Processing\r\n\r\n")
            await anyio.sleep(0.001)

    return PageBehaviour("never_the_answer", play)


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
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web), web.serve("/page", floods(head, piece)))
        await nobody_is_connected(web)
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
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web), web.serve("/page", behaviour))
        await nobody_is_connected(web)
    assert fault.reason == "too_large"


async def test_a_page_that_says_it_is_too_large_is_not_read() -> None:
    async def play(visit: Visit) -> None:
        await visit.write(b"HTTP/1.1 200 OK\r\nContent-Length: 200001\r\n\r\n")
        await visit.stall()

    with ScriptedWeb() as web:
        url = web.serve("/page", PageBehaviour("says", play))
        assert (await fault_of(reading(web), url)).reason == "too_large"


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
    with ScriptedWeb() as web:
        url = web.serve("/page", page(b"x" * 100_000, gzip=True))
        assert (await fault_of(reading(web), url)).reason == "too_large"


@pytest.mark.parametrize("behaviour", [stalls(), stalls_after_headers(), stalls_after()], ids=lambda stall: stall.name)
async def test_a_server_that_falls_silent_is_given_up(behaviour: PageBehaviour) -> None:
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web, replace(QUICK, idle_s=0.1)), web.serve("/page", behaviour))
        await nobody_is_connected(web)
    assert fault.reason == "timed_out"
    assert "silent for 0.1 s" in fault.message


@pytest.mark.parametrize(
    "behaviour", [drips(every=0.01), slow_headers(), never_the_answer()], ids=lambda behaviour: behaviour.name
)
async def test_a_page_that_drips_is_given_up_when_its_time_is_over(behaviour: PageBehaviour) -> None:
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web, replace(QUICK, whole_s=0.2)), web.serve("/page", behaviour))
        await nobody_is_connected(web)
    assert fault.reason == "timed_out"
    assert "after 0.2 s" in fault.message


@pytest.mark.parametrize("within", [0.1, 0, -1])
async def test_no_longer_is_waited_than_the_caller_has_time(within: float) -> None:
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web), web.serve("/page", stalls()), within=within)
        await nobody_is_connected(web)
    assert fault.reason == "timed_out"
    assert f"after {max(within, 0)} s" in fault.message


async def test_redirects_share_the_time_of_the_whole() -> None:
    async def slowly_on(visit: Visit) -> None:
        await anyio.sleep(0.15)
        await visit.write(b"HTTP/1.1 302 Found\r\nLocation: /page\r\nContent-Length: 0\r\n\r\n")
        visit.cut()

    with ScriptedWeb() as web:
        url = web.serve("/page", PageBehaviour("slowly_on", slowly_on))
        fault = await fault_of(reading(web, replace(QUICK, whole_s=0.3)), url)
    assert fault.reason == "timed_out"


@pytest.mark.parametrize(
    "behaviour",
    [
        hangs_up(),
        resets(),
        resets_after(),
        cuts_after(),
        lies_about_length(says=5_000),
        garbage(),
        garbage(b"\0" * 200_000),
        garbage(b"HTTP/1.1 canary\r\n\r\n"),
        garbage(b"HTTP/1.1 200 OK\r\ncanary\r\n\r\n"),
        garbage(b"HTTP/1.1 200 OK\r\nContent-Length: canary\r\n\r\n"),
        garbage(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        garbage(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n"),
        garbage(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: canary\r\n\r\n"),
        huge_headers(300_000),
        noise_after_chunks(),
    ],
    ids=lambda behaviour: behaviour.name,
)
async def test_a_broken_connection_is_told_in_our_own_words(behaviour: PageBehaviour) -> None:
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web), web.serve("/page", behaviour))
        await nobody_is_connected(web)
    assert fault.reason == "unreachable"
    assert "canary" not in fault.message


async def test_a_page_without_a_length_ends_with_its_connection() -> None:
    with ScriptedWeb() as web:
        url = web.serve("/page", garbage(b"HTTP/1.0 200 OK\r\n\r\n<p>whole</p>"))
        assert (await reading(web).get(url, within=5)).body == b"<p>whole</p>"


async def test_a_server_that_is_not_there_is_unreachable(nowhere: str) -> None:
    host_port = nowhere.split("/")[2]
    fault = await fault_of(Downloader(allow_private=[host_port], limits=QUICK), nowhere)
    assert fault.reason == "unreachable"


@pytest.mark.parametrize("body", [b"<p>plain</p>", gzip.compress(b"<p>cut</p>" * 99)[:-9], b"\x1f\x8b"])
async def test_a_page_that_cannot_be_unpacked_is_unreadable(body: bytes) -> None:
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web), web.serve("/page", page(body, headers={"content-encoding": "gzip"})))
    assert fault.reason == "unreadable"


@pytest.mark.parametrize(
    "behaviour", [stalls(), stalls_after(), endless(), drips(every=0.01)], ids=lambda behaviour: behaviour.name
)
async def test_cancelling_closes_the_connection_at_once(behaviour: PageBehaviour) -> None:
    limits = Limits(wire_bytes=10**12, decoded_bytes=10**12)
    with ScriptedWeb() as web:
        url = web.serve("/page", behaviour)
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: reading(web, limits).get(url, within=60))
            await web.until(lambda web: web.in_flight == 1)
            group.cancel_scope.cancel()
        with anyio.fail_after(3):
            await nobody_is_connected(web)
