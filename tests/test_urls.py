"""Web addresses as words: found in what a person wrote, compared, and attributed to their owners."""

import pytest

from fusion_mcp.urls import host_of, normalised, site_of, urls_in


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("See https://example.org/page.", "https://example.org/page"),
        ("([this](https://example.org/page))", "https://example.org/page"),
        ("<https://example.org/page>, please", "https://example.org/page"),
        ("HTTP://Example.org/Wiki_(topic)", "HTTP://Example.org/Wiki_(topic)"),
        ("これは https://example.org/page。", "https://example.org/page"),
        ('"https://example.org/page?a=1&b=2"', "https://example.org/page?a=1&b=2"),
    ],
)
def test_an_address_in_prose_is_found_without_the_punctuation_behind_it(text: str, url: str) -> None:
    assert url in urls_in(text)


def test_what_has_no_scheme_is_no_address() -> None:
    assert list(urls_in("example.org/page and ftp://example.org and mailto:a@example.org")) == []


def test_a_flood_of_punctuation_makes_few_addresses() -> None:
    assert len(list(urls_in("https://example.org/" + "." * 100_000))) < 10


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://EXAMPLE.org:443/Page#part", "https://example.org/Page"),
        ("http://example.org:80?q", "http://example.org/?q"),
    ],
)
def test_spellings_of_one_address_are_the_same(url: str, same: str) -> None:
    assert normalised(url) == same


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a", "https://example.org/a/"),
        ("https://example.org/a", "https://example.org/a?"),
        ("https://example.org/a", "http://example.org/a"),
        ("https://example.org/a", "https://example.org:8443/a"),
        ("https://example.org/%61", "https://example.org/a"),
    ],
)
def test_addresses_that_differ_in_anything_else_differ(url: str, other: str) -> None:
    assert normalised(url) != normalised(other)


@pytest.mark.parametrize(
    "text",
    ["", "example.org", "ftp://example.org/", "https://user@example.org/", "https://a\\b/", "https://a b/", "//a/"],
)
def test_what_is_no_plain_web_address_is_none(text: str) -> None:
    assert (normalised(text), host_of(text)) == (None, "")


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("example.org", "example.org"),
        ("a.b.example.org", "example.org"),
        ("www.example.co.uk", "example.co.uk"),
        ("a.abc.io", "abc.io"),
        ("x.abc.de", "abc.de"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("localhost", "localhost"),
    ],
)
def test_a_site_is_what_one_owner_is_likely_to_hold(host: str, site: str) -> None:
    assert site_of(host) == site
