"""Our entry in TOML of any kind: everything else stays, to the byte, and comes back to the byte."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings

from cli.odd_toml import toml_texts
from fusion_mcp.cli.install.documents import installed, uninstalled
from fusion_mcp.cli.install.toml import file as toml_file
from fusion_mcp.cli.install.words import UnreadableError, Wanted

ENTRY: dict[str, Any] = {
    "command": "C:\\fusion\\mcp.exe",
    "args": ["--a", 'b"c'],
    "env_vars": ["KEY"],
    "env": {"HOME_OF": "/x y"},
    "tool_timeout_sec": 600,
}
WANTED = Wanted(path=("mcp_servers",), entry=ENTRY, keys=frozenset({"KEY"}))


def install(text: str) -> str:
    return installed(text, WANTED, toml_file)


def uninstall(text: str, *earlier: str) -> str:
    return uninstalled(text, WANTED, toml_file, earlier)


def said(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


@settings(deadline=None, max_examples=80)
@given(toml_texts())
def test_an_entry_goes_in_and_nothing_else_changes(text: str) -> None:
    meant = said(text)
    after = install(text)
    assert said(after) == {**meant, "mcp_servers": {**meant.get("mcp_servers", {}), "fusion": ENTRY}}
    assert install(after) == after
    start = next((at for at, (one, two) in enumerate(zip(text, after, strict=False)) if one != two), len(text))
    assert after.endswith(text[start:])  # one piece was put in
    assert uninstall(after, text) == text
    assert said(uninstall(after)).get("mcp_servers", {}) == meant.get("mcp_servers", {})


@settings(deadline=None, max_examples=80)
@given(toml_texts(entry=True))
def test_in_an_entry_that_is_there_only_our_own_keys_change(text: str) -> None:
    meant = said(text)
    theirs = meant["mcp_servers"]["fusion"]
    after = install(text)
    entry = said(after)["mcp_servers"]["fusion"]
    assert entry == {
        **theirs,
        **ENTRY,
        "env_vars": [*theirs.get("env_vars", []), "KEY"],
        "env": {**theirs.get("env", {}), **ENTRY["env"]},
    }
    assert install(after) == after
    assert all(line in after for line in text.splitlines() if line.lstrip().startswith("#"))
    rest = {name: each for name, each in meant["mcp_servers"].items() if name != "fusion"}
    assert said(uninstall(after)).get("mcp_servers", {}) == rest


def test_a_new_entry_is_a_table_at_the_end() -> None:
    entry = Wanted(path=("mcp_servers",), entry={"command": "x", "args": []})
    after = installed('model = "m"\r\n[z]\r\na = 1 # last', entry, toml_file)
    assert after == 'model = "m"\r\n[z]\r\na = 1 # last\r\n\r\n[mcp_servers.fusion]\r\ncommand = "x"\r\nargs = []\r\n'


def test_what_came_after_an_entry_stays_as_it_is() -> None:
    before = "# mine\n[a]\nx = 1\n\n# about b\n[b]\n"
    ours = '[mcp_servers.fusion]\ncommand = "fusion-mcp"\n\n[mcp_servers.fusion.env]\nX = "1"\n\n'
    assert uninstall(before.replace("# about b", f"{ours}# about b")) == before


def test_whatever_a_person_has_added_goes_with_the_entry() -> None:
    before = "a = 1\n"
    more = '"odd key" = 1979-05-27\nb.c = [{ d = 1.5 }]\n\n[mcp_servers.fusion.tools."x y"]\non = true\n'
    assert uninstall(f"{install(before)}{more}", before) == before


@pytest.mark.parametrize("text", ["mcp_servers = 1", "mcp_servers = []", "[[mcp_servers]]", 'mcp_servers = "x"'])
def test_servers_that_are_no_table_are_an_error(text: str) -> None:
    with pytest.raises(UnreadableError, match="'mcp_servers' is not a table"):
        install(text)


@pytest.mark.parametrize("text", ["[mcp_servers]\nfusion = 1", "[[mcp_servers.fusion]]\ncommand = 1"])
def test_an_entry_that_is_no_table_is_an_error(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"'mcp_servers\.fusion' is not a table"):
        install(text)


@pytest.mark.parametrize("text", ["a = 1\n[b\n", "a = 1\na = 2\n", "a = \n", '{"a": 1}'])
def test_broken_toml_is_an_error_that_names_the_line(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"not TOML: .*\(at (line \d|end of document)"):
        install(text)
