"""Servers that lie and break off: each ends in a fault of its own, told in our own words."""

import gzip

import pytest

from fusion_mcp.tools.download import Downloader
from scripted.web import (
    PageBehaviour,
    ScriptedWeb,
    cuts_after,
    garbage,
    hangs_up,
    huge_headers,
    lies_about_length,
    page,
    resets,
    resets_after,
)
from scripted.web.visit import Visit
from tools.fetching import QUICK, fault_of, fault_of_page, reading


def noise_after_chunks() -> PageBehaviour:
    async def play(visit: Visit) -> None:
        await visit.begin("text/html")
        await visit.write(b"no chunk at all\r\n")
        await visit.stall()

    return PageBehaviour("noise_after_chunks", play)


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
    fault = await fault_of_page(behaviour)
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


@pytest.mark.parametrize(
    "body",
    [b"<p>plain</p>", gzip.compress(b"<p>cut</p>" * 99, mtime=0)[:-9], b"\x1f\x8b"],
    ids=["plain", "cut short", "two bytes"],
)
async def test_a_page_that_cannot_be_unpacked_is_unreadable(body: bytes) -> None:
    fault = await fault_of_page(page(body, headers={"content-encoding": "gzip"}))
    assert fault.reason == "unreadable"
