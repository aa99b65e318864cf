"""How a URL is read before anything is looked up: one reading, and nothing that could be read in two ways."""

import string

import pytest

from fusion_mcp.tools.download.target import parse, redirected
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.web_address import LONGEST_URL


@pytest.mark.parametrize(
    ("url", "host", "port", "authority", "path"),
    [
        ("http://example.org", "example.org", 80, "example.org", "/"),
        ("https://example.org/", "example.org", 443, "example.org", "/"),
        ("HTTPS://Example.ORG/A?b=C#d", "example.org", 443, "example.org", "/A?b=C"),
        ("http://example.org:80/", "example.org", 80, "example.org", "/"),
        ("http://example.org:443/", "example.org", 443, "example.org:443", "/"),
        ("http://example.org./", "example.org", 80, "example.org", "/"),
        ("http://example.org?q", "example.org", 80, "example.org", "/?q"),
        ("http://example.org/?", "example.org", 80, "example.org", "/?"),
        ("http://example.org/#/../@127.0.0.1", "example.org", 80, "example.org", "/"),
        ("http://example.org/a/../b%2F%zz", "example.org", 80, "example.org", "/a/../b%2F%zz"),
        ("http://example.org/@127.0.0.1:80/", "example.org", 80, "example.org", "/@127.0.0.1:80/"),
        ("http://example.org?@127.0.0.1", "example.org", 80, "example.org", "/?@127.0.0.1"),
        ("http://example.org//127.0.0.1/", "example.org", 80, "example.org", "//127.0.0.1/"),
        ("http://my_host-1.example.org/", "my_host-1.example.org", 80, "my_host-1.example.org", "/"),
        ("http://127.0.0.1.example.org/", "127.0.0.1.example.org", 80, "127.0.0.1.example.org", "/"),
        ("http://93.184.216.34/", "93.184.216.34", 80, "93.184.216.34", "/"),
        ("http://[2606:4700:0:0::1111]/", "2606:4700::1111", 80, "[2606:4700::1111]", "/"),
        ("https://[2606:4700::1111]:80/", "2606:4700::1111", 80, "[2606:4700::1111]:80", "/"),
        ("http://müller.example/käse?ö", "xn--mller-kva.example", 80, "xn--mller-kva.example", "/k%C3%A4se?%C3%B6"),
        ("http://MÜLLER.example/", "xn--mller-kva.example", 80, "xn--mller-kva.example", "/"),
        ("http://例え。テスト/", "xn--r8jz45g.xn--zckzah", 80, "xn--r8jz45g.xn--zckzah", "/"),
        ("http://ｅxample.org/", "example.org", 80, "example.org", "/"),
    ],
)
def test_a_url_is_read_in_one_way(url: str, host: str, port: int, authority: str, path: str) -> None:
    target = parse(url)
    assert (target.host, target.port, target.authority, target.path) == (host, port, authority, path)
    assert target.url == url.partition("#")[0]
    assert not target.exempt


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "//example.org/",
        "http:/example.org/",
        "http:example.org",
        "http://",
        "http:///path",
        "http://?q",
        "http://:80/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "data:text/html,hello",
        "view-source:http://example.org/",
        "http+unix://example.org/",
        "ws://example.org/",
        # Ports
        "http://example.org:8080/",
        "http://example.org:22/",
        "http://example.org:0/",
        "http://example.org:/",
        "http://example.org:080/",
        "http://example.org:+80/",
        "http://example.org:８０/",
        "http://example.org:80:80/",
        "http://example.org:65616/",
        "http://example.org:99999999999/",
        # User info
        "http://user@example.org/",
        "http://user:password@example.org/",
        "http://@example.org/",
        "http://example.org@127.0.0.1/",
        "http://example.org:80@127.0.0.1/",
        "http://127.0.0.1:80@example.org/",
        "http://[::1]@example.org/",
        # What one reader takes for a slash and another does not
        "http://example.org\\@127.0.0.1/",
        "http://example.org\\.evil.example/",
        "http:\\\\example.org/",
        "http://example.org/a\\b",
        # Spaces and control characters
        " http://example.org/",
        "http://example.org/ ",
        "http://exa mple.org/",
        "http://example.org\t/",
        "http://example.org\r\nHost: evil/",
        "http://example.org/\r\nX: y",
        "http://example.org/\0",
        "http://example.org/\x7f",
        "http://example.org/\x85",
        "http://example.org/\u00a0",
        "http://example.org/\u2028",
        "http://example.org/\ud800",
        # Hosts that are no names
        "http://exa%6dple.org/",
        "http://127%2E0.0.1/",
        "http://example..org/",
        "http://.example.org/",
        "http://example.org../",
        "http://./",
        "http://exam,ple.org/",
        "http://example.org;evil/",
        "http://*.example.org/",
        "http://exam|ple.org/",
        "http://" + "a" * 64 + ".example/",
        "http://" + "a." * 127 + "example/",
        "http://" + "ä" * 64 + ".example/",
        "http://" + "ä." * 200 + "example/",
        "http://\u200b/",
        "http://xn--ä.example/",
        # Addresses that are none
        "http://[::1/",
        "http://::1/",
        "http://[]/",
        "http://[[::1]]/",
        "http://[::1]x/",
        "http://[::1]x:80/",
        "http://x[::1]/",
        "http://[127.0.0.1]/",
        "http://[v1.fe80::a]/",
        "http://[fe80::1%eth0]/",
        "http://[fe80::1%25eth0]/",
        "http://[2606:4700::1111%25eth0]/",
        "http://127.0.0.1%eth0/",
        # Numbers that only some take for addresses
        "http://127.1/",
        "http://127.0.1/",
        "http://0/",
        "http://2130706433/",
        "http://017700000001/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://0X7F.0.0.1/",
        "http://0x/",
        "http://1.2.3.4.5/",
        "http://256.256.256.256/",
        "http://8.8.8.8../",
        "http://example.127/",
        "http://example.0x7f/",
        "http://①②⑦.⓪.⓪.①/",
        "http://１２７.0.0.1/",
        "http://127。0。0。1/",
        "http://127｡0.0.1/",
        "http://8。8。8。8/",
        "http://example.org/" + "a" * LONGEST_URL,
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(ToolFault) as fault:
        parse(url)
    assert fault.value.reason == "address_refused"


ALLOWED = ("127.0.0.1:8901", "localhost:8901", "intranet.example:80", "[::1]:8901", "127.1:8902")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8901/page",
        "HTTPS://127.0.0.1:8901/",
        "http://localhost:8901",
        "http://intranet.example/",
        "http://intranet.example:80/",
        "http://[::1]:8901/",
        "http://127.1:8902/",
    ],
)
def test_a_host_and_port_that_were_let_through_are_exempt(url: str) -> None:
    assert parse(url, ALLOWED).exempt


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8902/",
        "http://127.0.0.1./",
        "http://127.0.0.1.:8901/",
        "http://127.1:8901/",
        "http://127.0.1:8901/",
        "http://0x7f.0.0.1:8901/",
        "http://0177.0.0.1:8901/",
        "http://2130706433:8901/",
        "http://127.000.000.001:8901/",
        "http://１２７.０.０.１:8901/",
        "http://127。0。0。1:8901/",
        "http://127.0.0.1:08901/",
        "http://127.0.0.1:８９０１/",
        "http://[::ffff:127.0.0.1]:8901/",
        "http://[::127.0.0.1]:8901/",
        "http://[0:0:0:0:0:0:0:1]:8901/",
        "http://[::0001]:8901/",
        "http://LOCALHOST:8901/",
        "http://Localhost:8901/",
        "http://localhost.:8901/",
        "http://ｌocalhost:8901/",
        "http://user@localhost:8901/",
        "http://localhost:8901@localhost:8902/",
    ],
)
def test_no_other_spelling_of_it_is(url: str) -> None:
    with pytest.raises(ToolFault) as fault:
        parse(url, ALLOWED)
    assert fault.value.reason == "address_refused"


@pytest.mark.parametrize("url", ["https://intranet.example/", "http://Intranet.example/", "http://intranet.example./"])
def test_another_spelling_on_an_ordinary_port_goes_through_the_guard(url: str) -> None:
    assert not parse(url, ALLOWED).exempt


BASE = parse("http://example.org/a/b?c")


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/d", "http://example.org/d"),
        ("d", "http://example.org/a/d"),
        ("../d", "http://example.org/d"),
        ("?d", "http://example.org/a/b?d"),
        ("//other.example/d", "http://other.example/d"),
        ("https://other.example", "https://other.example"),
        (" /d e ", "http://example.org/d%20e"),
        ("/käse", "http://example.org/käse"),
        ("HTTP://127.0.0.1", "http://127.0.0.1"),
        ("http://LOCALHOST/", "http://LOCALHOST/"),
    ],
)
def test_a_redirect_leads_where_its_location_says(location: str, url: str) -> None:
    assert redirected(BASE, location) == url


@pytest.mark.parametrize(
    "location",
    [
        "http://[::1",
        "http://127.0.0.1\t:80/",
        "/\x01",
        "\\\\127.0.0.1\\d",
        "http://example.org\\@127.0.0.1/",
        "http://ex\u2100mple/",
    ],
)
def test_a_location_that_can_be_read_in_two_ways_is_refused(location: str) -> None:
    with pytest.raises(ToolFault) as fault:
        redirected(BASE, location)
    assert fault.value.reason == "address_refused"


def test_no_character_in_a_host_ends_it_or_cuts_it_in_two_but_those_of_the_standard() -> None:
    for character in set(map(chr, range(0x3000))) - set(string.ascii_letters + string.digits):
        try:
            target = parse(f"http://exam{character}ple.org/x")
        except ToolFault:
            continue
        if character in "/?#":
            assert target.host == "exam"
        elif character.isascii():
            assert character in "-_."
        else:
            assert set(target.host) <= set(string.ascii_lowercase + string.digits + "-.")
            assert target.host.endswith(".org")


def test_a_refusal_says_nothing_of_the_url() -> None:
    with pytest.raises(ToolFault) as fault:
        parse("http://secret:canary@intranet.example:99/canary")
    assert "canary" not in fault.value.message
    assert "intranet" not in fault.value.message
