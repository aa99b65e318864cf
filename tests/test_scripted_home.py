"""A home that points at scripted providers, and the wall around it: no key of the person, nothing but loopback."""

import socket
import subprocess
import sys
import tomllib

import httpx2
import pytest

from scripted import Home, ScriptedProvider, answers, loopback
from scripted.chatting import url


def test_nothing_listens_nowhere(nowhere: str, client: httpx2.Client) -> None:
    with pytest.raises(httpx2.ConnectError):
        client.get(nowhere)


def test_a_home_has_a_trio_that_reads_back(home: Home, provider: ScriptedProvider) -> None:
    beta = {"model": "beta", "fallbacks": ["delta", "local:x"], "temperature": 0.2}
    prices = {"alpha": (0.5, 1.5)}
    name = home.trio(
        provider,
        panel=("alpha", beta),
        synthesizer=None,
        prices=prices,
        config="[limits]\nwait_s = 1",
        quorum=1,
        tools=["web_search"],
    )
    config = tomllib.loads(home.config_file.read_text("utf-8"))
    preset = tomllib.loads((home.presets / f"{name}.toml").read_text("utf-8"))
    assert config == {
        "default_preset": "trio",
        "providers": {
            "work": {
                "base_url": provider.base_url,
                "api_key_env": "WORK_API_KEY",
                "prices": {"alpha": {"input": 0.5, "output": 1.5}},
            }
        },
        "limits": {"wait_s": 1},
    }
    assert (preset["quorum"], preset["tools"], preset["judge"]) == (1, ["web_search"], {"model": "work:judge"})
    assert preset["panel"][1] == {"model": "work:beta", "fallbacks": ["work:delta", "local:x"], "temperature": 0.2}
    assert "synthesizer" not in preset


def test_a_child_process_has_one_key_and_no_way_out(home: Home, provider: ScriptedProvider) -> None:
    provider.script("alpha", answers("Paris."))
    script = f"""
import os, httpx2
assert [name for name in os.environ if name.endswith("_API_KEY")] == ["WORK_API_KEY"]
assert httpx2.post({url(provider)!r}, json={{"model": "alpha"}}).status_code == 200
try: httpx2.get("https://example.com")
except httpx2.ConnectError: print("no way")
"""
    child = subprocess.run(
        [sys.executable, "-c", script], env=home.environ(), capture_output=True, text=True, timeout=20, check=False
    )
    assert (child.stdout, child.stderr) == ("no way\n", "")


def test_the_suite_stays_on_loopback() -> None:
    with pytest.raises(loopback.LeftLoopbackError):
        socket.getaddrinfo("example.com", 443)
    with socket.socket() as outward, pytest.raises(loopback.LeftLoopbackError):
        outward.connect(("192.0.2.1", 443))
    assert loopback.REACHED == ["socket.getaddrinfo: example.com", "socket.connect: 192.0.2.1"]
    loopback.REACHED.clear()
