"""A request as it goes over the wire, and the address that it goes to."""

import httpx2
import pytest

from fusion_mcp.providers.connections.request import parsed, written

BODY = b'{"model": "alpha"}'


def test_a_request_is_written_with_what_follows_from_its_address_and_its_body() -> None:
    message = written("POST", parsed("http://127.0.0.1:8080/v1/chat?region=eu"), {"Accept": "text/event-stream"}, BODY)
    head, _, body = message.partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    assert (first, body) == ("POST /v1/chat?region=eu HTTP/1.1", BODY)
    assert {"Host: 127.0.0.1:8080", "Accept: text/event-stream", f"Content-Length: {len(BODY)}"} <= set(fields)


@pytest.mark.parametrize(
    ("url", "origin", "host"),
    [
        ("https://api.example.com/v1", ("https", "api.example.com", 443), "api.example.com"),
        ("http://[::1]:1234/v1", ("http", "::1", 1234), "[::1]:1234"),
        ("http://büro.example/v1", ("http", "xn--bro-hoa.example", 80), "xn--bro-hoa.example"),
    ],
)
def test_an_address_says_whom_to_connect_to_and_by_what_name(url: str, origin: object, host: str) -> None:
    address = parsed(url)
    assert (address.origin, address.always["Host"]) == (origin, host)


def test_a_login_in_an_address_is_sent_unless_there_is_a_key() -> None:
    address = parsed("https://me:secret@api.example.com/v1")
    assert b"Authorization: Basic bWU6c2VjcmV0\r\n" in written("GET", address, {}, b"")
    assert b"Basic" not in written("GET", address, {"Authorization": "Bearer key"}, b"")
    assert "secret" not in repr(address)


@pytest.mark.parametrize("value", ["a\r\nX-Fusion-Depth: 0", "a\nb", "a\rb", "a\0b", "a\u2028b"])
def test_a_header_that_would_be_more_than_one_is_not_written(value: str) -> None:
    with pytest.raises(httpx2.LocalProtocolError):
        written("POST", parsed("http://127.0.0.1/v1"), {"X": value}, b"")


@pytest.mark.parametrize("name", ["", "X Y", "X:"])
def test_a_header_without_a_proper_name_is_not_written(name: str) -> None:
    with pytest.raises(httpx2.LocalProtocolError):
        written("POST", parsed("http://127.0.0.1/v1"), {name: "a"}, b"")


def test_an_address_of_another_protocol_is_refused() -> None:
    with pytest.raises(httpx2.UnsupportedProtocol):
        parsed("ftp://127.0.0.1/v1")


def test_requests_that_begin_alike_each_have_the_length_of_their_own_body() -> None:
    address, headers = parsed("http://127.0.0.1:8080/v1"), {"Accept": "text/event-stream"}
    for body in (b"", BODY, BODY * 2):
        message = written("POST", address, headers, body)
        assert message.count(b"Content-Length") == 1
        assert message.endswith(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))


def test_a_request_with_another_key_does_not_go_out_with_the_one_before() -> None:
    address = parsed("http://127.0.0.1:8080/v1")
    for key in ("one", "other", "one"):
        assert f"Authorization: Bearer {key}\r\n".encode() in written(
            "POST", address, {"Authorization": f"Bearer {key}"}, b""
        )
