"""The scripted web serves what a test tells it and its records tell the truth; all tests of reading rest on that."""

import asyncio
import gc
import json
import socket
import tomllib
import zlib

import httpx2
import pytest

from scripted import Home, ScriptedProvider, ScriptedWeb
from scripted.web import (
    PageBehaviour,
    article,
    cuts_after,
    depends,
    drips,
    empty,
    endless,
    garbage,
    gzip_bomb,
    hangs_up,
    held,
    huge_headers,
    lies_about_length,
    page,
    redirects,
    resets,
    resets_after,
    result,
    searxng,
    searxng_fails,
    stalls,
    stalls_after,
    stalls_after_headers,
    status,
)


def test_pages_take_turns_and_the_last_one_stays(internet: ScriptedWeb, client: httpx2.Client) -> None:
    url = internet.serve(
        "/a", status(503, headers={"Retry-After": "2"}), empty(), article("Seine", "It is <b>long</b>.")
    )
    replies = [client.get(url) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [503, 200, 200, 200]
    assert (replies[0].headers["retry-after"], replies[1].content) == ("2", b"")
    assert "<title>Seine</title>" in replies[3].text
    assert "<p>It is <b>long</b>.</p>" in replies[3].text


def test_a_page_may_be_of_any_type_and_compressed(internet: ScriptedWeb, client: httpx2.Client) -> None:
    reply = client.get(internet.serve("/a", page(b"\xe4", content_type="text/plain; charset=latin-1", gzip=True)))
    assert (reply.text, reply.headers["content-encoding"]) == ("ä", "gzip")


def test_an_address_with_a_query_comes_before_its_path(internet: ScriptedWeb, client: httpx2.Client) -> None:
    internet.serve("/a", depends(lambda request: page(request.query.get("q", "none"))))
    internet.serve("/a?q=x", page("only x"))
    assert [client.get(internet.url(path)).text for path in ("/a", "/a?q=%C3%A4+b", "/a?q=x")] == [
        "none",
        "ä b",
        "only x",
    ]
    assert client.get(internet.url("/elsewhere")).status_code == 404


def test_the_records_hold_every_request_as_it_came(internet: ScriptedWeb, client: httpx2.Client) -> None:
    internet.serve("/a", page("A"))
    client.get(internet.url("/a?q=1"), headers={"X-Odd": "Yes"})
    client.get(internet.url("/b"))
    [request] = internet.requests_to("/a")
    assert internet.requests_to("/a?q=1") == [request]
    assert (request.method, request.target, request.headers["x-odd"]) == ("GET", "/a?q=1", "Yes")
    assert request.raw.startswith(f"GET /a?q=1 HTTP/1.1\r\nHost: {internet.host_port}\r\n")
    assert [(seen.path, seen.status, seen.completed) for seen in internet.requests] == [
        ("/a", 200, True),
        ("/b", 404, True),
    ]


def test_a_redirect_leads_on_and_one_to_itself_nowhere(internet: ScriptedWeb, client: httpx2.Client) -> None:
    internet.serve("/a", redirects("/b", status=307))
    internet.serve("/b", page("B"))
    assert client.get(internet.url("/a"), follow_redirects=True).text == "B"
    with pytest.raises(httpx2.TooManyRedirects):
        client.get(internet.serve("/loop", redirects("/loop")), follow_redirects=True)


@pytest.mark.parametrize(
    "behaviour",
    [stalls(), stalls_after_headers(), stalls_after("Half"), drips(), endless(), gzip_bomb(10**12)],
    ids=lambda b: b.name,
)
async def test_a_client_that_leaves_is_noticed(
    internet: ScriptedWeb, caller: httpx2.AsyncClient, behaviour: PageBehaviour
) -> None:
    url = internet.serve("/a", behaviour)
    asking = asyncio.create_task(_read_raw(caller, url))
    await internet.until(lambda w: w.in_flight == 1)
    asking.cancel()
    await internet.until(lambda w: w.in_flight == 0)
    [request] = internet.requests
    assert (request.closed_by_client, request.completed) == (True, False)


async def _read_raw(caller: httpx2.AsyncClient, url: str) -> None:
    async with caller.stream("GET", url) as reply:
        async for _ in reply.aiter_raw():
            pass


async def test_bytes_drip_as_the_gate_lets_them(internet: ScriptedWeb, caller: httpx2.AsyncClient) -> None:
    gate = internet.gate("bytes")
    async with caller.stream("GET", internet.serve("/a", drips("abc", gate=gate))) as reply:
        chunks = reply.aiter_raw()
        for expected in (b"a", b"b", b"c", b"a"):
            gate.let_through()
            assert await anext(chunks) == expected


async def test_a_gate_holds_a_page(internet: ScriptedWeb, caller: httpx2.AsyncClient) -> None:
    gate = internet.gate("page")
    url = internet.serve("/a", held(gate, then=page("A")))
    asking = [asyncio.create_task(caller.get(url)) for _ in range(2)]
    await internet.until(lambda w: w.in_flight == 2)
    gate.open()
    assert [reply.text for reply in await asyncio.gather(*asking)] == ["A", "A"]
    assert internet.max_in_flight == 2


def test_a_bomb_is_proper_gzip_and_small_on_the_wire(internet: ScriptedWeb, client: httpx2.Client) -> None:
    with client.stream("GET", internet.serve("/a", gzip_bomb(20_000_000))) as reply:
        wire = b"".join(reply.iter_raw())
    assert len(wire) < 40_000
    assert len(zlib.decompress(wire, 16 + zlib.MAX_WBITS)) == 20_000_000


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (lies_about_length("Half", says=9), httpx2.RemoteProtocolError),
        (cuts_after(), httpx2.RemoteProtocolError),
        (hangs_up(), httpx2.RemoteProtocolError),
        (garbage(), httpx2.RemoteProtocolError),
        (huge_headers(), httpx2.RemoteProtocolError),
        (resets(), httpx2.ReadError),
        (resets_after(), httpx2.ReadError),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_reply_breaks_off_or_is_none(
    internet: ScriptedWeb, client: httpx2.Client, behaviour: PageBehaviour, error: type[Exception]
) -> None:
    with pytest.raises(error):
        client.get(internet.serve("/a", behaviour))
    internet.wait_until(lambda w: w.in_flight == 0)
    assert [request.completed for request in internet.requests] == [False]


def test_a_length_that_is_too_small_cuts_the_page(internet: ScriptedWeb, client: httpx2.Client) -> None:
    assert client.get(internet.serve("/a", lies_about_length("abcdef", says=3))).text == "abc"


def test_searxng_finds_what_it_is_told(internet: ScriptedWeb, client: httpx2.Client) -> None:
    internet.serve("/search", searxng([result("https://a.example/", "A", "Of A.", "2026-03-01T00:00:00")]))
    reply = client.get(internet.url("/search"), params={"q": "what", "format": "json"}).json()
    assert (reply["query"], reply["unresponsive_engines"]) == ("what", [])
    [found] = reply["results"]
    assert [found[key] for key in ("url", "title", "content", "publishedDate")] == [
        "https://a.example/",
        "A",
        "Of A.",
        "2026-03-01T00:00:00",
    ]


def test_searxng_may_find_by_the_query_also_from_a_form(internet: ScriptedWeb, client: httpx2.Client) -> None:
    silent = ("google", "Suspended: CAPTCHA")
    url = internet.serve("/search", searxng(lambda query: [result(f"https://{query}/")], unresponsive=[silent]))
    reply = client.post(url, data={"q": "b.example", "format": "json"}).json()
    assert (reply["results"][0]["url"], reply["unresponsive_engines"]) == ("https://b.example/", [list(silent)])


def test_searxng_wants_a_query_and_says_html_unless_told(internet: ScriptedWeb, client: httpx2.Client) -> None:
    url = internet.serve("/search", searxng([]))
    assert client.get(url, params={"format": "json"}).status_code == 400
    assert client.get(url, params={"q": "what"}).headers["content-type"] == "text/html; charset=utf-8"


def test_searxng_fails_in_its_own_ways(internet: ScriptedWeb, client: httpx2.Client) -> None:
    internet.serve("/search", *map(searxng_fails, ("forbidden", "throttled", "down", "rubbish", "html", "empty")))
    replies = [client.get(internet.url("/search"), params={"q": "what", "format": "json"}) for _ in range(6)]
    assert [reply.status_code for reply in replies] == [403, 429, 502, 200, 200, 200]
    for reply in replies[3:]:
        with pytest.raises(json.JSONDecodeError):
            reply.json()


def test_a_web_closes_at_once_although_requests_hang() -> None:
    with socket.socket() as raw, ScriptedWeb() as internet:
        internet.serve("/a", stalls())
        raw.connect(("127.0.0.1", internet.port))
        raw.sendall(b"GET /a HTTP/1.1\r\n\r\n")
        internet.wait_until(lambda w: w.in_flight == 1)
    [request] = internet.requests
    assert (request.ended is not None, request.closed_by_client) == (True, False)


def test_a_home_may_have_the_scripted_web_for_its_internet(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    name = home.trio(provider, internet=internet, max_tool_calls=3, config="[limits]\nwait_s = 1")
    config = tomllib.loads(home.config_file.read_text("utf-8"))
    preset = tomllib.loads((home.presets / f"{name}.toml").read_text("utf-8"))
    assert config["web"] == {
        "search": ["searxng"],
        "searxng_url": f"http://{internet.host_port}",
        "allow_private": [internet.host_port],
    }
    assert (config["limits"], preset["tools"], preset["max_tool_calls"]) == (
        {"wait_s": 1},
        ["web_search", "web_fetch"],
        3,
    )


def test_a_connection_that_comes_while_the_server_stops_is_closed_too() -> None:
    for _ in range(50):
        with ScriptedWeb() as web:
            clients = [socket.create_connection(("127.0.0.1", web.port)) for _ in range(3)]
        for client in clients:
            client.close()
    gc.collect()  # what was left open is told, and fails this test
