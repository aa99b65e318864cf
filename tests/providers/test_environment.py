"""Proxies and certificates of the environment: used where they can be, and a sentence where they cannot."""

import pytest

from fusion_mcp.providers.connections.client import on_this_machine
from fusion_mcp.types import CallFailure
from providers.asking import asking
from scripted import ScriptedProvider

SECRET = "hunter2-of-the-proxy"
PROXY = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("ALL_PROXY", f"socks5://me:{SECRET}@127.0.0.1:9", (*PROXY, "socksio")),
        ("HTTPS_PROXY", f"ftp://me:{SECRET}@127.0.0.1:9", PROXY),
        ("HTTP_PROXY", f"http://me:{SECRET}@[::nonsense", PROXY),
        ("SSL_CERT_FILE", "/no/such/file.pem", CERTIFICATES),
        ("SSL_CERT_FILE", __file__, CERTIFICATES),
    ],
)
async def test_settings_that_cannot_be_used_are_a_sentence_that_names_the_variables(
    provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, named: tuple[str, ...]
) -> None:
    monkeypatch.setenv(variable, value)
    async with asking(provider) as caller:
        failure = await caller.failure()
        listed = await caller.models.list_models("work", within_s=5)
        fault = caller.models.connection_fault()
    assert isinstance(listed, CallFailure)
    assert failure.reason == listed.reason == "upstream_error"
    assert failure.message == listed.message == fault
    assert all(name in failure.message for name in named)
    assert SECRET not in failure.message
    assert caller.lines == [], "nothing was sent, so nothing can have been billed"


async def test_settings_that_can_be_used_are_no_fault(provider: ScriptedProvider) -> None:
    async with asking(provider) as caller:
        assert caller.models.connection_fault() is None


def test_whatever_the_guard_takes_for_this_machine_is_called_past_a_proxy() -> None:
    hosts = ["localhost", "127.0.0.2", "[::1]", "0.0.0.0", "gpu.localhost", "10.0.0.1", "example.org"]
    found = on_this_machine(f"http://{host}:8000/v1" for host in hosts)
    assert found == {"127.0.0.1", "localhost", "127.0.0.2", "::1", "0.0.0.0", "gpu.localhost"}
