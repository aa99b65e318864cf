"""`doctor` on the clients' own configurations: whether what they start is there. It reads them, and shows no key."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import CommandLine
from scripted import CANARY, Home

KEY = "OPENROUTER_API_KEY"
GONE = "/ABSOLUTE/PATH/TO/fusion-mcp/.venv/bin/fusion-mcp"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="clients keep their files elsewhere on other systems")


def claude(home: Home, **entry: Any) -> Path:
    """Write Claude Desktop's file, with this server and one of somebody else's."""
    file = home.user / ".config" / "Claude" / "claude_desktop_config.json"
    file.parent.mkdir(parents=True)
    servers = {"fusion": entry, "other": {"command": "/somebody/elses/server"}}
    file.write_text(json.dumps({"mcpServers": servers}), encoding="utf-8")
    return file


def to_do(cli: CommandLine) -> str:
    done = cli("doctor")
    assert CANARY not in done.out + done.err
    assert "somebody" not in done.out
    return done.out.partition("\nWhat to do\n")[2]


def test_a_client_that_starts_a_program_which_is_not_there_is_named_with_its_file(cli: CommandLine, home: Home) -> None:
    file = claude(home, command=GONE)
    assert f"Claude Desktop, by {file}: it starts {GONE}, which is not there: correct the path, or run" in to_do(cli)


def test_uvx_that_is_not_on_the_path_is_named_with_the_ways_to_mend_it(cli: CommandLine, home: Home) -> None:
    claude(home, command="uvx", args=["--from", "fusion-mcp-server", "fusion-mcp"], env={"PATH": str(home.user)})
    assert "it starts 'uvx', which is not on the PATH: install uv, or write the whole path of uvx." in to_do(cli)


@pytest.mark.parametrize("command", ["~/fusion-mcp/.venv/bin/fusion-mcp", ".venv/bin/fusion-mcp"])
def test_a_path_that_no_client_completes_is_to_be_written_whole(cli: CommandLine, home: Home, command: str) -> None:
    claude(home, command=command)
    assert f"it starts {command}: write the whole path, since clients start programs in" in to_do(cli)


def test_an_argument_that_leads_nowhere_is_named(cli: CommandLine, home: Home) -> None:
    claude(home, command=sys.executable, args=["/no/such/folder/fusion-mcp"])
    assert "it names /no/such/folder/fusion-mcp, which is not there: correct the path." in to_do(cli)


def test_a_key_under_a_wrong_name_and_an_empty_one_are_named(cli: CommandLine, home: Home) -> None:
    claude(
        home, command=sys.executable, args=["-m", "fusion_mcp"], env={"OPENROUTER_KEY": CANARY, "OPENAI_API_KEY": ""}
    )
    said = to_do(cli)
    assert f"it sets OPENROUTER_KEY, but the key is looked for in {KEY}: rename it." in said
    assert "OPENAI_API_KEY is empty in it: write the key there, or leave the variable out." in said


@pytest.mark.parametrize(
    ("arguments", "is_named"), [(["fusion-mcp"], True), (["--from", "fusion-mcp-server", "fusion-mcp"], False)]
)
def test_a_strangers_package_of_our_name_is_named(
    cli: CommandLine, home: Home, arguments: list[str], is_named: bool
) -> None:
    claude(home, command="uvx", args=arguments)
    assert ("the distribution is fusion-mcp-server, so run fusion-mcp install again" in to_do(cli)) is is_named


def test_a_file_that_the_client_cannot_read_is_named_with_the_line(cli: CommandLine, home: Home) -> None:
    file = claude(home, command=sys.executable, args=["-m", "fusion_mcp"])
    file.write_text(file.read_text(encoding="utf-8").removesuffix("}"), encoding="utf-8")
    said = to_do(cli)
    assert f"Claude Desktop, by {file}: it cannot be read (line 1: " in said
    assert "so Claude Desktop starts nothing from it: correct that." in said


def test_a_client_that_is_set_up_well_is_listed_with_the_keys_that_it_hands_over(cli: CommandLine, home: Home) -> None:
    file = claude(home, command=sys.executable, args=["-m", "fusion_mcp"], env={KEY: CANARY})
    codex = home.user / ".codex" / "config.toml"
    codex.parent.mkdir()
    codex.write_text(
        f'[mcp_servers.fusion]\ncommand = "{sys.executable}"\nargs = ["-m", "fusion_mcp"]\nenv_vars = ["{KEY}"]\n',
        encoding="utf-8",
    )
    done = cli("doctor")
    assert f"Claude Desktop: {file} starts {sys.executable}, with {KEY}\n" in done.out
    assert f"Codex: {codex} starts {sys.executable}, with {KEY}\n" in done.out
    assert "Claude Desktop, by" not in done.out
    assert CANARY not in done.out
