"""`install` and `uninstall`, as a person runs them, in homes of their own."""

import json
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cli.called import Called
from cli.command_line import CommandLine, is_one_complaint
from cli.terminal import on_a_terminal
from fusion_mcp.cli.install.clients import clients
from scripted import CANARY, Home

CONFIG = '[providers.work]\nbase_url = "http://127.0.0.1:9/v1"\napi_key_env = "WORK_API_KEY"\n'
FILES = {
    "claude-desktop": ".config/Claude/claude_desktop_config.json",
    "claude-code": ".claude.json",
    "cursor": ".cursor/mcp.json",
    "vscode": ".config/Code/User/mcp.json",
    "codex": ".codex/config.toml",
    "gemini-cli": ".gemini/settings.json",
    "opencode": ".config/opencode/opencode.json",
    "windsurf": ".codeium/windsurf/mcp_config.json",
    "zed": ".config/zed/settings.json",
}
NAMED = {
    "claude-desktop": "",
    "claude-code": "${WORK_API_KEY:-}",
    "cursor": "${env:WORK_API_KEY}",
    "vscode": "${input:fusion-WORK_API_KEY}",
    "gemini-cli": "${WORK_API_KEY:-}",
    "opencode": "{env:WORK_API_KEY}",
    "windsurf": "${env:WORK_API_KEY}",
}
posix = pytest.mark.skipif(sys.platform != "linux", reason="paths as on Linux")


@pytest.fixture
def called(home: Home, capsys: pytest.CaptureFixture[str]) -> Called:
    home.config(CONFIG)
    return Called(home, capsys)


def path(home: Home, client: str) -> Path:
    return home.user / FILES[client]


def wrote(home: Home, client: str, text: str | bytes) -> Path:
    file = path(home, client)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def entry(home: Home, client: str) -> dict[str, Any]:
    raw = path(home, client).read_text(encoding="utf-8")
    said = tomllib.loads(raw) if client == "codex" else json.loads(raw)
    return said[clients()[client].servers[0]]["fusion"]


def copies(file: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in file.parent.iterdir() if "fusion-mcp-backup" in each.name}


@posix
@pytest.mark.parametrize("client", FILES)
def test_where_nothing_was_a_file_is_made_for_us_alone_and_goes_with_us(
    called: Called, home: Home, client: str
) -> None:
    done = called("install", client, "--yes")
    assert done.status == 0
    assert path(home, client).stat().st_mode & 0o777 == 0o600
    assert str(path(home, client)) in done.out
    assert "doctor" in done.out
    assert CANARY not in done.out + done.err + path(home, client).read_text(encoding="utf-8")
    again = called("install", client, "--yes")
    assert (again.status, again.err) == (0, "")
    assert "nothing is to be done" in again.out
    assert called("uninstall", client, "--yes").status == 0
    assert not path(home, client).exists()
    assert called("uninstall", client).out.endswith("there is nothing to take out.\n")


@posix
@pytest.mark.parametrize("client", FILES)
def test_every_client_has_keys_named_in_its_own_manner_and_starts_this_program(
    called: Called, home: Home, client: str
) -> None:
    called("install", client, "--yes")
    ours = entry(home, client)
    command = ours["command"] if client == "opencode" else [ours["command"], *ours["args"]]
    assert Path(command[0]).is_absolute()
    assert Path(command[0]).exists()
    variables = ours["environment" if client == "opencode" else "env"]
    assert variables["FUSION_MCP_HOME"] == str(home.path)
    assert variables.get("WORK_API_KEY") == NAMED.get(client)
    if client == "codex":
        assert ours["env_vars"] == ["WORK_API_KEY"]
        assert ours["tool_timeout_sec"] == 600


@posix
def test_vs_code_asks_for_the_key_and_keeps_it_itself(called: Called, home: Home) -> None:
    file = wrote(home, "vscode", '{\n\t// mine\n\t"servers": {}\n}\n')
    called("install", "vscode", "--yes")
    text = file.read_text(encoding="utf-8")
    assert '\n\t"inputs": [\n\t\t{\n\t\t\t"type": "promptString",\n\t\t\t"id": "fusion-WORK_API_KEY",' in text
    assert '"password": true' in text
    called("uninstall", "vscode", "--yes")
    assert file.read_text(encoding="utf-8") == '{\n\t// mine\n\t"servers": {}\n}\n'


@posix
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" \r\n",
        b"{}",
        b'{"a":1}',
        b'// Zed\r\n{\r\n\t// "context_servers"\r\n\t"a": [1,],\r\n}',
        b'\xef\xbb\xbf{\n  "context_servers": {"x": {}}\n}\n',
        '{\n    "größe": "🜁",\n    "context\\u005fservers": { /* none */ }\n}'.encode(),
        b"\xff\xfe" + '{"a": "é"}'.encode("utf-16-le"),
    ],
)
def test_a_file_is_again_what_it_was_to_the_byte(called: Called, home: Home, raw: bytes) -> None:
    file = wrote(home, "zed", raw)
    file.chmod(0o640)
    assert called("install", "zed", "--yes").status == 0
    assert file.read_bytes() != raw
    assert file.stat().st_mode & 0o777 == 0o640
    assert copies(file) == {"settings.json.fusion-mcp-backup": raw}
    assert file.with_name("settings.json.fusion-mcp-backup").stat().st_mode & 0o777 == 0o640
    assert called("uninstall", "zed", "--yes").status == 0
    assert file.read_bytes() == raw


@posix
def test_no_copy_is_ever_overwritten(called: Called, home: Home) -> None:
    file = wrote(home, "cursor", '{"a": 1}')
    wrote(home, "cursor", '{"a": 1}').with_name("mcp.json.fusion-mcp-backup").write_text("older", encoding="utf-8")
    called("install", "cursor", "--yes")
    called("uninstall", "cursor", "--yes")
    called("install", "cursor", "--yes")
    called("uninstall", "cursor", "--yes")
    names = sorted(copies(file))
    assert names == [f"mcp.json.fusion-mcp-backup{ending}" for ending in ("", ".2", ".3")]
    assert copies(file)[names[0]] == b"older"
    assert file.read_text(encoding="utf-8") == '{"a": 1}'


@posix
def test_a_link_stays_a_link_and_what_it_leads_to_is_changed(called: Called, home: Home) -> None:
    real = home.user / "dotfiles" / "cursor.json"
    real.parent.mkdir()
    real.write_text("{}", encoding="utf-8")
    path(home, "cursor").parent.mkdir()
    path(home, "cursor").symlink_to(real)
    assert called("install", "cursor", "--yes").status == 0
    assert path(home, "cursor").is_symlink()
    assert "fusion" in json.loads(real.read_text(encoding="utf-8"))["mcpServers"]
    assert [each.name for each in real.parent.iterdir()] == ["cursor.json"]
    assert list(copies(path(home, "cursor")).values()) == [b"{}"]


def test_without_a_terminal_nothing_is_changed_unless_it_is_confirmed(called: Called, home: Home) -> None:
    file = wrote(home, "cursor", '{"a": 1}')
    done = called("install", "cursor")
    assert done.status == 1
    assert "Nothing was changed" in done.err
    assert "--yes" in done.err
    assert "+" in done.err
    assert file.read_text(encoding="utf-8") == '{"a": 1}'
    assert copies(file) == {}


@posix
@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_a_person_sees_the_change_and_is_asked(cli: CommandLine, home: Home, typed: str, status: int) -> None:
    done, shown = on_a_terminal(cli, typed, "install", "cursor")
    assert done == status
    assert '+    "fusion": {' in shown.replace("\r", "")
    assert path(home, "cursor").exists() is (status == 0)


@pytest.mark.parametrize("client", FILES)
def test_print_shows_what_belongs_where_and_changes_nothing(called: Called, home: Home, client: str) -> None:
    done = called("install", client, "--print")
    assert done.status == 0
    said = tomllib.loads(done.out) if client == "codex" else done.json
    assert "fusion" in said[clients()[client].servers[0]]
    assert "nothing was changed" in done.err
    assert list(home.user.iterdir()) == []


@posix
def test_values_of_others_are_not_shown(called: Called, home: Home) -> None:
    text = """{"mcpServers": {
  "b": {"command": "secret-command", "env": {"X": "hush"}}, /* Bearer abcdefghijklmnop */
  "fusion": {"command": "old/fusion-mcp", "args": ["--key=hidden-one"], "env": {"MINE": "hush too"}}
}}"""
    file = wrote(home, "cursor", text)
    shown = called("install", "cursor", "--yes").err
    assert '-  "fusion": {"command": "old/fusion-mcp"' in shown
    assert '"b": {"command": "…"' in shown
    assert not [word for word in ("secret-command", "hush", "abcdefghij", "hidden-one") if word in shown]
    assert '"MINE": "hush too"' in file.read_text(encoding="utf-8")


@posix
def test_a_key_that_a_person_has_filled_in_is_theirs(called: Called, home: Home) -> None:
    first = called("install", "claude-desktop", "--yes")
    assert "Put WORK_API_KEY between the quotes" in first.out
    file = path(home, "claude-desktop")
    file.write_text(file.read_text(encoding="utf-8").replace('""', '"the key"'), encoding="utf-8")
    again = called("install", "claude-desktop", "--yes")
    assert "nothing is to be done" in again.out
    assert "between the quotes" not in again.out
    gone = called("uninstall", "claude-desktop", "--yes")
    assert "the key" not in gone.err + gone.out
    assert not file.exists()
    (copy,) = copies(file).values()
    assert b"the key" in copy


def test_what_is_switched_off_in_a_comment_is_not_shown(called: Called, home: Home) -> None:
    wrote(home, "zed", '{\n  // keep this\n  // "OPENROUTER_API_KEY": "hunter2hunter2"\n}')
    shown = called("install", "zed", "--yes").err
    assert "// keep this" in shown
    assert '// "OPENROUTER_API_KEY":…' in shown
    assert "hunter2" not in shown


def test_an_entry_of_another_program_is_not_taken_over(called: Called, home: Home) -> None:
    text = '{"mcpServers": {"fusion": {"command": "node", "args": ["fusion360.js"], "env": {"TOKEN": "theirs"}}}}'
    file = wrote(home, "cursor", text)
    done = called("install", "cursor", "--yes")
    assert done.status == 1
    assert "starts another program" in done.err
    assert "theirs" not in done.err + done.out
    assert file.read_text(encoding="utf-8") == text


@posix
def test_what_is_no_regular_file_is_neither_replaced_nor_waited_for(called: Called, home: Home) -> None:
    file = path(home, "cursor")
    file.parent.mkdir(parents=True)
    os.mkfifo(file)
    done = called("install", "cursor", "--yes")
    assert (done.status, "no regular file" in done.err) == (2, True)
    file.unlink()
    file.symlink_to(os.devnull)
    assert called("install", "cursor", "--yes").status == 2
    assert file.readlink() == Path(os.devnull)


@posix
@pytest.mark.parametrize("command", ["install", "uninstall"])
@pytest.mark.parametrize(
    ("client", "raw", "saying"),
    [
        ("cursor", b'{\n"a": 1,,\n}', "mcp.json: line 2: "),
        ("cursor", b'{"mcpServers": null}', "line 1: 'mcpServers' is null"),
        ("cursor", b'{"mcpServers": ["x"]}', "'mcpServers' is a list"),
        ("cursor", b"[]", "found a list"),
        ("cursor", b'{"a": "\xff"}', "byte 8 is not UTF-8"),
        ("codex", b"a = 1\n[b\n", "at line 2"),
        ("codex", b"mcp_servers = 1", "'mcp_servers' is not a table"),
    ],
)
def test_a_broken_file_is_an_error_that_says_where_and_nothing_changes(
    called: Called, home: Home, command: str, client: str, raw: bytes, saying: str
) -> None:
    file = wrote(home, client, raw)
    done = called(command, client, "--yes")
    assert done.status == 2
    assert is_one_complaint(done)
    assert saying in done.err
    assert file.read_bytes() == raw
    assert copies(file) == {}


@posix
def test_a_write_protected_file_is_left_alone(called: Called, home: Home) -> None:
    file = wrote(home, "cursor", "{}")
    file.chmod(0o444)
    done = called("install", "cursor", "--yes")
    assert done.status == 2
    assert "write-protected" in done.err
    assert file.read_text(encoding="utf-8") == "{}"
    assert [each.name for each in file.parent.iterdir()] == ["mcp.json"]


@posix
def test_a_folder_in_the_files_place_is_an_error(called: Called, home: Home) -> None:
    path(home, "cursor").mkdir(parents=True)
    done = called("install", "cursor", "--yes")
    assert done.status == 2
    assert is_one_complaint(done)


@posix
def test_a_file_where_the_folder_should_be_is_an_error(called: Called, home: Home) -> None:
    (home.user / ".cursor").write_text("", encoding="utf-8")
    done = called("install", "cursor", "--yes")
    assert done.status == 2
    assert "cursor" in done.err


@posix
@pytest.mark.parametrize("field", ["url", "httpUrl", "serverUrl"])
def test_an_entry_that_names_an_address_is_not_made_into_a_mixture(called: Called, home: Home, field: str) -> None:
    file = wrote(home, "cursor", json.dumps({"mcpServers": {"fusion": {field: "http://127.0.0.1:8765/mcp"}}}))
    before = file.read_bytes()
    done = called("install", "cursor", "--yes")
    assert done.status == 1
    assert f"'{field}'" in done.err
    assert file.read_bytes() == before


@posix
def test_what_is_not_ours_is_not_taken_out(called: Called, home: Home) -> None:
    file = wrote(home, "cursor", '{"mcpServers": {"fusion": {"command": "reactor"}}}')
    done = called("uninstall", "cursor", "--yes")
    assert done.status == 1
    assert "does not start fusion-mcp" in done.err
    assert "reactor" in file.read_text(encoding="utf-8")


@posix
def test_for_a_project_the_file_is_the_projects_and_has_no_folder_of_ours(
    called: Called, home: Home, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for client, name in (("claude-code", ".mcp.json"), ("cursor", ".cursor/mcp.json"), ("vscode", ".vscode/mcp.json")):
        assert called("install", client, "--yes", "--project", str(project)).status == 0
        text = (project / name).read_text(encoding="utf-8")
        assert str(home.path) not in text
        assert CANARY not in text
    assert list(home.user.iterdir()) == []


def test_a_project_that_is_not_there_or_not_read_is_a_usage_error(called: Called, tmp_path: Path) -> None:
    for client, folder in (("cursor", str(tmp_path / "nowhere")), ("claude-desktop", str(tmp_path))):
        done = called("install", client, "--yes", "--project", folder)
        assert done.status == 2
        assert "--project" in done.err


@posix
def test_opencode_keeps_the_file_that_is_there(called: Called, home: Home) -> None:
    file = path(home, "opencode").with_suffix(".jsonc")
    file.parent.mkdir(parents=True)
    file.write_text("{ /* mine */ }", encoding="utf-8")
    called("install", "opencode", "--yes")
    assert "/* mine */" in file.read_text(encoding="utf-8")
    assert not path(home, "opencode").exists()
    path(home, "opencode").write_text("{}", encoding="utf-8")
    file.rename(path(home, "opencode"))
    file.write_text("{}", encoding="utf-8")
    assert "nothing is to be done" in called("install", "opencode").out
    called("uninstall", "opencode", "--yes")
    assert path(home, "opencode").read_text(encoding="utf-8") == '{ /* mine */\n  "mcp": {}\n}'
    assert file.read_text(encoding="utf-8") == "{}"


@posix
@pytest.mark.parametrize(
    ("client", "variable", "file"),
    [
        ("codex", "CODEX_HOME", "config.toml"),
        ("claude-code", "CLAUDE_CONFIG_DIR", ".claude.json"),
        ("gemini-cli", "GEMINI_CLI_HOME", ".gemini/settings.json"),
        ("vscode", "XDG_CONFIG_HOME", "Code/User/mcp.json"),
    ],
)
def test_a_folder_that_a_variable_names_is_where_the_client_looks(
    cli: CommandLine, home: Home, tmp_path: Path, client: str, variable: str, file: str
) -> None:
    done = cli("install", client, "--print", **{variable: str(tmp_path / "elsewhere")})
    assert str(tmp_path / "elsewhere" / file) in done.err
    assert list(home.user.iterdir()) == []


def test_without_a_client_they_are_listed_with_their_files(called: Called) -> None:
    done = called("install")
    assert done.status == 0
    assert [line.split()[0] for line in done.out.splitlines()[1:]] == list(FILES)


def test_a_client_that_nobody_knows_is_a_usage_error(called: Called) -> None:
    done = called("install", "curser")
    assert done.status == 2
    assert "cursor" in done.err


def test_without_any_key_the_default_providers_is_named(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    done = Called(home, capsys)("install", "cursor", "--print")
    assert done.json["mcpServers"]["fusion"]["env"]["OPENROUTER_API_KEY"] == "${env:OPENROUTER_API_KEY}"
