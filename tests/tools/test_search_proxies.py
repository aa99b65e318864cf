"""Proxies of the environment that was handed in: taken for backends elsewhere, never for this machine."""

import pytest

from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.search.proxies import past_proxies, proxies, proxy_for_all
from scripted.web import ScriptedWeb
from tools.searching import NOWHERE, OFFLINE, PATHS, Searching, gives, sample

ELSEWHERE = "http://search.example"
SECRET = "hunter2-of-the-proxy"


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, {}),
        ({"HTTPS_PROXY": "http://p:1", "http_proxy": "q:2"}, {"https://": "http://p:1", "http://": "http://q:2"}),
        ({"all_proxy": "socks5://p:1", "ALL_PROXY": "http://q"}, {"all://": "socks5://p:1"}),
        ({"ALL_PROXY": "http://p", "NO_PROXY": "a.test, *"}, {}),
        ({"NO_PROXY": "a.test"}, {}),
        ({"HTTPS_PROXY": "  "}, {}),
    ],
)
def test_proxies_are_read_from_the_mapping_in_every_spelling(
    environ: dict[str, str], found: dict[str, str | None]
) -> None:
    assert proxies(environ) == found


@pytest.mark.parametrize(
    ("entry", "pattern"),
    [
        ("example.org", "all://*example.org"),
        (".example.org", "all://*.example.org"),
        ("*.example.org", "all://*.example.org"),
        ("localhost", "all://localhost"),
        ("10.0.0.1", "all://10.0.0.1"),
        ("10.0.0.0/8", "all://10.0.0.0/8"),
        ("::1", "all://[::1]"),
        ("[::1]", "all://[::1]"),
        ("fd00::/8", "all://[fd00::]/8"),
        ("example.org:8080", "all://*example.org:8080"),
        ("10.0.0.0/99", None),
        ("ex ample", None),
        ("a/b@c", None),
    ],
)
def test_exceptions_are_read_as_curl_does(entry: str, pattern: str | None) -> None:
    found = proxies({"HTTPS_PROXY": "http://p", "NO_PROXY": f"{entry},"})
    assert found == {"https://": "http://p", **({pattern: None} if pattern else {})}


def test_what_takes_one_proxy_gets_the_one_for_https() -> None:
    assert proxy_for_all({"HTTP_PROXY": "http://a", "HTTPS_PROXY": "http://b", "ALL_PROXY": "http://c"}) == "http://b"
    assert proxy_for_all({"HTTP_PROXY": "http://a", "ALL_PROXY": "http://c"}) == "http://c"
    assert proxy_for_all({"HTTP_PROXY": "http://a"}) is None


def test_this_machine_is_past_every_proxy() -> None:
    urls = ["http://127.0.0.1:8888", "http://[::1]:1/x", "http://localhost", "https://search.example"]
    assert past_proxies(urls) == {"all://127.0.0.1", "all://[::1]", "all://localhost"}


async def test_a_backend_elsewhere_is_asked_through_the_proxy_of_the_mapping(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, NOWHERE)  # the process's own environment has no say
    with ScriptedWeb() as proxy:
        proxy.serve(f"{ELSEWHERE}/res/v1/web/search", gives(sample("brave")))
        searching = Searching(
            internet=proxy, backends=("brave",), environ={"HTTP_PROXY": proxy.url()}, moved={"brave": ELSEWHERE}
        )
        assert (await searching.found()).hits
    assert proxy.requests[0].target.startswith(f"{ELSEWHERE}/res/v1/web/search?q=tides")


async def test_a_backend_on_this_machine_is_asked_past_the_proxy() -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["searxng"], gives(sample("searxng")))
        environ = {**OFFLINE, "ALL_PROXY": NOWHERE}
        assert (await Searching(internet=internet, backends=("searxng",), environ=environ).found()).hits


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTPS_PROXY": f"ftp://me:{SECRET}@127.0.0.1:9"},
        {"ALL_PROXY": f"socks5://me:{SECRET}@127.0.0.1:9"},
        {"HTTP_PROXY": f"http://me:{SECRET}@[::nonsense"},
        {"SSL_CERT_FILE": "/no/such/file.pem"},
        {"SSL_CERT_FILE": __file__},
    ],
)
async def test_settings_that_cannot_be_used_are_named_and_not_shown(environ: dict[str, str]) -> None:
    with ScriptedWeb() as internet:
        searching = Searching(internet=internet, backends=("brave",), environ=environ)
        with pytest.raises(ToolFault, match="HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE") as caught:
            await searching.found()
    assert SECRET not in caught.value.message
    assert internet.requests == []
