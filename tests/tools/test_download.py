"""One page fetched from a real server: what is asked for, what comes back, and where redirects lead."""

import gzip
import zlib

import pytest

from scripted.web import ScriptedWeb, empty, page, redirects, status
from tools.fetching import fault_of, reading


async def test_a_page_comes_as_its_bytes_its_type_and_its_address() -> None:
    with ScriptedWeb() as web:
        web.serve("/page", page("<p>Grüße</p>", content_type="text/html; charset=x"))
        got = await reading(web).get(web.url("/page?a=b#part"), within=5)
    assert got.body == "<p>Grüße</p>".encode()
    assert got.content_type == "text/html; charset=x"
    assert got.url == web.url("/page?a=b")


async def test_a_request_carries_four_headers_and_no_more() -> None:
    with ScriptedWeb() as web:
        url = web.serve("/page", page("x"))
        await reading(web).get(url, within=5)
    (request,) = web.requests
    assert request.method == "GET"
    assert request.headers == {
        "host": web.host_port,
        "user-agent": "Mozilla/5.0 (compatible; web-reader)",
        "accept": "text/html,application/xhtml+xml,application/pdf,text/plain,application/json,*/*;q=0.5",
        "accept-encoding": "gzip, deflate",
    }


async def test_nothing_of_one_page_is_carried_to_the_next() -> None:
    with ScriptedWeb() as web:
        web.serve("/first", page("x", headers={"set-cookie": "canary=1; path=/", "www-authenticate": "Basic"}))
        web.serve("/second", redirects("/third"))
        web.serve("/third", page("y"))
        downloader = reading(web)
        for path in ("/first", "/second"):
            await downloader.get(web.url(path), within=5)
    for request in web.requests:
        assert set(request.headers) == {"host", "user-agent", "accept", "accept-encoding"}


async def test_a_path_goes_out_as_it_was_written() -> None:
    with ScriptedWeb() as web:
        web.serve("/a/../b%2f;x", page("x"))
        await reading(web).get(web.url("/a/../b%2f;x?q='|{}&ä"), within=5)
    assert web.requests[0].target == "/a/../b%2f;x?q='|{}&%C3%A4"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_compressed_page_is_unpacked(coding: str) -> None:
    text = b"<p>Many words, and many more of them.</p>" * 500
    body = gzip.compress(text) if coding == "gzip" else zlib.compress(text)
    with ScriptedWeb() as web:
        url = web.serve("/page", page(body, headers={"content-encoding": coding}))
        assert (await reading(web).get(url, within=5)).body == text


@pytest.mark.parametrize("code", [200, 204])
async def test_an_empty_page_is_a_page(code: int) -> None:
    with ScriptedWeb() as web:
        assert (await reading(web).get(web.serve("/empty", empty(code)), within=5)).body == b""


async def test_a_page_without_a_type_has_an_empty_one() -> None:
    with ScriptedWeb() as web:
        assert (await reading(web).get(web.serve("/page", page("x", content_type="")), within=5)).content_type == ""


@pytest.mark.parametrize("code", [201, 206, 300, 304, 400, 401, 403, 404, 410, 418, 429, 451, 500, 502, 503, 599])
async def test_any_other_status_is_named_and_nothing_of_its_page(code: int) -> None:
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web), web.serve("/page", status(code, "canary", {"x-canary": "canary"})))
    assert (fault.reason, fault.status_code) == ("http_error", code)
    assert str(code) in fault.message
    assert "canary" not in fault.message


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "canary"])
async def test_a_coding_that_was_not_asked_for_is_refused(coding: str) -> None:
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web), web.serve("/page", page("x", headers={"content-encoding": coding})))
    assert fault.reason == "unsupported_type"
    assert "canary" not in fault.message


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed(code: int) -> None:
    with ScriptedWeb() as web:
        web.serve("/from/here", redirects("../to?x#part", status=code))
        web.serve("/to", page("arrived"))
        got = await reading(web).get(web.url("/from/here"), within=5)
    assert (got.body, got.url) == (b"arrived", web.url("/to?x"))
    assert [request.method for request in web.requests] == ["GET", "GET"]


async def test_five_redirects_are_followed_and_a_sixth_is_not() -> None:
    with ScriptedWeb() as web:
        for hop in range(6):
            web.serve(f"/{hop}", redirects(f"/{hop + 1}"))
        web.serve("/6", page("arrived"))
        assert (await reading(web).get(web.url("/1"), within=5)).body == b"arrived"
        assert (await fault_of(reading(web), web.url("/0"))).reason == "too_many_redirects"
    assert not web.requests_to("/6")[1:]


async def test_a_redirect_to_itself_ends() -> None:
    with ScriptedWeb() as web:
        assert (await fault_of(reading(web), web.serve("/page", redirects("/page")))).reason == "too_many_redirects"
        assert len(web.requests) == 6


@pytest.mark.parametrize("location", ["", " "])
async def test_a_redirect_to_nowhere_is_said(location: str) -> None:
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web), web.serve("/page", redirects(location)))
    assert (fault.reason, fault.status_code) == ("http_error", 302)


async def test_a_redirect_without_a_location_is_said() -> None:
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web), web.serve("/page", status(301)))
    assert (fault.reason, fault.status_code) == ("http_error", 301)
    assert "redirect" in fault.message


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://127.0.0.1:6379/_canary",
        "javascript:canary()",
        "data:text/plain,canary",
        "http://user:canary@example.org/",
        "http://example.org:8080/canary",
        "http://127.0.0.1/canary",
        "http://127.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/canary",
        "http://[fd00:ec2::254]/",
        "http://example.org\\@127.0.0.1/",
        "//0x7f.1/",
        "http://0/",
        "http://[::1",
        "http://example.org/" + "canary" * 2_000,
    ],
)
async def test_a_redirect_to_what_may_not_be_visited_is_refused(location: str) -> None:
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web), web.serve("/page", redirects(location)))
    assert fault.reason == "address_refused"
    assert "redirects" in fault.message
    assert "canary" not in fault.message
    assert len(web.requests) == 1


async def test_a_fault_after_a_redirect_says_so_and_keeps_its_status() -> None:
    with ScriptedWeb() as web:
        fault = await fault_of(reading(web), web.serve("/page", redirects("/missing")))
    assert (fault.reason, fault.status_code) == ("http_error", 404)
    assert fault.message.startswith("The page redirects")


async def test_every_hop_is_asked_about() -> None:
    asked: list[str] = []

    def permits(host: str) -> bool:
        asked.append(host)
        return True

    with ScriptedWeb() as web:
        web.serve("/page", redirects("/other"))
        web.serve("/other", page("x"))
        await reading(web).get(web.url("/page"), within=5, permits=permits)
    assert asked == ["127.0.0.1", "127.0.0.1"]
