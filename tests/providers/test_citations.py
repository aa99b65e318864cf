"""The pages that a provider's own web tools name: each once, with what was quoted of it, and no other addresses."""

import json
from typing import Any

import pytest

from fusion_mcp.providers.chat.reply import Reply
from fusion_mcp.providers.citations import MOST_EXCERPT, MOST_PAGES
from fusion_mcp.types import Citation

PAGE = "https://example.org/mars"


def note(url: Any = PAGE, title: Any = "Mars", **more: Any) -> dict[str, Any]:
    return {"type": "url_citation", "url_citation": {"url": url, "title": title, **more}}


def cited(*annotations: Any) -> tuple[Citation, ...]:
    reply = Reply()
    for annotation in annotations:
        reply.take(json.dumps({"choices": [{"delta": {"content": "", "annotations": [annotation]}}]}))
    return reply.completion().citations


def test_a_page_is_named_once_with_everything_that_was_quoted_of_it() -> None:
    quoted = [note(content="Two moons."), note(title="Later"), note(content="Two moons."), note(content="Small ones.")]
    assert cited(*quoted) == (Citation(url=PAGE, title="Mars", text="Two moons.\n\nSmall ones."),)


def test_pages_stand_in_the_order_in_which_they_were_named() -> None:
    named = cited(note("http://b.example/"), note("https://a.example/"), note("http://b.example/"))
    assert [page.url for page in named] == ["http://b.example/", "https://a.example/"]


def test_the_shape_of_another_api_is_understood_as_well() -> None:
    assert cited({"type": "url_citation", "url": PAGE, "title": " Mars\n "}) == (Citation(url=PAGE, title="Mars"),)


def test_a_whole_message_names_its_pages_also_at_the_end_of_a_stream() -> None:
    reply = Reply()
    reply.take(json.dumps({"choices": [{"delta": {"content": "Two.", "annotations": [note(content="a")]}}]}))
    message = {"content": "Two.", "annotations": [note(content="a"), note("https://example.net/")]}
    reply.take(json.dumps({"choices": [{"delta": {}, "message": message, "finish_reason": "stop"}]}))
    assert [page.url for page in reply.completion().citations] == [PAGE, "https://example.net/"]
    assert reply.completion().citations[0].text == "a"


@pytest.mark.parametrize(
    "url",
    [
        *("", None, 7, "ftp://example.org/", "javascript:alert(1)", "data:text/html,x", "https://", "//x"),
        *("file:///etc/passwd", "https://example.org/" + "x" * 2000, "example.org", "https://\\a.b/", "https://a b/"),
    ],
)
def test_what_is_no_web_page_is_not_named(url: object) -> None:
    assert cited(note(url), note()) == (Citation(url=PAGE, title="Mars"),)


@pytest.mark.parametrize(
    "host",
    [
        *("169.254.169.254", "127.0.0.1", "10.0.0.1", "192.168.1.1", "0.0.0.0", "224.0.0.1", "[::1]", "[fe80::1]"),
        *("[::ffff:127.0.0.1]", "[fd00::1]", "[::1", "fe80::1", "2130706433", "127.1", "0x7f.0.0.1", "127.0.0.0x1"),
        *(
            "０１２７.０.０.１",
            "127。0。0。1",
            "%31%32%37.0.0.1",
            "127.0.0.1.",
            "localhost",
            "LocalHost.",
            "a.localhost",
        ),
        *("printer.local", "metadata.google.internal", "nas.home.arpa", "router", "a..b", ".example.org"),
        *("example.org:8080", "example.org:22", "example.org:0", "example.org:99999", "example.org:x"),
        *("me@example.org", "me:secret@example.org", "example.org:80@127.0.0.1"),
    ],
)
def test_what_is_no_address_of_the_public_web_is_not_named(host: str) -> None:
    urls = [f"{scheme}://{host}{rest}" for scheme in ("http", "https") for rest in ("", "/", "/latest?a=b#c")]
    assert cited(*map(note, urls), note()) == (Citation(url=PAGE, title="Mars"),)


@pytest.mark.parametrize(
    "host",
    [
        *("example.org:80", "example.org:443", "example.org:", "EXAMPLE.org.", "a.b-c.co.uk", "my_site.example.org"),
        *("xn--mnchen-3ya.de", "münchen.de", "東京.jp", "1.example.org", "8.8.8.8", "[2606:4700:4700::1111]"),
    ],
)
def test_every_address_of_the_public_web_is_named_as_it_was_written(host: str) -> None:
    (page,) = cited(note(f"https://{host}/moons"))
    assert page.url == f"https://{host}/moons"


@pytest.mark.parametrize(
    "annotation", [None, 7, "x", [], {}, {"type": "file"}, {"type": "url_citation"}, {"url": PAGE}]
)
def test_annotations_of_another_kind_are_passed_over(annotation: object) -> None:
    assert cited(annotation) == ()


def test_pages_and_excerpts_without_an_end_are_cut() -> None:
    many = cited(*[note(f"https://example.org/{number}", content=str(number)) for number in range(MOST_PAGES + 50)])
    assert len(many) == MOST_PAGES
    (page,) = cited(*[note(content=f"{number} " + "x" * 7000, title="t" * 1000) for number in range(10)])
    assert len(page.text) <= MOST_EXCERPT + 100
    assert len(page.title) == 300


@pytest.mark.parametrize(
    ("usage", "calls"),
    [
        ({"server_tool_use": {"web_search_requests": 2}}, 2),
        ({"server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 3}}, 5),
        ({"server_tool_use_details": {"web_search_requests": 2}}, 2),
        (
            {
                "server_tool_use_details": {
                    "tool_calls_requested": 4,
                    "tool_calls_executed": 3,
                    "web_search_requests": 1,
                }
            },
            4,
        ),
        ({"server_tool_use": {"web_search_requests": 2}, "server_tool_use_details": {"web_search_requests": 2}}, 2),
        ({"server_tool_use": None, "server_tool_use_details": {"tool_calls_requested": None}}, 0),
        ({"server_tool_use": {"web_search_requests": -1, "web_fetch_requests": "3"}}, 0),
        ({}, 0),
    ],
)
def test_the_calls_of_the_providers_own_tools_are_counted_from_the_bill(usage: dict[str, Any], calls: int) -> None:
    reply = Reply()
    reply.take(json.dumps({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 3, **usage}}))
    assert reply.completion().native_calls == calls
