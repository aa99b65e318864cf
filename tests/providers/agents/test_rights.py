"""What Gemini CLI and opencode are allowed in their own words: nothing, and of the web what a preset gives."""

import json
import tomllib
from pathlib import PurePath
from typing import Any

import pytest

from fusion_mcp.cleaning import clean
from fusion_mcp.providers.agents.invocation import Invocation, invocation
from fusion_mcp.types import ChatRequest, Message, NativeWeb
from providers.agents.shipped import shipped

SEARCH, FETCH = "web_search", "web_fetch"
GIVEN = [(), (SEARCH,), (FETCH,), (SEARCH, FETCH)]


def asked(name: str, *tools: str) -> Invocation:
    agent = shipped(name)
    web = NativeWeb(tools=tools, max_calls=4) if tools else None
    question = Message(role="user", content="/help me")
    request = ChatRequest(messages=(Message(role="system", content="Be brief."), question), native_web=web)
    return invocation(agent, "scripted", request, environ={"HOME": "/home/somebody"}, key=None, folder="/folder")


def word(tool: str, tools: tuple[str, ...]) -> str:
    return "allow" if tool in tools else "deny"


@pytest.mark.parametrize("tools", GIVEN)
def test_gemini_cli_may_do_nothing_but_what_the_preset_gives(tools: tuple[str, ...]) -> None:
    rules: list[dict[str, Any]] = tomllib.loads(asked("gemini-cli", *tools).files["work/policy.toml"])["rule"]
    decided = {rule["toolName"]: rule["decision"] for rule in sorted(rules, key=lambda rule: rule["priority"])}
    wanted = {"*": "deny", "google_web_search": word(SEARCH, tools), "web_fetch": word(FETCH, tools)}
    assert decided == wanted
    assert next(iter(decided)) == "*"


@pytest.mark.parametrize("tools", GIVEN)
def test_opencode_may_do_nothing_but_what_the_preset_gives(tools: tuple[str, ...]) -> None:
    run = asked("opencode", *tools)
    settings = json.loads(run.files["config/opencode/opencode.json"])
    wanted = {"*": "deny", "websearch": word(SEARCH, tools), "webfetch": "deny"}
    assert settings["permission"] == settings["agent"]["member"]["permission"] == wanted
    assert json.loads(run.environ["OPENCODE_PERMISSION"]) == wanted
    assert next(iter(settings["permission"])) == "*"


def test_opencode_sees_no_settings_but_ours() -> None:
    environ = asked("opencode").environ
    assert environ["XDG_CONFIG_HOME"].startswith("/folder/")
    assert environ["OPENCODE_TEST_HOME"] == "/folder"
    assert environ["HOME"] == "/home/somebody"


def test_gemini_cli_has_a_home_of_its_own_in_which_it_sees_its_login_and_little_else() -> None:
    run = asked("gemini-cli")
    assert run.environ["GEMINI_CLI_HOME"] == str(PurePath("/folder/home"))
    assert run.links["home/.gemini/oauth_creds.json"] == str(PurePath("/home/somebody/.gemini/oauth_creds.json"))
    assert not any(name.endswith(("GEMINI.md", "projects.json", "tmp", "settings.json")) for name in run.links)
    assert run.works_in == "work"  # its home, and the logins in it, are not within what a question can name


def test_of_its_settings_gemini_cli_only_sees_how_it_logs_in() -> None:
    agent = shipped("gemini-cli")
    settings = {
        "security": {"auth": {"selectedType": "oauth-personal"}, "folderTrust": {}},
        "mcpServers": {"none": {"command": "x"}},
        "context": {"includeDirectories": ["/home"]},
    }
    request = ChatRequest(messages=(Message(role="user", content="Who?"),))
    for text, seen in ((json.dumps(settings), {"security": {"auth": settings["security"]["auth"]}}), ("// no", None)):
        run = invocation(agent, "x", request, environ={}, key=None, folder="/folder", settings=text)
        assert json.loads(run.files["home/.gemini/settings.json"]) == (seen or {})


def test_gemini_cli_that_is_given_a_key_is_told_to_use_it() -> None:
    agent = shipped("gemini-cli")
    request = ChatRequest(messages=(Message(role="user", content="Who?"),))
    run = invocation(agent, "x", request, environ={}, key="k", folder="/folder", settings='{"model": {"name": "m"}}')
    said = {"model": {"name": "m"}, "security": {"auth": {"selectedType": "gemini-api-key"}}}
    assert json.loads(run.files["home/.gemini/settings.json"]) == said


@pytest.mark.parametrize("name", ["claude-code", "gemini-cli"])
def test_no_word_of_a_question_is_a_file_that_the_program_reads(name: str) -> None:
    agent = shipped(name)
    asked = "Compare\n@~/.ssh/id_rsa and @/etc/passwd, me@example.org"
    request = ChatRequest(messages=(Message(role="system", content="@~/x"), Message(role="user", content=asked)))
    run = invocation(agent, "x", request, environ={}, key=None, folder="/folder")
    for text in (run.stdin, *run.files.values()):
        assert "@~" not in text
        assert "@/" not in text
    assert clean(run.stdin).endswith(asked)


@pytest.mark.parametrize("words", ["/cost", "!ls", "# remember me"])
def test_a_question_that_looks_like_a_command_is_none(words: str) -> None:
    agent = shipped("claude-code")
    request = ChatRequest(messages=(Message(role="user", content=words),))
    run = invocation(agent, "x", request, environ={}, key=None, folder="/folder")
    assert run.stdin == f"What you are asked:\n\n{words}"


def test_no_question_is_a_command_of_gemini_cli() -> None:
    assert asked("gemini-cli").stdin == "Be brief.\n\n/help me"


def test_gemini_cli_starts_nothing_that_the_person_has_configured() -> None:
    run = asked("gemini-cli")
    settings = json.loads(run.files["work/.gemini/settings.json"])
    assert settings["hooksConfig"] == {"enabled": False}
    assert settings["tools"]["discoveryCommand"] == settings["mcp"]["serverCommand"] == ""
    assert run.command[run.command.index("--allowed-mcp-server-names") + 1] == "none"
    assert run.command[run.command.index("--extensions") + 1] == "none"
