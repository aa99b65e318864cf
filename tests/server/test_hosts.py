"""Which Host and Origin headers name this server."""

import pytest

from fusion_mcp.errors import ConfigError
from fusion_mcp.server.http.hosts import is_loopback, names_for

LOOPBACK = names_for("127.0.0.1")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8765",
        "127.0.0.1",
        "localhost",
        "localhost:1",
        "LOCALHOST:8765",
        "localhost.:80",
        "[::1]",
        "[::1]:8765",
    ],
)
def test_loopback_answers_to_its_own_names_on_any_port(host: str) -> None:
    assert LOOPBACK.allow_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8765",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1:8765@evil.example",
        "127.0.0.1/evil",
        "127.0.0.1 evil",
        "127.0.0.1:",
        "127.0.0.1:port",
        "192.168.1.5:8765",
        "0.0.0.0:8765",
        "::1",
        "2130706433",
    ],
)
def test_loopback_answers_to_nothing_else(host: str) -> None:
    assert not LOOPBACK.allow_host(host)


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:8765"])
def test_pages_of_this_machine_may_call(origin: str) -> None:
    assert LOOPBACK.allow_origin(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "https://localhost.evil.example",
        "file://localhost",
        "http://localhost/x",
        "http://",
    ],
)
def test_pages_of_others_may_not(origin: str) -> None:
    assert not LOOPBACK.allow_origin(origin)


def test_further_names_are_taken_with_and_without_a_port() -> None:
    names = names_for("127.0.0.1", ["fusion.example", "proxy.example:8443", "fd00::1"])
    assert names.allow_host("Fusion.Example:80")
    assert names.allow_host("proxy.example:8443")
    assert not names.allow_host("proxy.example:80")
    assert not names.allow_host("proxy.example")
    assert names.allow_host("[fd00::1]:9")


@pytest.mark.parametrize("host", ["http://fusion.example", "a b", "", "fusion.example:http"])
def test_what_is_no_host_is_refused_by_name(host: str) -> None:
    with pytest.raises(ConfigError, match="allowed host"):
        names_for("127.0.0.1", [host])


def test_the_sdk_is_told_the_same_names() -> None:
    names = names_for("127.0.0.1", ["proxy.example:8443"])
    assert set(names.patterns()) == {
        "127.0.0.1",
        "127.0.0.1:*",
        "localhost",
        "localhost:*",
        "[::1]",
        "[::1]:*",
        "proxy.example:8443",
    }


def test_loopback_is_known_however_it_is_written() -> None:
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.8.9.1", "::1", "localhost", "LocalHost"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "::", "192.168.1.5", "example.org", ""))
