"""The links of one click: each is taken apart as its client does, and comes to the standard configuration."""

import json
import re
from base64 import b64decode
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from distribution.keys import Key, keys
from distribution.launch import launch
from distribution.links import Link, links
from distribution.project import read_project
from scripted.home import CANARY

PROJECT = read_project()
KEY = keys()[0]
STANDARD = {"command": "uvx", "args": ["--from", "fusion-mcp-server", "fusion-mcp"]}
BY_CLIENT: dict[str, Link] = {link.client: link for link in links(PROJECT, KEY)}


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query, strict_parsing=True, keep_blank_values=True)


def in_base64(client: str) -> dict[str, Any]:
    fields = query(BY_CLIENT[client].url)
    assert fields["name"] == ["fusion"]
    return json.loads(b64decode(fields["config"][0], validate=True))


def test_the_standard_configuration_starts_our_package_and_not_the_strangers_of_the_same_name() -> None:
    assert launch(PROJECT, {}) == {**STANDARD, "env": {}}


def test_the_first_key_is_the_one_that_reaches_every_vendor() -> None:
    assert Key(variable="OPENROUTER_API_KEY", title="OpenRouter") == KEY


def test_cursor_reads_the_key_from_the_environment() -> None:
    assert in_base64("Cursor") == {**STANDARD, "env": {"OPENROUTER_API_KEY": "${env:OPENROUTER_API_KEY}"}}


def test_lm_studio_has_an_empty_place_for_the_key() -> None:
    assert in_base64("LM Studio") == {**STANDARD, "env": {"OPENROUTER_API_KEY": ""}}


@pytest.mark.parametrize(
    ("client", "scheme"), [("VS Code", "vscode:mcp/install?"), ("VS Code Insiders", "vscode-insiders:mcp/install?")]
)
def test_vs_code_asks_for_the_key_and_hides_what_is_typed(client: str, scheme: str) -> None:
    [inside] = query(BY_CLIENT[client].url)["url"]
    assert inside.startswith(scheme)
    config = json.loads(unquote(inside.removeprefix(scheme)))
    [asked] = config.pop("inputs")
    assert config == {"name": "fusion", **STANDARD, "env": {"OPENROUTER_API_KEY": f"${{input:{asked['id']}}}"}}
    assert (asked["type"], asked["password"]) == ("promptString", True)


def test_goose_asks_for_the_key_by_its_name() -> None:
    fields = query(BY_CLIENT["Goose"].url)
    assert {"command": fields["cmd"][0], "args": fields["arg"]} == STANDARD
    assert (fields["id"], fields["description"]) == (["fusion"], [PROJECT.description])
    [asked] = fields["env"]
    assert asked.partition("=")[0] == "OPENROUTER_API_KEY"


def test_kiro_reads_the_key_from_the_environment() -> None:
    fields = query(BY_CLIENT["Kiro"].url)
    assert json.loads(fields["config"][0]) == {**STANDARD, "env": {"OPENROUTER_API_KEY": "${OPENROUTER_API_KEY}"}}


def test_every_link_is_one_of_the_web_and_survives_markdown() -> None:
    for link in BY_CLIENT.values():
        assert link.url.startswith("https://")
        assert link.badge.startswith("https://")
        assert not re.search(r"[\s()<>\[\]]", link.url + link.badge)


def test_no_link_contains_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", CANARY)
    assert links(PROJECT, keys()[0]) == tuple(BY_CLIENT.values())
